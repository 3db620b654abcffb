"""Who lives in the demo: made-up people on domains reserved for examples, and what they say. Content, not interface."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.enums import PERSON, Role

# The same entries by the codes packs use; whatever else a pack asks for is filled by its kind.
VIETNAMESE_VALUES = {
    "full-name": "Nguyễn Thị An Nhiên",
    "email": "an.nhien@example.com",
    "phone": "0912 345 678",
    "address": "Số 12, ngõ 34 phố Hoa Sữa, phường Cầu Giấy, Hà Nội",
    "delivery-address": "Tầng 5, số 78 đường Hoa Mai, phường Bến Thành, TP. Hồ Chí Minh",
    "other-entry": "Công ty tôi có 20 người, cần tư vấn chiến dịch cuối năm.",
    "order-note": "Giao giờ hành chính, gọi trước 30 phút.",
    "payment-reference": "FT26320000123",
    "request-details": "Nâng cấp máy chủ ảo thêm 4 GB bộ nhớ.",
    "survey-answer": "Tôi thường mua đồ gia dụng vào cuối tháng.",
}
ENGLISH_VALUES = {
    "full-name": "Daniel Hart",
    "email": "daniel.hart@example.com",
    "phone": "0987 654 321",
    "address": "Room 3, 56 Lotus Street, Da Nang",
    "delivery-address": "Room 3, 56 Lotus Street, Da Nang",
    "payment-reference": "FT26320000456",
}
BY_KIND = {"text": {"vi": "Một dòng ghi thử", "en": "A sample entry"}, "address": {"vi": "Hà Nội", "en": "Hanoi"}}


@dataclass(frozen=True, slots=True)
class Resident:
    """One account of the demo. `key` is its name in `demo-accounts.json`."""

    key: str
    role: str
    email: str
    language: str
    staff_name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_staff(self) -> bool:
        return self.role != PERSON


RESIDENTS = (
    Resident("person", PERSON, "an.nhien@example.com", "vi", values=VIETNAMESE_VALUES),
    Resident("person_en", PERSON, "daniel.hart@example.com", "en", values=ENGLISH_VALUES),
    Resident("agent", Role.AGENT, "bao.chau@example.net", "vi", "Trần Bảo Châu"),
    Resident("dpo", Role.DPO, "duc.minh@example.net", "vi", "Lê Đức Minh"),
    Resident("auditor", Role.AUDITOR, "thu.ha@example.net", "vi", "Phạm Thu Hà"),
    Resident("admin", Role.ADMINISTRATOR, "quang.huy@example.net", "vi", "Vũ Quang Huy"),
)
GUEST_ADDRESS = "hoang.lan@example.org"

REVEAL_REASON = "Gọi lại cho khách để hỏi rõ tin quảng cáo nhận được."
COMPLAINT_OF_PERSON = (
    "Tôi đã không đồng ý nhận quảng cáo, nhưng sáng nay vẫn có người gọi điện mời mua hàng và đọc đúng tên tôi. "
    "Tôi muốn biết số điện thoại của tôi được lấy từ đâu và đề nghị dừng ngay việc này."
)
QUESTION_TO_PERSON = (
    "Chúng tôi đã tiếp nhận và đang kiểm tra. Anh/chị vui lòng cho biết cuộc gọi đến lúc mấy giờ và từ số nào, "
    "để chúng tôi đối chiếu với nhật ký cuộc gọi."
)
COMPLAINT_OF_GUEST = (
    "Tôi từng hỏi mua hàng qua biểu mẫu trên trang web cách đây một năm và đã đề nghị xóa dữ liệu, "
    "nhưng đến nay vẫn nhận được thư. Đề nghị kiểm tra và xóa giúp tôi."
)
REQUEST_OF_PERSON = "Tôi muốn biết những dữ liệu nào về tôi đang được lưu và đã chuyển cho ai trong năm nay."
NAME_IN_ENGLISH = "Daniel J. Hart"
NAME_PROPOSED = "Nguyễn An Nhiên"
WORDS_OF_PROPOSAL = (
    "Giấy tờ bạn gửi khi ký hợp đồng ghi họ tên là Nguyễn An Nhiên, không có chữ “Thị”. "
    "Chúng tôi đề nghị sửa lại cho khớp, nếu bạn đồng ý."
)
REQUEST_REFUSED = "Đề nghị xóa toàn bộ dữ liệu về tôi."
WORDS_OF_REFUSAL = (
    "Hợp đồng của bạn còn hiệu lực đến hết năm, và hóa đơn đã xuất phải lưu theo luật kế toán. "
    "Hết thời hạn đó, bạn gửi lại yêu cầu, chúng tôi sẽ xóa."
)
REQUEST_ON_PHONE = "Người gọi lo số điện thoại bị lộ, đề nghị công ty có biện pháp bảo vệ dữ liệu của mình."
REQUEST_TO_DELETE = "Tôi không còn dùng dịch vụ nữa, đề nghị xóa hết những gì tôi đã gửi."
WORDS_OF_EXTENSION = (
    "Hai đơn vị gửi tin thay chúng tôi phải kiểm tra danh sách của họ trước khi ngừng. "
    "Chúng tôi cần thêm 7 ngày để có xác nhận của cả hai."
)
GUEST_ADDRESSES = ("minh.quan@example.org", "thu.trang@example.org", "quoc.bao@example.org", "bich.ngoc@example.org")
REQUEST_IN_ENGLISH = "My middle initial is missing on your invoices. Please add it."


@dataclass(frozen=True, slots=True)
class PastComplaint:
    """A complaint that was answered. `tier` is a place in the pack's list of tiers."""

    days_ago: int
    took_days: int
    address: str
    category: str
    tier: int
    outcome: str
    text: str
    finding: str
    done: str


PAST_COMPLAINTS = (
    PastComplaint(
        66,
        5,
        "minh.khoi@example.org",
        "unwanted-marketing",
        0,
        "UPHELD",
        "Tôi đã hủy đăng ký hai lần nhưng vẫn nhận được thư quảng cáo vào mỗi thứ Hai.",
        "Địa chỉ của anh/chị nằm trong hai danh sách; lần hủy trước chỉ bỏ khỏi một danh sách.",
        "Đã bỏ địa chỉ khỏi cả hai danh sách và sửa quy trình hủy đăng ký.",
    ),
    PastComplaint(
        58,
        6,
        "thanh.tam@example.org",
        "not-corrected-or-deleted",
        0,
        "UPHELD",
        "Tôi đề nghị sửa số điện thoại từ tháng trước, đến nay nhân viên vẫn gọi số cũ.",
        "Số mới đã được ghi nhưng chưa chuyển cho bộ phận chăm sóc khách hàng.",
        "Đã cập nhật ở cả hai nơi và gọi xác nhận vào số mới.",
    ),
    PastComplaint(
        45,
        9,
        "quoc.bao@example.org",
        "shared-without-consent",
        1,
        "PARTLY_UPHELD",
        "Một đơn vị giao hàng lạ có tên và số điện thoại của tôi dù tôi chưa đặt gì.",
        "Dữ liệu được chuyển cho đơn vị giao hàng theo một đơn đã hủy; việc chuyển là đúng, "
        "việc không xóa sau khi hủy là sai.",
        "Đã yêu cầu đơn vị giao hàng xóa và nhận được xác nhận bằng văn bản.",
    ),
    PastComplaint(
        37,
        7,
        "ngoc.diep@example.org",
        "staff-conduct",
        0,
        "NOT_UPHELD",
        "Nhân viên không chịu đọc cho tôi qua điện thoại những gì đang lưu về tôi.",
        "Nhân viên không thể biết ai đang gọi nên đã hướng dẫn xem trên cổng sau khi đăng nhập. "
        "Việc từ chối đọc qua điện thoại là để bảo vệ dữ liệu.",
        "",
    ),
    PastComplaint(
        24,
        4,
        "hai.dang@example.org",
        "beyond-purpose",
        0,
        "UPHELD",
        "Tôi để lại email để nhận báo giá, sau đó lại nhận được bản tin.",
        "Biểu mẫu báo giá đã đưa nhầm địa chỉ vào danh sách nhận bản tin.",
        "Đã bỏ địa chỉ khỏi bản tin và sửa biểu mẫu; 14 người khác cũng được bỏ ra và được báo.",
    ),
    PastComplaint(
        12,
        5,
        "tuong.vy@example.org",
        "not-secured",
        0,
        "NOT_UPHELD",
        "Tôi nghi mật khẩu của mình bị lộ vì có thư báo đăng nhập từ máy lạ.",
        "Lần đăng nhập đó đến từ chính điện thoại mới của anh/chị; không có lần nào khác.",
        "",
    ),
)


# Answers written beforehand, in both languages.
ANSWER_TEMPLATES: tuple[Mapping[str, str], ...] = (
    {
        "kind": "complaint",
        "title_vi": "Nhận quảng cáo sau khi đã từ chối",
        "title_en": "Advertising after it was refused",
        "body_vi": (
            "Chúng tôi đã kiểm tra danh sách nhận tin. Địa chỉ của bạn được thêm vào do lỗi của chúng tôi, "
            "không phải do lựa chọn của bạn. Chúng tôi xin lỗi về việc này."
        ),
        "body_en": (
            "We checked our mailing lists. Your address was added through a mistake of ours, "
            "not through a choice of yours. "
            "We are sorry for it."
        ),
    },
    {
        "kind": "",
        "title_vi": "Hỏi thêm thông tin",
        "title_en": "Asking for more information",
        "body_vi": (
            "Để xem xét được, chúng tôi cần biết sự việc xảy ra khi nào và bạn biết được bằng cách nào. "
            "Trong lúc chờ bạn trả lời, thời hạn của chúng tôi vẫn tính bình thường."
        ),
        "body_en": (
            "To look into it we need to know when it happened and how you came to know. "
            "Our time goes on while we wait for your answer."
        ),
    },
)

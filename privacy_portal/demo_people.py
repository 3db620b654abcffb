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
ANSWER_TO_REQUEST = (
    "Toàn bộ dữ liệu đang lưu về anh/chị nằm ở mục “Dữ liệu của tôi”, kèm mục đích và bên nhận. "
    "Trong năm nay chưa có lần nào dữ liệu được chuyển cho bên ngoài."
)
REQUEST_IN_ENGLISH = "My family name is spelled wrongly on your invoices. Please correct it to Hart."

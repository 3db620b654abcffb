"""A fifth organisation nobody foresaw: a small, complete pack written into a folder, to be bent by a test."""

import shutil
from pathlib import Path

from policies.pack import SECTIONS

SLUG = "vuon-rau"

TOML = """\
[pack]
slug = "vuon-rau"
format = 1
accent = "#1f6b3a"
accent_dark = "#8fd6a5"
logo = "logo.svg"
evidence_years = 2
title = { vi = "Chính sách của Vườn Rau", en = "Vườn Rau policy" }
summary = { vi = "Vườn Rau giữ địa chỉ giao rau.", en = "Vườn Rau holds where vegetables go." }
facts = ["VR-1"]

[controller]
name = "Vườn Rau"
registration = "0101010101"
address = { vi = "Đà Lạt", en = "Da Lat" }
phone = "+84 900 000 000"
email = "rau@example.vn"
website = "https://rau.example.vn"
person_in_charge = "Chị Lan"

[[channels]]
code = "online"
label = { vi = "Trực tuyến", en = "Online" }

[[channels]]
code = "zalo"
url = "https://zalo.me/0900000000"
label = { vi = "Zalo", en = "Zalo" }

[[purposes]]
code = "delivery"
name = { vi = "Giao rau", en = "Delivering vegetables" }
explanation = { vi = "Để rau đến đúng nhà.", en = "So that vegetables reach the right house." }
basis = "contract"
clause = "L91 19.1(d)"
fields = ["address", "gate"]
ends = "contract"

[[purposes]]
code = "recipes"
name = { vi = "Gửi công thức", en = "Sending recipes" }
explanation = { vi = "Gửi công thức theo mùa.", en = "Recipes of the season." }
basis = "consent"
clause = "L91 9"
fields = ["email", "taste", "screen"]
channels = ["email", "zalo"]
frequency = { vi = "02 lần mỗi tháng", en = "twice a month" }
content = { vi = "Công thức nấu ăn", en = "recipes" }
automated = true
opt_out = { vi = "Rút lại sự đồng ý.", en = "Withdraw your consent." }
ends = "withdrawal"

[[fields]]
code = "address"
kind = "address"
label = { vi = "Địa chỉ giao hàng", en = "Delivery address" }
sensitivity = "basic"
purposes = ["delivery"]
recipients = ["rider"]
consequence = { vi = "Không giao được.", en = "No delivery." }
source = { vi = "Bạn nhập", en = "You enter it" }
storage = { vi = "Máy chủ tại Đà Lạt", en = "Server in Da Lat" }
retention = "season"

[[fields]]
code = "gate"
kind = "image"
label = { vi = "Ảnh cổng nhà", en = "Picture of the gate" }
sensitivity = "sensitive"
purposes = ["delivery"]
consequence = { vi = "Người giao phải hỏi đường.", en = "The rider has to ask." }
source = { vi = "Bạn gửi", en = "You send it" }
storage = { vi = "Máy chủ tại Đà Lạt", en = "Server in Da Lat" }
retention = "asked"
max_mb = 4

[[fields]]
code = "email"
kind = "email"
label = { vi = "Email", en = "E-mail" }
sensitivity = "basic"
purposes = ["recipes"]
consequence = { vi = "Không nhận công thức.", en = "No recipes." }
source = { vi = "Bạn nhập", en = "You enter it" }
storage = { vi = "Máy chủ tại Đà Lạt", en = "Server in Da Lat" }
retention = "asked"

[[fields]]
code = "taste"
kind = "choice"
label = { vi = "Khẩu vị", en = "Taste" }
sensitivity = "basic"
choices = [ { code = "hot", vi = "Cay", en = "Hot" }, { code = "mild", vi = "Không cay", en = "Mild" } ]
purposes = ["recipes"]
consequence = { vi = "Không có.", en = "None." }
source = { vi = "Bạn chọn", en = "You choose" }
storage = { vi = "Máy chủ tại Đà Lạt", en = "Server in Da Lat" }
retention = "asked"

[[fields]]
code = "screen"
kind = "device"
label = { vi = "Màn hình", en = "Screen" }
sensitivity = "basic"
purposes = ["recipes"]
consequence = { vi = "Không có.", en = "None." }
source = { vi = "Trình duyệt", en = "Browser" }
storage = { vi = "Máy chủ tại Đà Lạt", en = "Server in Da Lat" }
retention = "asked"

[[recipients]]
code = "rider"
class = "carrier"
name = { vi = "Người giao rau", en = "Rider" }
fields = ["address"]
purposes = ["delivery"]
cross_border = false
consent = true

[[retention]]
code = "season"
rule = "after-event"
event = "order-closed"
months = 3
also = ["asked"]
text = { vi = "03 tháng sau khi giao.", en = "3 months after delivery." }

[[retention]]
code = "asked"
rule = "until-erased"
text = { vi = "Đến khi bạn yêu cầu xóa.", en = "Until you ask for deletion." }

[complaints]
target_days = 3
limit_days = 9
first_reply_working_days = 1
negotiation_working_days = 7

[[complaints.tiers]]
code = "only"
days = 9
name = { vi = "Mọi việc", en = "Everything" }

[[complaints.categories]]
code = "misuse"
name = { vi = "Dùng sai", en = "Misuse" }
first_reply_working_days = 1
resolution_days = 9

[requests]
cooling_off_hours = 0
tell_imported = false

[own_records]
unknown_sender_days = 14
identity_days = 3
accounts_days = 2
codes_days = 1
mail_days = 60
loose_letters_days = 1
notices_days = 60
imports_days = 20
desk_days = 100

[security_data]
text = { vi = "Địa chỉ mạng và trình duyệt.", en = "Network address and browser." }
retention_days = 30
"""

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4"/></svg>\n'
WORDS = {"vi": "Rau của phần {section} được giao đúng hẹn.", "en": "Vegetables of {section} come on time."}


def write_pack(parent: Path, *, slug: str = SLUG) -> Path:
    """Write the whole pack into `parent/slug`, replacing one that is there, and return its folder."""
    folder = parent / slug
    shutil.rmtree(folder, ignore_errors=True)
    for language, words in WORDS.items():
        (folder / language).mkdir(parents=True)
        for section in SECTIONS:
            text = f"<!-- VR-1 -->\n{words.format(section=section)}\n"
            (folder / language / f"{section}.md").write_text(text, encoding="utf-8")
    (folder / "policy.toml").write_text(TOML.replace(f'slug = "{SLUG}"', f'slug = "{slug}"'), encoding="utf-8")
    (folder / "logo.svg").write_text(LOGO, encoding="utf-8")
    return folder


def change(folder: Path, before: str, after: str, *, file: str = "policy.toml") -> int:
    """Replace `before`, which must stand there once, and return the line on which it stood."""
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {file}"
    (folder / file).write_text(text.replace(before, after), encoding="utf-8")
    return text[: text.index(before)].count("\n") + 1

"""A request to delete everything leaves no readable value of the person anywhere in the installation.

A person lives through the pages of a real one; then every table, every file under its home with the databases' own,
the broker and the log are searched.
"""

import io
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from privacy_portal.supervision import processes
from tests.journeys.mailbox import Mailbox
from tests.ops.inside import Inside, inside
from tests.ops.installation import Up, running
from tests.ops.requests_faults import policy_without_cooling_off
from tests.ops.visitor import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installations")]

PATIENCE = 100.0
ADDRESS = "on.thi.ngan.ha.6617@thuyen-giay.example"
VALUES = {
    "full-name": "Ôn Thị Ngân Hà 6617",
    "phone": "0986 661 742",
    "delivery-address": "6617/3 Ngõ Giếng Cổ, phường Vĩnh Tuy",
    "payment-reference": "CK-THUYEN-GIAY-6617",
}
NAME_BEFORE = "Ôn Ngân Hà Trước 6617"
REASON = "Tôi không mua thuyền giấy nữa, xin xóa hết 6617."
COMPLAINT = "Có người gọi tôi lúc nửa đêm về đơn 6617."
FILE_NAME = "bien-lai-ngan-ha-6617"
SECRETS = [ADDRESS, *VALUES.values(), "+84986661742", NAME_BEFORE, REASON, COMPLAINT, FILE_NAME]
# Where something of the person lies before the deletion.
HELD = {
    "accounts.sealedaddress",
    "complaints.complaint",
    "personal_data.dataitem",
    "personal_data.storedfile",
}


@dataclass
class Person:
    """Somebody with an account at a running installation."""

    up: Up
    process: Inside
    browser: Visitor
    password: str

    def send(self, page: str, **form: str) -> str:
        """Fill in a form of a page; where that led to. `_to` sends it elsewhere than to the page."""
        to = form.pop("_to", "")
        return self.browser.send(f"/vi/{page}", form, to=f"/vi/{to}" if to else "")

    def ask(self, kind: str, **form: str) -> None:
        """Ask for something, with the password once more."""
        end = self.send(f"account/requests/new/{kind}/", password=self.password, **form)
        assert "/received/" in end, f"asking led to {end}"


@pytest.fixture(scope="module")
def person(requests_home: Path) -> Iterator[Person]:
    settings = policy_without_cooling_off(requests_home.parent)
    with (
        running(requests_home, **settings) as up,
        inside(up, "tests.ops.requests_process", **settings) as process,
    ):
        yield Person(up, process, Visitor(up.url), secrets.token_urlsafe(16))


def test_a_request_to_delete_everything_leaves_nothing_to_read(person: Person) -> None:
    _sign_up(person)
    _live(person)
    assert person.process.ask("found", [ADDRESS]), "a search that finds nothing proves nothing"
    target = _deleted(person)
    last = person.process.ask("last_letters", target)
    found = person.process.ask("found", SECRETS)
    told = [(place, secret) for place, secret in found if secret != ADDRESS or not _is_letter(place, last)]
    assert told == []
    log = "\n".join(person.up.lines)
    assert "READY" in log and not [secret for secret in SECRETS if secret in log]
    left = person.process.ask("left", target)
    assert left["openable"] == {"address": False, "snapshot": False, "keys": ["EVIDENCE"], "packages": 0}
    assert left["values"] and set(left["values"]) <= set(left["kept"])


def _is_letter(place: str, ids: Iterable[str]) -> bool:
    return place.startswith("mail/") and any(one in place for one in ids)


def _sign_up(person: Person) -> None:
    box = Mailbox(person.up.home / "mail")
    person.send("auth/signup/", age="ADULT", email=ADDRESS, password1=person.password)
    person.send("auth/confirm-email/", code=box.next_code(ADDRESS))


def _live(person: Person) -> None:
    """Give, change and agree to what the pages offer, complain, and have a copy made."""
    person.send("account/data/full-name/", value=NAME_BEFORE, seen="")
    for field, value in VALUES.items():
        page = f"account/data/{field}/"
        person.send(page, value=value, seen=person.browser.hidden(f"/vi/{page}").get("seen", ""))
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(picture, "PNG")
    page = "/vi/account/data/payment-image/files/add/"
    person.browser.send(page, {}, files={"file": (f"{FILE_NAME}.png", picture.getvalue())})
    shown = person.browser.hidden("/vi/account/consents/")
    answers = {name.replace("shown-", "answer-"): "agree" for name in shown if name.startswith("shown-")}
    person.send("account/consents/", **{name: shown[name] for name in shown if name.startswith("shown-")}, **answers)
    person.send("complaints/new/", category="other", text=COMPLAINT, remedy="STOP")
    person.ask("copy")
    _wait(lambda: person.process.ask("copy_ready"), "no copy was made")


def _deleted(person: Person) -> str:
    """Ask for the deletion of everything, and wait until staff, worker, recipients and post are done."""
    person.ask("delete", extent="all", text=REASON)
    decided = person.process.ask("decide")
    errand = decided["errand"]
    assert set(decided["held"]) >= HELD and errand["blobs"]
    _wait(lambda: person.process.ask("look", [errand]) == [], "the deletion did not end")
    target = f"request:{errand['request']}"
    _wait(lambda: list(person.process.ask("last_letters", target).values()) == [True, True], "letters did not leave")
    return target


def _wait(holds: Callable[[], bool], words: str) -> None:
    assert processes.wait_until(holds, seconds=PATIENCE, every=0.5), words

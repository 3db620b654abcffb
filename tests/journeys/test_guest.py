"""Someone without an account complains, proves the address, and follows the case."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import OpenWalk
from tests.journeys.installation import Installation
from tests.journeys.pictures import picture

WAYS = [
    pytest.param({"language": "vi", "phone": True}, id="vi-phone"),
    pytest.param({"language": "en", "script": False}, id="en-no-script"),
]
TEXT = "I asked for my number to be removed in May; it is still called."
MORE = "The last call came on Monday at nine."


@pytest.mark.parametrize("way", WAYS)
def test_a_guest_complains_and_follows_the_case(
    walk_on: OpenWalk, portal: Installation, way: dict[str, object]
) -> None:
    walk = walk_on(portal, **way)
    address = walk.new_address("guest")
    walk.go("complaints/new/")
    walk.act("complaint-send")
    walk.is_refused("text")
    walk.choose("category", "not-corrected-or-deleted")
    walk.fill(text=TEXT, address=address)
    walk.select("remedy", 2)
    walk.attach("attachments", "bang-chung.png", picture())
    walk.act("complaint-send")
    reference = walk.reference()
    walk.fill(code="000000")
    walk.act("address-verify")
    walk.is_refused("code")
    walk.fill(code=walk.mailbox.next_code(address))
    walk.act("address-verify")
    walk.is_told("success")
    assert reference in walk.mailbox.next(address, having=reference).body

    walk.page.context.clear_cookies()
    before = walk.mailbox.names(address)
    walk.go("track/")
    walk.fill(reference=reference.lower().replace("-", " "), address=address.upper())
    walk.act("case-look-up")
    walk.fill(code=walk.mailbox.next_code(address, after=before))
    walk.act("case-open")
    walk.sees(reference)
    walk.does_not_see(TEXT)  # the address may have been mistyped, and be a stranger's
    walk.fill(text=MORE)
    walk.act("case-write")
    walk.sees(MORE)
    walk.act("case-leave")
    walk.page.goto(f"/{walk.language}/track/case/")
    expect(walk.page.locator("main")).not_to_contain_text(MORE)


def test_an_unknown_reference_is_answered_like_a_known_one(walk_on: OpenWalk, portal: Installation) -> None:
    walk = walk_on(portal, "en")
    address = walk.new_address("nobody")
    walk.go("track/")
    walk.fill(reference="KN-26-7KQM-X3WP", address=address)
    walk.act("case-look-up")
    walk.fill(code="123456")
    walk.act("case-open")
    walk.is_refused("code")
    assert walk.mailbox.all(address) == []


def test_a_guest_sends_a_request(walk_on: OpenWalk, portal: Installation) -> None:
    walk = walk_on(portal, "vi", phone=True)
    address = walk.new_address("yeu-cau")
    walk.go("requests/new/copy/")
    walk.fill(text="Xin một bản sao dữ liệu từ năm 2025.", address=address)
    walk.act("request-send")
    reference = walk.reference()
    walk.fill(code=walk.mailbox.next_code(address))
    walk.act("address-verify")
    walk.is_told("success")
    assert reference in walk.mailbox.next(address, having=reference).body

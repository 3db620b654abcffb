"""Each right asked for in a browser by a guest, a member and a representative, in both languages; axe looks on."""

import pytest
from playwright.sync_api import expect

from tests.journeys.asking import agrees_to_everything, says_what
from tests.journeys.conftest import OpenWalk
from tests.journeys.installation import Installation
from tests.journeys.walk import PASSWORD

KINDS = ("view", "copy", "correct", "delete", "restrict", "object", "withdraw", "protect")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_guest_asks_for_each_right(walk_on: OpenWalk, portal: Installation, language: str) -> None:
    walk = walk_on(portal, language, phone=language == "vi")
    walk.go("requests/new/")
    walk.examine()
    for kind in KINDS:
        walk.go(f"requests/new/{kind}/")
        walk.examine()
        says_what(walk, kind)
        walk.fill(address=walk.new_address("khach"))
        walk.act("request-send")
        assert walk.reference().startswith("YC-")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_member_asks_for_each_right_and_follows_it(walk_on: OpenWalk, portal: Installation, language: str) -> None:
    walk = walk_on(portal, language, phone=language == "en")
    walk.sign_up(walk.new_address())
    agrees_to_everything(walk)
    walk.go("account/data/phone/")
    walk.fill(value="0912 345 678")
    walk.act("value-save")
    for kind in KINDS:
        walk.go(f"account/requests/new/{kind}/")
        walk.examine()
        says_what(walk, kind)
        if walk.page.locator('[name="password"]').count():
            walk.fill(password=PASSWORD)
        walk.act("request-send")
        reference = walk.reference()
        walk.go(f"account/requests/{reference}/")
        walk.examine()
        # The password said who asks: the page asks for nothing more, and says so.
        expect(walk.page.locator("#who-title")).to_have_count(0)
        expect(walk.page.locator("main .summary-row .status-done").first).to_be_visible()
    walk.go("account/requests/")
    walk.examine()
    links = walk.page.locator('main a[href*="/account/requests/YC-"]')
    assert links.count() == len(KINDS)
    walk.press(links.last)  # the first that was sent: what the portal does by itself


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_representative_names_both_people_and_shows_the_authority(
    walk_on: OpenWalk, portal: Installation, language: str
) -> None:
    walk = walk_on(portal, language, phone=True)
    address = walk.new_address("dai-dien")
    walk.go("requests/new/delete/?for=other")
    walk.examine()
    walk.act("request-send")
    walk.is_refused("mandate_name")
    walk.choose("mandate_kind", "PARENT")
    walk.tick("child_is_seven")
    walk.choose("extent", "all")
    walk.fill(mandate_name="Trần Văn Cha", person_name="Trần Thị Con", person_contact="con@example.com")
    walk.fill(address=address)
    walk.act("request-send")
    walk.fill(code=walk.mailbox.next_code(address))
    walk.act("address-verify")
    walk.go("track/case/")
    walk.sees("Trần Văn Cha")
    walk.sees("Trần Thị Con")
    walk.examine()
    walk.go("requests/case/child/")
    walk.examine()
    walk.act("child-agree")
    walk.is_told("success")
    walk.go("requests/case/take-back/")
    walk.examine()
    walk.act("request-take-back")
    walk.is_told("success")

"""Two colleagues decide that something is no longer needed; the person sees the day, deletes a part now, keeps a part.

In both languages, on a phone and on a desk, with and without script.
"""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from core import clock
from core.clock import local_date
from tests.journeys.asking import enters
from tests.journeys.conftest import OpenWalk
from tests.journeys.installation import Installation
from tests.journeys.walk import PASSWORD, Walk

WAYS = [
    pytest.param({"language": "vi", "phone": True}, id="vi-phone"),
    pytest.param({"language": "en"}, id="en-desktop"),
    pytest.param({"language": "vi", "script": False}, id="vi-no-script"),
]
GOES_IN = timedelta(days=10)


@pytest.mark.parametrize("way", WAYS)
def test_a_person_sees_what_goes_and_does_something_about_it(
    walk_on: OpenWalk, acros: Installation, way: dict[str, object]
) -> None:
    walk = walk_on(acros, **way)
    walk.sign_up(walk.new_address("sap-xoa"))
    enters(walk, "full-name", "Trần Thị Còn Giữ")
    enters(walk, "phone", "0912 345 678")
    walk.go("account/retention/")
    expect(walk.page.locator("#soon-1")).to_have_count(0)
    examine(walk, way)

    two_colleagues_decide(walk_on, acros, "full-name", "phone")
    walk.go("account/")
    walk.press(walk.page.locator('main a[href$="/account/retention/"]').first)
    expect(walk.page.locator("#soon-1")).to_be_visible()
    examine(walk, way)
    walk.shoot("retention-soon")

    deletes_a_part_now(walk)
    keeps_the_rest(walk)

    the_officer_places_a_hold(walk_on, acros, "phone")
    sees_what_has_to_stay(walk, way)
    has_to_wait_with_everything(walk, way)


def examine(walk: Walk, way: dict[str, object]) -> None:
    """Closely, where there is script to do it with."""
    if way.get("script", True):
        walk.examine()


def two_colleagues_decide(walk_on: OpenWalk, portal: Installation, *fields: str) -> None:
    """The officer prepares it for the newest person, an administrator approves it."""
    officer = walk_on(portal, language="vi")
    officer.sign_in(portal.sign_in("dpo"))
    officer.speak_at_the_desk()
    person = newest_person(officer)
    officer.go_staff("personal_data/disposal/add/")
    page = officer.page
    page.locator('[name="kind"][value="NOT_NEEDED"]').check()
    for field in fields:
        page.locator(f'[name="fields_gone"][value="{field}"]').check()
    day = local_date(clock.now()) + GOES_IN
    officer.fill(subject_ref=person, ground="Đơn hàng đã xong", goes_on=day.isoformat())
    officer.act("disposal-look")
    officer.act("disposal-propose")

    other = walk_on(portal, language="vi")
    other.sign_in(portal.sign_in("admin"))
    other.speak_at_the_desk()
    other.go_staff("personal_data/disposal/")
    other.press(other.page.locator("#result_list tbody th a").first)
    other.act("disposal-approve")


def newest_person(officer: Walk) -> str:
    officer.go_staff("personal_data/datasubject/")
    person = officer.page.locator("#result_list tbody th a").first.get_attribute("href") or ""
    return person.split("/")[-3]


def the_officer_places_a_hold(walk_on: OpenWalk, portal: Installation, field: str) -> None:
    """On one field of the newest person."""
    officer = walk_on(portal, language="vi")
    officer.sign_in(portal.sign_in("dpo"))
    officer.speak_at_the_desk()
    person = newest_person(officer)
    officer.go_staff("personal_data/legalhold/add/")
    officer.page.locator('[name="ground"][value="DISPUTE"]').check()
    officer.page.locator('[name="field"]').select_option(field)
    day = local_date(clock.now()) + GOES_IN
    officer.fill(subject_ref=person, clause="L91 14.2", review_on=day.isoformat())
    officer.act("hold-place")


def sees_what_has_to_stay(walk: Walk, way: dict[str, object]) -> None:
    """Before anything is pressed: the reason, and no button that would only be refused."""
    walk.go("account/data/phone/delete/")
    expect(walk.page.locator("main .notice-warning")).to_be_visible()
    expect(walk.page.locator('[data-action="value-delete"]')).to_have_count(0)
    examine(walk, way)
    walk.shoot("retention-held")
    walk.go("account/retention/")
    examine(walk, way)


def has_to_wait_with_everything(walk: Walk, way: dict[str, object]) -> None:
    """A deletion of everything says that it waits, on its page and on every other, until it is called off."""
    walk.go("account/erase/")
    expect(walk.page.locator("main .notice-warning")).to_be_visible()
    walk.tick("understood")
    if walk.page.locator('[name="password"]').count():
        walk.fill(password=PASSWORD)
    walk.act("account-erase")
    expect(walk.page.locator("main .notice-warning")).to_be_visible()
    examine(walk, way)
    walk.shoot("retention-waits")
    waits = walk.page.url
    for page in ("account/", "account/retention/"):
        walk.go(page)
        expect(walk.page.locator(f'main .notice a[href="{urlsplit(waits).path}"]')).to_be_visible()
        examine(walk, way)
    walk.press(walk.page.locator("main .notice a").first)
    walk.act("erasure-cancel")
    walk.go("account/")
    expect(walk.page.locator("main .notice-warning")).to_have_count(0)


def deletes_a_part_now(walk: Walk) -> None:
    """One thing of several: the page asks once more, and says what goes and what stays."""
    walk.go("account/data/full-name/delete/")
    walk.act("value-delete")
    walk.is_told("success")
    walk.go("account/retention/")
    expect(walk.page.locator("#soon-1")).to_be_visible()
    form = walk.page.locator('form[action$="/account/data/delete/"]').first
    expect(form.locator('[name="field"]')).to_have_count(1)


def keeps_the_rest(walk: Walk) -> None:
    """By the consent that would carry it; nothing is ticked beforehand, and the day is gone afterwards."""
    page = walk.page
    assert page.locator("#keep [name^='answer-']:checked").count() == 0
    first = page.locator('#keep [name^="answer-"][value="agree"]').first
    walk.choose(str(first.get_attribute("name")), "agree")
    walk.act("consents-save")
    walk.is_told("success")
    expect(page.locator("#soon-1")).to_have_count(0)
    expect(page.locator("ul.reasons").first).to_be_visible()
    walk.shoot("retention-kept")

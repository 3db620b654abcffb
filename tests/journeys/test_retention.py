"""Two colleagues decide that something is no longer needed; the person sees the day, deletes a part now, keeps a part.

In both languages, on a phone and on a desk, with and without script.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from core import clock
from core.clock import local_date
from tests.journeys.asking import enters
from tests.journeys.conftest import OpenWalk
from tests.journeys.installation import Installation
from tests.journeys.walk import Walk

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


def examine(walk: Walk, way: dict[str, object]) -> None:
    """Closely, where there is script to do it with."""
    if way.get("script", True):
        walk.examine()


def two_colleagues_decide(walk_on: OpenWalk, portal: Installation, *fields: str) -> None:
    """The officer prepares it for the newest person, an administrator approves it."""
    officer = walk_on(portal, language="vi")
    officer.sign_in(portal.sign_in("dpo"))
    officer.speak_at_the_desk()
    officer.go_staff("personal_data/datasubject/")
    person = officer.page.locator("#result_list tbody th a").first.get_attribute("href") or ""
    officer.go_staff("personal_data/disposal/add/")
    page = officer.page
    page.locator('[name="kind"][value="NOT_NEEDED"]').check()
    for field in fields:
        page.locator(f'[name="fields_gone"][value="{field}"]').check()
    day = local_date(clock.now()) + GOES_IN
    officer.fill(subject_ref=person.split("/")[-3], ground="Đơn hàng đã xong", goes_on=day.isoformat())
    officer.act("disposal-look")
    officer.act("disposal-propose")

    other = walk_on(portal, language="vi")
    other.sign_in(portal.sign_in("admin"))
    other.speak_at_the_desk()
    other.go_staff("personal_data/disposal/")
    other.press(other.page.locator("#result_list tbody th a").first)
    other.act("disposal-approve")


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

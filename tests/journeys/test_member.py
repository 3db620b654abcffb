"""A person signs up, sees what is held, rules it, and leaves.

In both languages, on a phone and on a desk, with and without script, and by keyboard alone.
"""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import OpenWalk
from tests.journeys.installation import Installation
from tests.journeys.walk import PASSWORD, Walk

WAYS = [
    pytest.param({"language": "vi", "phone": True}, id="vi-phone"),
    pytest.param({"language": "en"}, id="en-desktop"),
    pytest.param({"language": "vi", "script": False}, id="vi-no-script"),
    pytest.param({"language": "en", "by_keyboard": True}, id="en-keyboard"),
]
NAME, NEW_NAME, PHONE = "Hoàng Thị Lan Anh", "Hoàng Lan Anh", "0912 345 678"
WHAT_HAPPENED = "Sáng nay có người gọi mời mua hàng dù tôi không đồng ý."


@pytest.mark.parametrize("way", WAYS)
def test_a_person_signs_up_rules_their_data_and_leaves(
    walk_on: OpenWalk, portal: Installation, way: dict[str, object]
) -> None:
    walk = walk_on(portal, **way)
    address = walk.new_address()
    account = walk.sign_up(address)

    answers_the_questions(walk)
    takes_one_consent_back(walk)
    enters_changes_and_deletes(walk)
    complains(walk)

    asks_to_be_deleted_and_calls_it_off(walk)
    walk.sign_in(account)


@pytest.mark.parametrize("way", WAYS[:2])
def test_a_person_leaves(walk_on: OpenWalk, acros: Installation, way: dict[str, object]) -> None:
    walk = walk_on(acros, **way)
    account = walk.sign_up(walk.new_address())
    leaves(walk)
    walk.go("auth/login/")
    walk.fill(login=account.email, password=account.password)
    walk.act("session-start")
    walk.is_refused("login")


def answers_the_questions(walk: Walk) -> None:
    """Nothing is ticked; half is agreed to, half is not."""
    page = walk.page
    if "/account/consents/" not in page.url:
        walk.go("account/consents/")
    agree = page.locator('[name^="answer-"][value="agree"]')
    names = [str(one.get_attribute("name")) for one in agree.all()]
    assert names
    assert page.locator('[name^="answer-"]:checked').count() == 0
    for number, name in enumerate(names):
        walk.choose(name, "agree" if number % 2 == 0 else "refuse")
    walk.act("consents-save")
    walk.is_told("success")
    expect(page.locator('[data-action="consent-withdraw"]')).to_have_count((len(names) + 1) // 2)


def takes_one_consent_back(walk: Walk) -> None:
    """One step, at once; the history keeps both answers."""
    walk.go("account/consents/")
    given = walk.page.locator('[data-action="consent-withdraw"]').count()
    walk.act("consent-withdraw")
    walk.is_told("success")
    expect(walk.page.locator('[data-action="consent-withdraw"]')).to_have_count(given - 1)
    walk.go("account/consents/history/")
    assert walk.page.locator("main tbody tr").count() >= 2


def enters_changes_and_deletes(walk: Walk) -> None:
    """One value entered, changed, confirmed and deleted; another declined; another wrong at first."""
    walk.go("account/data/full-name/")
    walk.fill(value=NAME)
    walk.act("value-save")
    walk.is_told("success")
    walk.sees(NAME)
    walk.go("account/data/full-name/")
    walk.fill(value=NEW_NAME)
    walk.act("value-save")
    walk.sees(NEW_NAME)
    walk.act("value-confirm", within=walk.page.locator("#field-full-name"))
    walk.is_told("success")

    walk.go("account/data/phone/")
    walk.fill(value="12")
    walk.act("value-save")
    walk.is_refused("value")
    assert walk.page.locator('[name="value"]').input_value() == "12"
    walk.fill(value=PHONE)
    walk.act("value-save")
    walk.sees(PHONE)

    walk.go("account/data/full-name/delete/")
    walk.sees(NEW_NAME)
    walk.act("value-delete")
    walk.is_told("success")
    expect(walk.page.locator("#field-full-name")).not_to_contain_text(NEW_NAME)

    walk.go("account/data/phone/decline/")
    walk.act("field-decline")
    walk.is_told("success")
    expect(walk.page.locator("#field-phone")).not_to_contain_text(PHONE)
    walk.go("account/data/full-name/history/")
    assert walk.page.locator(".timeline li").count() >= 4


def complains(walk: Walk) -> None:
    """A member complains, and finds the complaint in the account."""
    before = walk.mailbox.names("@")
    walk.go("complaints/new/")
    walk.choose("category", "unwanted-marketing")
    walk.fill(text=WHAT_HAPPENED)
    walk.select("remedy", 1)
    walk.act("complaint-send")
    reference = walk.reference()
    walk.go("account/complaints/")
    walk.sees(reference)
    walk.press(walk.page.locator(f'main a[href*="{reference}"]').first)
    walk.sees(WHAT_HAPPENED)
    assert reference in walk.mailbox.next("@example.com", after=before, having=reference).body


def asks_to_be_deleted_and_calls_it_off(walk: Walk) -> None:
    """Every page says that it is about to happen; whoever has the link calls it off, without signing in."""
    page = walk.page
    walk.go("account/erase/")
    walk.tick("understood")
    walk.fill(password=PASSWORD)
    walk.act("account-erase")
    progress = urlsplit(page.url).path
    walk.go("account/data/")
    walk.is_told("warning")
    page.context.clear_cookies()
    walk.stay(progress)
    walk.act("erasure-cancel")
    expect(page.locator("main .status-stopped")).to_be_visible()


def leaves(walk: Walk) -> None:
    """Everything goes; the progress page needs no session; a mail confirms the end."""
    page = walk.page
    walk.go("account/erase/")
    walk.tick("understood")
    walk.fill(password="not the password")
    walk.act("account-erase")
    walk.is_refused("password")
    walk.tick("understood")
    walk.fill(password=PASSWORD)
    walk.act("account-erase")
    progress = urlsplit(page.url).path
    assert re.search(r"/account/erase/progress/\w{32,}/$", progress), progress
    walk.until_erased(progress)
    assert page.locator('[data-action="session-end"]').count() == 0
    page.context.clear_cookies()
    page.goto(progress)
    expect(page.locator("main .status-done")).to_be_visible()


def test_under_16_leads_to_a_representative_and_stores_nothing(walk_on: OpenWalk, portal: Installation) -> None:
    for language, age in (("vi", "CHILD"), ("en", "YOUNG_CHILD")):
        walk = walk_on(portal, language)
        address = walk.new_address("tre-em")
        walk.go("auth/signup/")
        walk.choose("age", age)
        walk.fill(email=address, password1=PASSWORD)
        walk.act("account-create")
        assert "/auth/signup/representative/" in walk.page.url
        walk.examine()
        walk.go("auth/login/")
        walk.fill(login=address, password=PASSWORD)
        walk.act("session-start")
        walk.is_refused("login")
        assert walk.mailbox.all(address) == []

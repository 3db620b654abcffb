"""Each right from the form to the outcome: asked, established who asks, decided at the desk, carried out, read.

| kind     | as a member | as a guest         | as a representative |
|----------|-------------|--------------------|---------------------|
| view     |             |                    | vi, parent          |
| copy     | vi          | en, code by mail   |                     |
| correct  | en          |                    |                     |
| delete   | en, acros   | vi, code by mail   | en, attorney        |
| restrict |             | en, code by phone  |                     |
| object   | vi, refused |                    |                     |
| withdraw | en          |                    |                     |
| protect  |             | vi, proved address |                     |
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from dsr_requests.enums import Outcome
from tests.journeys.asking import NEW_PHONE, Asker, agrees_to_everything, enters
from tests.journeys.conftest import OpenWalk
from tests.journeys.copies import Copy, opened_offline
from tests.journeys.customers import bring_in
from tests.journeys.desk import Desk
from tests.journeys.installation import Installation

NAME, OLD_PHONE = "Hoàng Thị Lan Anh", "0912 345 678"
REFUSAL = "Chúng tôi cần địa chỉ của bạn để giao hàng bạn đã đặt."
WORDS = "Chúng tôi đã kiểm tra và không thấy ai khác đọc dữ liệu của bạn."


@dataclass(frozen=True)
class Customer:
    """Somebody held from earlier on."""

    email: str
    phone: str


@pytest.fixture(scope="module")
def customers(portal: Installation) -> dict[str, Customer]:
    """People without an account, each for one walk."""
    names = ("copy", "delete", "restrict", "protect", "child", "granted")
    own = secrets.randbelow(10**6)
    found = {
        name: Customer(f"cu.{name}.{own}@example.com", f"09{number}2{own:06}") for number, name in enumerate(names)
    }
    bring_in(portal, [{"full-name": NAME, "email": one.email, "phone": one.phone} for one in found.values()])
    return found


@pytest.fixture(scope="module")
def windows(browser: Browser, portal: Installation) -> Iterator[Desk]:
    found = Desk(browser, portal)
    yield found
    found.close()


@pytest.fixture
def desk(windows: Desk) -> Iterator[Desk]:
    """Two colleagues; what their browsers complained about fails the walk."""
    yield windows
    windows.check()


def test_a_member_gets_a_copy(walk_on: OpenWalk, portal: Installation, browser: Browser) -> None:
    person = Asker(walk_on(portal, "vi"), member=True)
    enters(person.walk, "full-name", NAME)
    person.asks("copy")
    copy = Copy(person.fetches())
    copy.check()
    assert NAME in copy.text("data.json")
    with opened_offline(browser, copy, "vi") as page:
        expect(page.locator("body")).to_contain_text(NAME)
        expect(page.locator("body")).to_contain_text(person.reference)
    person.waits_for(Outcome.FULFILLED)
    person.reads(step="copy-fetched")


def test_a_guest_gets_a_copy_by_a_code_to_an_address_held(
    walk_on: OpenWalk, portal: Installation, browser: Browser, customers: dict[str, Customer]
) -> None:
    person, held = Asker(walk_on(portal, "en", phone=True), member=False), customers["copy"]
    person.asks("copy")
    person.types_a_code(held.email)
    copy = Copy(person.fetches(code_goes_to=held.email))
    copy.check()
    with opened_offline(browser, copy, "en") as page:
        expect(page.locator("body")).to_contain_text(NAME)
        expect(page.locator("body")).not_to_contain_text(customers["delete"].email)


def test_a_parent_sees_what_is_held_on_a_child(
    walk_on: OpenWalk, portal: Installation, desk: Desk, customers: dict[str, Customer]
) -> None:
    parent, child = Asker(walk_on(portal, "vi", phone=True), member=False), customers["child"]
    parent.asks(
        "view",
        mandate={
            "mandate_kind": "PARENT",
            "child_is_seven": "yes",
            "mandate_name": "Trần Văn Cha",
            "person_name": NAME,
            "person_contact": child.email,
        },
    )
    parent.shows_the_mandate()
    parent.lets_the_child_agree()
    desk.agent.takes(parent.reference, known=False)
    desk.agent.accepts_the_mandate("view")
    desk.agent.decides("ACCEPT")
    copy = Copy(parent.fetches(code_goes_to=parent.address))
    copy.check()
    assert child.phone[-6:] in copy.text("data.json").replace(" ", "")
    parent.waits_for(Outcome.FULFILLED)
    parent.reads("Trần Văn Cha", NAME, step="view-done")


def test_a_member_has_a_value_corrected_and_the_recipients_told(
    walk_on: OpenWalk, portal: Installation, desk: Desk
) -> None:
    person = Asker(walk_on(portal, "en"), member=True)
    enters(person.walk, "phone", OLD_PHONE)
    person.asks("correct")
    desk.agent.takes(person.reference)
    desk.agent.corrects("phone")
    desk.agent.decides("ACCEPT")
    person.waits_until("#orders-title", what="orders")
    person.reads(NEW_PHONE, step="correct-decided")
    assert desk.agent.confirms_orders("Thư trả lời của bên nhận, lưu theo số của thư.")
    person.waits_for(Outcome.FULFILLED)
    person.reads(NEW_PHONE, step="correct-done")
    person.walk.go("account/data/")
    expect(person.walk.page.locator("#field-phone")).to_contain_text(NEW_PHONE)


def test_a_guest_has_one_thing_deleted(
    walk_on: OpenWalk, portal: Installation, desk: Desk, customers: dict[str, Customer]
) -> None:
    person, held = Asker(walk_on(portal, "vi"), member=False), customers["delete"]
    person.asks("delete")
    person.types_a_code(held.email)
    desk.agent.takes(person.reference)
    desk.agent.decides("ACCEPT")
    person.waits_until('a[href*="/certificate/"]', what="deletion")
    assert desk.agent.confirms_orders("Bên nhận trả lời qua điện thoại.")
    person.waits_for(Outcome.FULFILLED)
    person.reads(step="delete-done")
    person.walk.press(person.walk.page.locator('main a[href*="/certificate/"]').first)
    person.walk.examine()
    person.walk.does_not_see(held.phone[-6:])


def test_an_attorney_asks_for_everything_to_be_deleted_and_calls_it_off(
    walk_on: OpenWalk, portal: Installation, desk: Desk, customers: dict[str, Customer]
) -> None:
    attorney, granted = Asker(walk_on(portal, "en", phone=True), member=False), customers["granted"]
    before = portal.mailbox.names(granted.email)
    attorney.asks(
        "delete",
        everything=True,
        mandate={
            "mandate_kind": "ATTORNEY",
            "mandate_name": "Lý Văn Ủy",
            "person_name": NAME,
            "person_contact": granted.email,
            "mandate_until": "2031-12-31",
        },
    )
    attorney.shows_the_mandate()
    desk.agent.takes(attorney.reference, known=False)
    desk.agent.accepts_the_mandate("delete", until="2031-12-31")
    portal.mailbox.next(granted.email, after=before)
    desk.agent.decides("ACCEPT")
    attorney.reads("second person", step="delete-waits")
    desk.officer.seconds(attorney.reference)
    attorney.waits_until('[data-action="erasure-cancel"]', what="cooling-off")
    attorney.reads("Lý Văn Ủy", step="delete-cooling")
    attorney.walk.act("erasure-cancel")
    attorney.walk.is_told("success")
    attorney.reads(step="delete-called-off")


def test_a_guest_has_the_use_restricted_after_a_call(
    walk_on: OpenWalk, portal: Installation, desk: Desk, customers: dict[str, Customer]
) -> None:
    person, held = Asker(walk_on(portal, "en"), member=False), customers["restrict"]
    person.asks("restrict", everything=True)
    person.waits_for_a_call(held.phone)
    desk.agent.takes(person.reference, known=False)
    number, code = desk.agent.calls("Gọi để đọc mã cho người yêu cầu.")
    assert number.replace(" ", "")[-6:] == held.phone[-6:]
    person.answers_with(code)
    desk.agent.decides("ACCEPT")
    person.waits_until("#orders-title", what="orders")
    desk.agent.confirms_orders("Bên nhận trả lời qua điện thoại.")
    person.waits_for(Outcome.FULFILLED)
    person.reads("used for nothing else", step="restrict-done")


def test_a_member_objects_is_refused_by_two_and_complains(walk_on: OpenWalk, portal: Installation, desk: Desk) -> None:
    person = Asker(walk_on(portal, "vi"), member=True)
    person.asks("object")
    person.open()
    expect(person.walk.page.locator("main .notice-info").first).to_be_visible()
    desk.agent.takes(person.reference)
    desk.agent.decides("REFUSE", ground="R1", words=REFUSAL)
    person.open()
    person.walk.does_not_see(REFUSAL)
    before = portal.mailbox.names(person.address)
    desk.officer.seconds(person.reference)
    assert REFUSAL not in portal.mailbox.next(person.address, after=before, having=person.reference).body
    person.waits_for(Outcome.REFUSED)
    person.reads(REFUSAL, step="object-refused")
    walk = person.walk
    walk.press(walk.page.locator('main a[href*="contests="]').first)
    walk.examine()
    walk.sees(person.reference)
    walk.page.locator('[name="category"]').first.check()
    walk.fill(text="Tôi không đặt hàng nào.")
    walk.select("remedy", 1)
    walk.act("complaint-send")
    assert walk.reference().startswith("KN-")


def test_a_member_withdraws_every_consent(walk_on: OpenWalk, portal: Installation, desk: Desk) -> None:
    person = Asker(walk_on(portal, "en", by_keyboard=True), member=True)
    agrees_to_everything(person.walk)
    enters(person.walk, "full-name", NAME)
    person.asks("withdraw")
    person.waits_until("#orders-title", what="orders")
    person.reads(step="withdraw-running")
    person.walk.go("account/consents/")
    expect(person.walk.page.locator('[data-action="consent-withdraw"]')).to_have_count(0)
    desk.officer.opens(person.reference)
    assert desk.officer.confirms_orders("Answered by e-mail, filed under its number.")
    person.waits_for(Outcome.FULFILLED)
    person.reads(step="withdraw-done")


def test_a_guest_has_data_better_protected(
    walk_on: OpenWalk, portal: Installation, desk: Desk, customers: dict[str, Customer]
) -> None:
    person = Asker(walk_on(portal, "vi", phone=True, by_keyboard=True), member=False)
    person.address = customers["protect"].email
    person.asks("protect")
    desk.agent.takes(person.reference)
    desk.agent.decides("ACCEPT", words=WORDS)
    person.waits_for(Outcome.FULFILLED)
    person.reads(WORDS, step="protect-done")

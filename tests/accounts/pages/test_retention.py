"""What goes when: each day and reason on the page, and three things to do about it."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services.registering import register_person
from audit.services.recording import record
from consent.models import LedgerEntry
from core.actors import SYSTEM
from core.clock import midnight
from personal_data.enums import HoldGround
from personal_data.models import DataItem, Device, Disposal, DueNotice, LegalHold, PurposeState, RetentionEvent
from personal_data.services import holding
from personal_data.services.files import store_file
from policies.models import PolicyVersion
from policies.services.publishing import publish
from privacy_portal import demo_media
from tests.accounts.pages.conftest import ADDRESS, NAME, PASSWORD, PHONE, Hold
from tests.harness.clock import MONDAY
from tests.policies.made_up import change, write_pack

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
PAGE = "/en/account/retention/"
DATA = "/en/account/data/"
DAY = timedelta(days=1)


@pytest.fixture
def now(frozen_clock: time_machine.Traveller) -> datetime:
    """Monday 2 March 2026, at nine in Vietnam."""
    return MONDAY


def words(browser: Client, address: str = PAGE) -> str:
    response = browser.get(address)
    assert response.status_code == 200 and "no-store" in response["Cache-Control"]
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def card(browser: Client, field: str) -> str:
    """One entry of the data page, in words."""
    found = re.search(rf'id="field-{field}".*?</section>', browser.get(DATA).content.decode(), re.DOTALL)
    assert found is not None
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def decide(member: User, *fields: str, goes_on: date, kind: str = "NOT_NEEDED") -> None:
    """Two people decided that something is no longer needed, or approved an order."""
    with transaction.atomic():
        row = Disposal.objects.create(
            kind=kind,
            state="APPROVED",
            fields=list(fields),
            subject_ref=member.subject_id,
            ground="no longer needed",
            goes_on=goes_on,
            digest=bytes(32),
            proposed_by="user:1",
            proposed_at=MONDAY,
            decided_by="user:2",
            decided_at=MONDAY,
        )
        record(event="disposal.approved", target=f"disposal:{row.pk}", by=SYSTEM, now=MONDAY)


def place_hold(member: User, field: str) -> None:
    with transaction.atomic():
        row = LegalHold.objects.create(
            subject_ref=member.subject_id,
            field=field,
            ground=HoldGround.DISPUTE,
            clause="L91 14.2",
            owner="user:1",
            review_on=date(2026, 6, 1),
            placed_at=MONDAY,
            placed_by="user:1",
        )
        record(event="hold.placed", target=f"hold:{row.pk}", by=SYSTEM, now=MONDAY)


def paid(member: User, at: datetime) -> None:
    RetentionEvent.objects.create(subject_id=member.subject_id, event="order-closed", at=at)


def test_nothing_held_is_said_kindly(browser: Client) -> None:
    assert "Nothing goes within the next 30 days." in words(browser)  # the sign-in address is held
    Device.objects.all().delete()
    assert "No day set" in words(browser)


def test_each_day_stands_with_its_rule_and_what_can_be_done(browser: Client, member: User, hold: Hold) -> None:
    hold("payment-reference", "FT26061998877")
    hold("full-name", NAME)
    paid(member, datetime(2025, 9, 20, tzinfo=UTC))
    text = words(browser)
    soon, dayless = text.split("No day set")
    assert "20 March 2026" in soon and "after the order is closed" in soon and "Download it" in soon
    assert "Delete now" in soon and "Keep it" not in soon  # no purpose that needs a consent names a payment
    assert "Full name" in dayless and "FT2606" not in text
    assert "You sign in with “E-mail address”: your account goes with it." in text
    assert f'action="{DATA}delete/"' in browser.get(PAGE).content.decode()
    assert "20 March 2026" in words(browser, "/en/account/") and "20 March 2026" in card(browser, "payment-reference")


def test_what_waits_for_something_to_happen_says_so(browser: Client, member: User, hold: Hold) -> None:
    hold("payment-reference", "FT26061998877")
    waits = "What this time counts from has not been recorded yet."
    assert waits in words(browser) and waits in card(browser, "payment-reference")
    paid(member, MONDAY)
    assert waits not in words(browser)


def test_what_is_due_goes_in_the_coming_night(browser: Client, member: User, hold: Hold) -> None:
    hold("phone", PHONE)
    decide(member, "phone", goes_on=date(2026, 2, 1))
    assert "9 March 2026" in words(browser), "seven days after the mail"
    DueNotice.objects.create(
        subject_id=member.subject_id,
        notice="retention-7",
        due_at=midnight(date(2026, 2, 1)),
        sent_at=MONDAY - 8 * DAY,
    )
    text = words(browser)
    assert "2 March 2026" in text and "goes in the coming night" in text
    assert "Two people of the organisation decided" in text


def test_keeping_is_offered_only_where_something_could_keep_it(browser: Client, member: User, hold: Hold) -> None:
    hold("phone", PHONE)
    hold("payment-reference", "FT26061998877")
    decide(member, "phone", goes_on=date(2026, 3, 12))
    paid(member, datetime(2025, 9, 20, tzinfo=UTC))
    by_day = re.findall(r'id="soon-\d".*?</section>', browser.get(PAGE).content.decode(), re.DOTALL)
    assert ["12 March 2026" in one and 'href="#keep"' in one for one in by_day] == [True, False]
    assert "20 March 2026" in by_day[1] and "Delete now" in by_day[1]


def test_an_order_of_the_management_is_told_as_one(browser: Client, member: User, hold: Hold) -> None:
    hold("phone", PHONE)
    decide(member, "phone", goes_on=date(2026, 3, 12), kind="ORDERED")
    text = words(browser)
    assert "The management ordered it to be deleted." in text and "Keep it" not in text


def test_what_a_hold_keeps_has_no_day_and_says_so_before_anybody_deletes(
    browser: Client, member: User, hold: Hold
) -> None:
    hold("phone", PHONE)
    hold("full-name", NAME)
    decide(member, "phone", goes_on=date(2026, 3, 12))
    place_hold(member, "phone")
    soon, dayless = words(browser).split("No day set")
    assert "Nothing goes within the next 30 days." in soon
    assert "Telephone number" in dayless and "Without this it would go on 12 March 2026." in dayless
    one = browser.get(f"{DATA}phone/delete/").content.decode()
    assert "This has to stay for now" in one and 'data-action="value-delete"' not in one and PHONE not in one
    both = browser.get(f"{DATA}delete/", {"field": ["phone", "full-name"]}).content.decode()
    assert "Delete: Full name?" in both and "Cannot be deleted for now" in both
    assert re.findall(r'name="field" value="([^"]+)"', both) == ["full-name"]
    declined = browser.get(f"{DATA}phone/decline/").content.decode()
    assert "This has to stay for now" in declined and 'data-action="field-decline"' not in declined
    assert 'value="phone" form="several"' not in browser.get(DATA).content.decode()


def test_what_a_hold_keeps_of_files_is_said_before_too(browser: Client, member: User, now: datetime) -> None:
    picture = demo_media.receipt()
    field = "payment-image"
    stored = store_file(subject_id=member.subject_id, field=field, name="a.png", data=picture, by=member, now=now)
    place_hold(member, field)
    text = browser.get(f"/en/account/files/{stored.pk}/delete/").content.decode()
    assert "This has to stay for now" in text and 'data-action="file-delete"' not in text
    refused = browser.post(f"/en/account/files/{stored.pk}/delete/", follow=True).content.decode()
    assert "Payment image: This has to be kept for now on legal grounds" in refused


def test_agreeing_to_a_purpose_that_names_it_keeps_it(browser: Client, member: User, hold: Hold) -> None:
    hold("phone", PHONE)
    decide(member, "phone", goes_on=date(2026, 3, 12))
    before = browser.get(PAGE).content.decode()
    assert "12 March 2026" in before and 'id="keep"' in before
    token = re.search(r'name="answer-(commercial[^"]*)"', before)
    shown = re.search(rf'name="shown-{re.escape(token[1])}" value="([0-9a-f]+)"', before) if token else None
    assert token is not None and shown is not None
    sent = browser.post(PAGE, {f"answer-{token[1]}": "agree", f"shown-{token[1]}": shown[1]}, follow=True)
    assert sent.redirect_chain[-1][0] == PAGE
    assert LedgerEntry.objects.get().is_granted
    after = words(browser)
    assert "Nothing goes within the next 30 days." in after
    assert "It is still used for:" in after and "Without this it would go on 12 March 2026." in after


def test_silence_keeps_nothing(browser: Client, member: User, hold: Hold) -> None:
    hold("phone", PHONE)
    decide(member, "phone", goes_on=date(2026, 3, 12))
    assert "Silence is never taken as consent" in browser.post(PAGE, {}, follow=True).content.decode()
    assert not LedgerEntry.objects.exists()


def test_deleting_now_asks_once_more_and_deletes(browser: Client, member: User, hold: Hold) -> None:
    hold("phone", PHONE)
    decide(member, "phone", goes_on=date(2026, 3, 12))
    asked = browser.get(f"{DATA}delete/", {"field": "phone"}).content.decode()
    assert "What goes" in asked and DataItem.objects.filter(field="phone").exists()
    browser.post(f"{DATA}delete/", {"field": "phone"})
    assert not DataItem.objects.filter(field="phone").exists()


def test_a_hold_and_an_open_case_are_told_on_the_data_page(browser: Client, member: User, hold: Hold) -> None:
    hold("phone", PHONE)
    decide(member, "phone", goes_on=date(2026, 3, 1))
    place_hold(member, "phone")
    PurposeState.objects.create(subject_id=member.subject_id, purpose="open-case", live=True, since=MONDAY)
    text = card(browser, "phone")
    assert "It may not be deleted for now: a dispute or a claim that is being settled." in text
    assert "A request or complaint of yours is open." in text and "No day set" in text
    assert "Without this it would go on 1 March 2026." in text
    refused = browser.post(f"{DATA}phone/delete/", follow=True)
    assert refused.status_code == 200 and DataItem.objects.filter(field="phone").exists()
    assert "has to be kept for now on legal grounds" in refused.content.decode()


def test_inactivity_names_the_account_and_the_day_moves_with_each_sign_in(now: datetime) -> None:
    publish(slug="clever-group", by=SYSTEM, now=now, demo=True)
    user = register_person(address=ADDRESS, password=PASSWORD, language="en", by=SYSTEM, now=now)
    holding.write_item(subject_id=user.subject_id, field="full-name", value=NAME, by=user, now=now)
    client = Client()
    client.force_login(user)
    text = words(client)
    assert "2 March 2028" in text and "your account goes with it" in text
    assert "Deleted after 24 months without any activity" in text  # the rule beside the field's own
    assert "The time begins anew each time you sign in." in text
    with time_machine.travel(now + 40 * DAY, tick=False):
        again = Client()
        again.post("/en/auth/login/", {"login": ADDRESS, "password": PASSWORD})
        assert "11 April 2028" in words(again)


def test_the_law_is_cited_with_its_day(now: datetime, transactional_db: None, tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    law = 'code = "season"\nrule = "law"\nclause = "Accounting Law 88/2015 Art. 41"\nyears = 5\n'
    change(folder, 'code = "season"\nrule = "after-event"\nevent = "order-closed"\nmonths = 3\n', law)
    publish(path=folder, by=SYSTEM, now=now, demo=True)
    user = register_person(address=ADDRESS, password=PASSWORD, language="en", by=SYSTEM, now=now)
    holding.write_item(subject_id=user.subject_id, field="address", value="12 Lý Thường Kiệt", by=user, now=now)
    client = Client()
    client.force_login(user)
    text = words(client)
    assert "The law asks for it to be kept until 2 March 2031 (Article 41 of Accounting Law 88/2015/QH13)." in text


def test_the_page_takes_few_queries(browser: Client, member: User, hold: Hold) -> None:
    for field in ("phone", "full-name", "delivery-address"):
        hold(field, PHONE if field == "phone" else NAME)
    decide(member, "phone", goes_on=date(2026, 3, 12))
    browser.get(PAGE)
    with CaptureQueriesContext(connections["default"]) as data, CaptureQueriesContext(connections["keys"]) as keys:
        browser.get(PAGE)
    assert len(data) + len(keys) <= 15, [query["sql"] for query in (*data.captured_queries, *keys.captured_queries)]


def test_strangers_are_led_to_sign_in(policy: PolicyVersion) -> None:
    assert "/auth/login/" in Client().get(PAGE)["Location"]

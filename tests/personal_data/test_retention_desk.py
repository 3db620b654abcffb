"""Holds, decided deletions, purposes and runs at the staff desk: what each role sees, and what two people do."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from audit.services.recording import record
from core import clock
from core.actors import SYSTEM
from core.clock import local_date
from personal_data.admin_holds import hold_mark
from personal_data.enums import FuseReason, RunKind
from personal_data.models import DataItem, DataSubject, Disposal, LegalHold, PurposeState, RetentionRun
from personal_data.services import holding
from personal_data.services.erasing import begin_erasure
from personal_data.services.fusing import stop
from personal_data.services.holds import remind_due
from personal_data.services.retention import begin_run, continue_run
from personal_data.services.subjects import create_subject
from policies.models import PolicyVersion
from tests.cases.fixtures import mails_of
from tests.personal_data.erasure_cases import PERSON
from tests.personal_data.test_orders_desk import browser_of, colleague, text_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
HOLDS = "/staff/personal_data/legalhold/"
DISPOSALS = "/staff/personal_data/disposal/"
PURPOSES = "/staff/personal_data/purposestate/"
RUNS = "/staff/personal_data/retentionrun/"
LISTS = (HOLDS, DISPOSALS, RUNS)

Browser = Callable[..., Client]


@pytest.fixture
def browser(policy: PolicyVersion, now: datetime) -> Browser:
    """The browser of a colleague in a role."""
    known: dict[tuple[Role, str], User] = {}

    def make(role: Role, name: str = "truc") -> Client:
        known[role, name] = known.get((role, name)) or colleague(role, now, name)
        return browser_of(known[role, name])

    return make


@pytest.fixture
def held(subject: DataSubject, now: datetime) -> DataSubject:
    """Somebody with a phone number."""
    holding.write_item(subject_id=subject.pk, field="phone", value="0912345678", by=PERSON, now=now)
    return subject


def hold_form(now: datetime, **changes: str) -> dict[str, str]:
    answering = [Role.DPO.value, Role.ADMINISTRATOR.value]
    owner = User.objects.filter(is_staff=True, groups__name__in=answering).order_by("pk").first()
    right = {
        "field": "phone",
        "ground": "DISPUTE",
        "clause": "Vụ án 12/2026",
        "owner": f"user:{owner.pk}" if owner else "",
        "review_on": (local_date(now) + timedelta(days=30)).isoformat(),
    }
    return {**right, **changes}


def disposal_form(now: datetime, **changes: str) -> dict[str, str]:
    right = {
        "kind": "ORDERED",
        "fields_gone": "phone",
        "ground": "Quyết định 5/2026",
        "goes_on": local_date(now).isoformat(),
    }
    return {**right, **changes}


def swept() -> RetentionRun:
    """A run from beginning to end, now."""
    run = begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=clock.now())
    assert continue_run(run_id=run.pk, now=clock.now(), longest=None)
    return run


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([0-9a-f]*)"', page)
    assert found, name
    return found[1]


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.AGENT, False), (Role.DPO, True), (Role.AUDITOR, True), (Role.ADMINISTRATOR, True)],
)
def test_who_sees_the_lists(browser: Browser, role: Role, sees: bool) -> None:
    mine = browser(role)
    for address in (*LISTS, f"{RUNS}preview/"):
        assert mine.get(address).status_code == (200 if sees else 403), address
    for address in (f"{HOLDS}add/", f"{DISPOSALS}add/"):
        assert mine.get(address).status_code == (200 if role == Role.DPO else 403), address
    assert mine.get(f"{PURPOSES}add/").status_code == (200 if role in (Role.DPO, Role.AGENT) else 403)


def test_a_hold_is_placed_reviewed_and_released(browser: Browser, held: DataSubject, now: datetime) -> None:
    mine = browser(Role.DPO)
    page = mine.post(f"{HOLDS}add/", hold_form(now, clause="", field="", review_on="2020-01-01"))
    assert page.status_code == 422 and "Name the article" in page.content.decode()
    page = mine.post(f"{HOLDS}add/", hold_form(now, review_on="2020-01-01"))
    assert page.status_code == 422 and "still to come" in page.content.decode() and not LegalHold.objects.exists()
    assert mine.post(f"{HOLDS}add/", hold_form(now)).status_code == 302
    hold = LegalHold.objects.get()
    address = f"{HOLDS}{hold.pk}/"
    assert "in force" in text_of(mine, f"{address}change/") and "Vụ án 12/2026" in text_of(mine, f"{address}change/")
    assert mine.get(f"{address}release/").status_code == 405
    others = browser(Role.AUDITOR)
    assert "hold-release" not in text_of(others, f"{address}change/")
    others.post(f"{address}release/")
    hold.refresh_from_db()
    assert hold.is_in_force
    assert mine.post(f"{address}review/", {"review_on": ""}).status_code == 422
    later = (local_date(now) + timedelta(days=90)).isoformat()
    mine.post(f"{address}review/", {"review_on": later})
    hold.refresh_from_db()
    assert hold.review_on.isoformat() == later
    left = "who has left or has another role now. The officer who keeps the hold answers for it"
    assert left not in text_of(mine, f"{address}change/")
    User.objects.filter(pk=hold.owner.removeprefix("user:")).update(is_staff=False)
    assert left in text_of(browser(Role.AUDITOR), f"{address}change/")
    User.objects.filter(pk=hold.owner.removeprefix("user:")).update(is_staff=True)
    mine.post(f"{address}release/")
    assert "released on" in text_of(mine, f"{address}change/")


def test_the_page_of_a_person_names_the_hold_and_leads_on(browser: Browser, held: DataSubject, now: datetime) -> None:
    mine = browser(Role.DPO)
    page = f"/staff/personal_data/datasubject/{held.pk}/change/"
    assert f"{HOLDS}add/?person={held.pk}" in text_of(mine, page)
    assert "entered by the person, " in text_of(mine, page), "a colleague did not enter it"
    assert str(held.pk) in text_of(mine, f"{HOLDS}add/?person={held.pk}")
    mine.post(f"{HOLDS}add/", hold_form(now, subject_ref=str(held.pk)))
    assert "A legal hold stops deletion" in text_of(mine, page)


def test_a_deletion_that_waits_names_the_hold(browser: Browser, held: DataSubject, now: datetime) -> None:
    mine = browser(Role.DPO)
    mine.post(f"{HOLDS}add/", hold_form(now, subject_ref=str(held.pk)))
    run = begin_erasure(subject_id=held.pk, address="", by=PERSON, now=now)
    address = f"/staff/personal_data/erasurerun/{run.pk}/change/"
    assert "It waits for a legal hold" in text_of(mine, address)
    mine.post(f"{HOLDS}{LegalHold.objects.get().pk}/release/")
    assert "It waits for a legal hold" not in text_of(mine, address)


def test_a_deletion_is_looked_at_proposed_and_approved_by_another(
    browser: Browser, held: DataSubject, now: datetime
) -> None:
    mine = browser(Role.DPO)
    assert mine.post(f"{DISPOSALS}add/", disposal_form(now, fields_gone="")).status_code == 422
    looked = mine.post(f"{DISPOSALS}add/", disposal_form(now))
    assert looked.status_code == 200 and not Disposal.objects.exists()
    digest = hidden(looked.content.decode(), "digest")
    sent = {**disposal_form(now), "propose": "1"}
    assert "no longer what you saw" in mine.post(f"{DISPOSALS}add/", {**sent, "digest": "00"}).content.decode()
    assert mine.post(f"{DISPOSALS}add/", {**sent, "digest": digest}).status_code == 302
    row = Disposal.objects.get()
    address = f"{DISPOSALS}{row.pk}/"
    assert "disposal-approve" not in text_of(mine, f"{address}change/")
    mine.post(f"{address}approve/", {"digest": digest})
    row.refresh_from_db()
    assert row.state == "PROPOSED", "nobody approves the own proposal"
    second = browser(Role.ADMINISTRATOR)
    page = text_of(second, f"{address}change/")
    assert "The effect changed" not in page
    second.post(f"{address}approve/", {"digest": "zz"})
    row.refresh_from_db()
    assert row.state == "PROPOSED"
    second.post(f"{address}approve/", {"digest": hidden(page, "digest")})
    row.refresh_from_db()
    assert row.state == "APPROVED" and row.items == 1


def test_the_second_person_is_told_that_the_effect_changed(browser: Browser, held: DataSubject, now: datetime) -> None:
    mine = browser(Role.DPO)
    digest = hidden(mine.post(f"{DISPOSALS}add/", disposal_form(now)).content.decode(), "digest")
    mine.post(f"{DISPOSALS}add/", {**disposal_form(now), "digest": digest, "propose": "1"})
    mine.post(f"{HOLDS}add/", hold_form(now))
    row = Disposal.objects.get()
    page = text_of(browser(Role.DPO, "lan"), f"{DISPOSALS}{row.pk}/change/")
    assert "The effect changed" in page and "When it was prepared" in page
    assert "a legal hold stands" in page.split('data-label="Now"')[-1]


def test_a_decision_tells_how_far_it_is_carried_out(browser: Browser, held: DataSubject, now: datetime) -> None:
    """Which run deleted how much, what is left and why; a run and its preview lead back to the decision."""
    other = create_subject(by=SYSTEM, now=now, language="vi")
    holding.write_item(subject_id=other.pk, field="phone", value="0987000111", by=PERSON, now=now)
    mine = browser(Role.DPO)
    mine.post(f"{HOLDS}add/", hold_form(now, subject_ref=str(held.pk)))
    digest = hidden(mine.post(f"{DISPOSALS}add/", disposal_form(now)).content.decode(), "digest")
    mine.post(f"{DISPOSALS}add/", {**disposal_form(now), "digest": digest, "propose": "1"})
    page = f"{DISPOSALS}{Disposal.objects.get().pk}/"
    assert "What is still left" not in text_of(mine, f"{page}change/")
    browser(Role.ADMINISTRATOR).post(f"{page}approve/", {"digest": digest})
    assert "so far</dt><dd>0</dd>" in text_of(mine, f"{page}change/")
    run = swept()
    told = text_of(mine, f"{page}change/")
    assert "so far</dt><dd>1</dd>" in told and f'<a href="{RUNS}{run.pk}/change/">' in told
    assert "1 entry: a legal hold stands" in told.split("What is still left")[1]
    for address in (f"{RUNS}{run.pk}/change/", f"{RUNS}preview/"):
        assert f'<a href="{page}change/">' in text_of(mine, address), address
    mine.post(f"{HOLDS}{LegalHold.objects.get().pk}/release/")
    run = swept()
    told = text_of(mine, f"{page}change/")
    assert told.count("1 entry deleted") == 2 and "What is still left" not in told


def test_a_purpose_that_ends_is_told_as_one_and_the_own_proposal_taken_back(
    browser: Browser, held: DataSubject, now: datetime
) -> None:
    mine, sent = browser(Role.DPO), disposal_form(now, kind="PURPOSE", purpose="service")
    browser(Role.ADMINISTRATOR)
    del sent["fields_gone"]
    assert "A purpose ends on this day" in text_of(mine, f"{DISPOSALS}add/")
    shown = mine.post(f"{DISPOSALS}add/", sent).content.decode()
    assert "the effect if the purpose ended today" in shown and "if it went today" not in shown
    digest = hidden(shown, "digest")
    mine.post(f"{DISPOSALS}add/", {**sent, "digest": digest, "propose": "1"})
    address = f"{DISPOSALS}{Disposal.objects.get().pk}/"
    page = text_of(browser(Role.ADMINISTRATOR), f"{address}change/")
    assert "What ends" in page and "Ends on" in page and "Decline: the purpose goes on" in page
    assert "none by itself" in text_of(mine, DISPOSALS) and "Goes or ends on" in text_of(mine, DISPOSALS)
    (letter,) = mails_of("staff-disposal-waiting")
    assert "The end of a purpose waits" in letter.subject and "prepared the end of a purpose" in letter.body
    taken = mine.post(f"{address}decline/", follow=True).content.decode()
    assert "Taken back. The purpose goes on." in taken and "Nothing is deleted" not in taken


def test_the_start_page_counts_what_waits(browser: Browser, held: DataSubject, now: datetime) -> None:
    mine, hold = browser(Role.DPO), hold_form(now, review_on=(local_date(now) + timedelta(days=1)).isoformat())
    mine.post(f"{HOLDS}add/", hold)
    digest = hidden(mine.post(f"{DISPOSALS}add/", disposal_form(now)).content.decode(), "digest")
    mine.post(f"{DISPOSALS}add/", {**disposal_form(now), "digest": digest, "propose": "1"})
    lists = {f"{DISPOSALS}?state__exact=PROPOSED": 1, f"{HOLDS}?state=review": 1, f"{RUNS}?state__exact=STOPPED": 0}
    for role in (Role.DPO, Role.ADMINISTRATOR, Role.AUDITOR):
        page = text_of(browser(role), "/staff/")
        for address, count in lists.items():
            assert f'<a href="{address}"><strong>{count}</strong>' in page, address
            assert browser(role).get(address).context["cl"].result_count == count
    assert "legalhold" not in text_of(browser(Role.AGENT), "/staff/")


@pytest.mark.parametrize(
    ("days", "counted", "words"), [(8, 0, "in force"), (7, 1, "to be reviewed"), (0, 1, "overdue")]
)
def test_a_hold_asks_for_its_review_at_the_desk_when_the_mail_does(
    browser: Browser, held: DataSubject, now: datetime, days: int, counted: int, words: str
) -> None:
    review_on = local_date(now) + timedelta(days=days)
    browser(Role.DPO).post(f"{HOLDS}add/", hold_form(now, review_on=(local_date(now) + timedelta(days=8)).isoformat()))
    with transaction.atomic():
        row = LegalHold.objects.get()
        record(event="test.done", target=f"hold:{row.pk}", by=SYSTEM, now=now)
        LegalHold.objects.filter(pk=row.pk).update(review_on=review_on)
    assert remind_due(now=now) == counted
    mine = browser(Role.DPO)
    assert f'<a href="{HOLDS}?state=review"><strong>{counted}</strong>' in text_of(mine, "/staff/")
    assert mine.get(f"{HOLDS}?state=review").context["cl"].result_count == counted
    assert words in hold_mark(LegalHold.objects.get(), today=local_date(now))["label"]


def test_a_contract_that_is_over_is_recorded_by_a_list(browser: Browser, held: DataSubject) -> None:
    mine = browser(Role.DPO)
    sent = {"purpose": "service", "live": "no", "people": f"{held.pk}\nno-reference"}
    assert mine.post(f"{PURPOSES}add/", sent).status_code == 422
    assert mine.post(f"{PURPOSES}add/", {**sent, "people": str(held.pk)}).status_code == 302
    assert not PurposeState.objects.get(subject=held, purpose="service").live
    assert "ended" in text_of(mine, PURPOSES)
    assert mine.get(f"{PURPOSES}?state=ended").context["cl"].result_count == 1
    assert mine.get(f"{PURPOSES}?state=live").context["cl"].result_count == 0
    refused = browser(Role.AGENT).post(f"{PURPOSES}add/", {**sent, "people": str(held.pk), "live": "yes"})
    assert refused.status_code == 422 and "Take the case first" in refused.content.decode()


def test_what_would_go_is_shown_masked_and_what_stays_with_the_reason(
    browser: Browser, held: DataSubject, now: datetime
) -> None:
    long_ago = now - timedelta(days=800)
    with transaction.atomic():
        record(event="test.done", target=f"subject:{held.pk}", by=SYSTEM, now=now)
        DataSubject.objects.filter(pk=held.pk).update(last_active_at=long_ago)
        DataItem.objects.filter(subject=held).update(held_since=long_ago)
    mine = browser(Role.DPO)
    page = text_of(mine, f"{RUNS}preview/?days=0")
    assert "24 months" in page and "•••" in page and "0912345678" not in page and "+84912345678" not in page
    assert "•••" not in text_of(browser(Role.ADMINISTRATOR), f"{RUNS}preview/")
    mine.post(f"{HOLDS}add/", hold_form(now))
    page = text_of(mine, f"{RUNS}preview/?days=30")
    assert "a legal hold stands" in page
    assert mine.get(f"{RUNS}preview/?days=x").status_code == 200
    assert DataItem.objects.exists()


def test_a_run_is_begun_by_hand_once(browser: Browser, held: DataSubject) -> None:
    mine = browser(Role.DPO)
    browser(Role.ADMINISTRATOR).post(f"{RUNS}begin/")
    assert not RetentionRun.objects.exists() and mine.get(f"{RUNS}begin/").status_code == 405
    assert "retention-begin" in text_of(mine, RUNS)
    mine.post(f"{RUNS}begin/")
    run = RetentionRun.objects.get()
    assert run.kind == RunKind.BY_HAND
    page = text_of(mine, f"{RUNS}{run.pk}/change/")
    assert "begun" in page and "What each rule did" in page and "1 entry, " in page


def test_a_stopped_run_is_let_go_on_by_two_people(browser: Browser, held: DataSubject, now: datetime) -> None:
    run = _stopped(now)
    one, other = browser(Role.DPO), browser(Role.ADMINISTRATOR)
    address = f"{RUNS}{run.pk}/change/"
    page = text_of(one, address)
    assert "90 of 100 entries" in page and "retention-approve" in page
    approve = f"{RUNS}stops/{run.stops.get().pk}/approve/"
    browser(Role.AUDITOR).post(approve)
    one.post(approve)
    one.post(approve)
    run.refresh_from_db()
    assert run.state == "STOPPED" and "Another person has to approve" in text_of(one, address)
    other.post(approve)
    run.refresh_from_db()
    assert "approved (It would delete an unusually large share of what is held)" in text_of(other, address)
    assert run.state == "RUNNING" and "drop" not in text_of(other, address).split("Figures")[0].lower().replace(
        "dropped", ""
    )


def test_who_has_to_decide_on_a_stopped_run_is_told_why_and_what_to_look_at(
    browser: Browser, held: DataSubject, now: datetime
) -> None:
    one, run = browser(Role.DPO), begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=now)
    seen = {"last": (now - timedelta(days=3)).isoformat(), "now": now.isoformat()}
    with transaction.atomic():
        stop(run, {FuseReason.CLOCK: seen, FuseReason.RULES: {}}, by=SYSTEM, now=now)
    (letter,) = mails_of("staff-retention-stopped")
    assert "\n- The clock runs far ahead of the last moment seen.\n- The retention rules changed" in letter.body
    page = text_of(one, f"{RUNS}{run.pk}/change/")
    assert "If the clock of the machine is wrong" in page and "If the change is meant" in page
    assert "what each rule would delete" not in page
    one.post(f"{RUNS}stops/{run.stops.first().pk}/drop/")
    assert "If the clock of the machine is wrong" not in text_of(one, f"{RUNS}{run.pk}/change/")


def test_a_stopped_run_is_dropped(browser: Browser, held: DataSubject, now: datetime) -> None:
    run = _stopped(now)
    browser(Role.ADMINISTRATOR).post(f"{RUNS}stops/{run.stops.get().pk}/drop/")
    run.refresh_from_db()
    assert run.state == "DROPPED"
    assert "Dropped:" in text_of(browser(Role.AUDITOR), f"{RUNS}{run.pk}/change/")


def test_an_address_that_names_nothing_is_no_page(browser: Browser) -> None:
    mine = browser(Role.DPO)
    for address in (f"{HOLDS}x/change/", f"{HOLDS}99/change/", f"{DISPOSALS}99/change/", f"{RUNS}99/change/"):
        assert mine.get(address).status_code == 404, address
    assert mine.post(f"{RUNS}stops/99/drop/").status_code == 404


def _stopped(now: datetime) -> RetentionRun:
    run = begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=now)
    with transaction.atomic():
        stop(run, {FuseReason.SHARE: {"items": 90, "of_items": 100}}, by=SYSTEM, now=now)
    return run

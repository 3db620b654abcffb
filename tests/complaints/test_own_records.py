"""A complaint whose keeping period is over loses its words and files; its reference, dates and codes stay."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEntry, AuditNote
from audit.services.recording import record
from cases.enums import CaseStatus
from cases.services.emptying import empty_over
from cases.services.filing import Upload
from cases.services.messaging import write_as_person
from complaints.enums import Outcome
from complaints.models import Complaint, ComplaintAnswer, ComplaintAttachment, ComplaintMessage
from complaints.selectors import suggested_duplicates
from complaints.services.closing import close_unverified
from complaints.services.filing import Filed
from core.actors import GUEST, SYSTEM
from core.clock import local_date, midnight
from personal_data import storage
from personal_data.content import CleanFile
from personal_data.enums import HoldGround
from personal_data.models import RetentionEvent
from personal_data.services import holds
from tests.cases.fixtures import MEMBER_ADDRESS, signed_in
from tests.complaints import steps
from tests.complaints.steps import fresh
from tests.harness.ages import ages_at

pytestmark = pytest.mark.usefixtures("policy_in_force")
PDF = Upload("giấy.pdf", CleanFile("application/pdf", b"%PDF-1.7 x"))


@pytest.fixture
def closed(complain: Callable[..., Filed], member: User, agent: User, now: datetime) -> Complaint:
    """A complaint of a member with a file, a message, a note and an answer, closed on 2 March 2026."""
    made: Complaint = complain(subject_id=member.subject_id, address=MEMBER_ADDRESS, uploads=(PDF,)).complaint
    write_as_person(kind="complaint", case_id=made.pk, text="Số 1900", form_token=uuid4(), by=GUEST, now=now)
    case = steps.walked_to(CaseStatus.CLOSED, made, by=agent, now=now)
    with_note = {"event": "complaint.read", "target": case.target, "subject_id": case.subject_id}
    record(**with_note, by=SYSTEM, now=now, note="vì sao")  # type: ignore[arg-type]
    return fresh(case)


def after(case: Complaint, days: int = 0) -> datetime:
    """The first moment of the day three years after a case was closed, and some days."""
    assert case.closed_at is not None
    closed_on = local_date(case.closed_at)
    return midnight(closed_on.replace(year=closed_on.year + 3)) + timedelta(days=days)


def test_nothing_goes_a_day_early(closed: Complaint) -> None:
    assert empty_over(ages_at(after(closed, -1))) == 0
    assert fresh(closed).sealed_text and ComplaintAttachment.objects.exists()


def test_words_and_files_go_and_the_row_stays(closed: Complaint) -> None:
    blob = ComplaintAttachment.objects.get().pk
    noted = AuditEntry.objects.filter(target=closed.target, note_hash__isnull=False)
    assert noted.exists()
    assert empty_over(ages_at(after(closed))) == 1
    case = fresh(closed)
    assert [bytes(blank) for blank in (case.sealed_text, case.sealed_contact, case.contact_index)] == [b""] * 3
    assert bytes(case.text_fingerprint) == b"" and case.emptied_at == after(closed)
    assert (case.reference, case.closed_at, case.outcome) == (closed.reference, closed.closed_at, closed.outcome)
    assert not ComplaintAttachment.objects.exists()
    assert blob not in set(storage.stored_blobs(older_than=float("inf")))
    assert {bytes(row.sealed_text) for row in ComplaintMessage.objects.all()} == {b""}
    assert {bytes(row.sealed_finding) + bytes(row.sealed_done) for row in ComplaintAnswer.objects.all()} == {b""}
    assert not AuditNote.objects.filter(entry_ref__in=noted.values("pk")).exists()
    event = RetentionEvent.objects.get(subject_id=case.subject_id, event="case-closed")
    assert (event.at, event.reference) == (closed.closed_at, ""), "rules still count from it"
    assert empty_over(ages_at(after(closed, 1))) == 0


def test_the_pages_say_that_the_words_are_gone(closed: Complaint, member: User, dpo: User) -> None:
    empty_over(ages_at(after(closed)))
    for browser, path in (
        (signed_in(member), f"/en/account/complaints/{closed.reference}/"),
        (signed_in(dpo), f"/staff/complaints/complaint/{closed.pk}/change/"),
    ):
        page = words(browser, path)
        assert closed.reference in page and "the time for which proof is kept has ended" in page
        assert steps.FINDING not in page
    assert "the time for keeping them was over" in words(
        signed_in(member), f"/en/account/complaints/{closed.reference}/"
    )


def words(browser: Client, path: str) -> str:
    answer = browser.get(path, follow=True)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_a_hold_keeps_the_words_until_it_is_released(closed: Complaint, dpo: User, now: datetime) -> None:
    held = holds.place(
        case_ref=closed.target,
        ground=HoldGround.DISPUTE,
        clause="L91 14.2",
        review_on=(now + timedelta(days=30)).date(),
        by=dpo,
        now=now,
    )
    assert empty_over(ages_at(after(closed))) == 0
    holds.release(hold_id=held.pk, by=dpo, now=now)
    assert empty_over(ages_at(after(closed))) == 1


def test_what_a_guest_never_confirmed_goes_sooner(complaint: Complaint, now: datetime) -> None:
    assert close_unverified(complaint_id=complaint.pk, now=now + timedelta(days=40))
    case = fresh(complaint)
    assert case.outcome == Outcome.UNVERIFIED and case.closed_at is not None
    assert empty_over(ages_at(case.closed_at + timedelta(days=29))) == 0
    assert empty_over(ages_at(case.closed_at + timedelta(days=31))) == 1
    assert not bytes(fresh(complaint).sealed_text)


def test_an_open_case_is_never_emptied(complaint: Complaint) -> None:
    assert empty_over(ages_at(complaint.received_at + timedelta(days=4000))) == 0


def test_cases_that_are_emptied_are_not_alike_for_that(complain: Callable[..., Filed], now: datetime) -> None:
    ended = now + timedelta(days=40)
    cases = [complain(address=f"{name}@example.com").complaint for name in ("ai", "bo")]
    assert all(close_unverified(complaint_id=case.pk, now=ended) for case in cases)
    assert [row.case_id for row in suggested_duplicates(fresh(cases[0]))] == [cases[1].pk], "the same words"
    assert empty_over(ages_at(ended + timedelta(days=31))) == 2
    assert suggested_duplicates(fresh(cases[0])) == []

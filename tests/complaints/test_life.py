"""A complaint from its receipt to its end in two rounds: what is recorded, who is told, and that nobody reads along."""

import logging
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from accounts.models import User
from audit.models import AuditEntry
from audit.selectors import entries_about
from cases.clock import deadlines_of
from cases.enums import CaseStatus, IntakeChannel, MarkCode
from cases.explaining import last_day
from cases.services.assigning import take
from cases.services.messaging import write_as_person, write_as_staff, write_for_person
from cases.services.verifying import mark_verified
from complaints.enums import Outcome, PostponeReason
from complaints.models import Complaint
from complaints.services.answering import accept, resolve
from complaints.services.closing import close_complaint
from complaints.services.triaging import postpone, triage
from core.actors import GUEST
from tests.cases.fixtures import GUEST_ADDRESS, STORY, queued
from tests.complaints.steps import DONE, FINDING, WHY, come_back, fresh, give, sorting

HOUR = timedelta(hours=1)
SAID = ("Số nào?", "Số 1900 1234.", "Gửi thêm thư.", "Ghi riêng.", STORY, FINDING, DONE, WHY, GUEST_ADDRESS)
LIVED = [
    "filed",
    "acknowledged",
    "address_verified",
    "taken",
    "triaged",
    "answer_awaited",
    "person_wrote",
    "written_for_person",
    "postponed",
    "answered",
    "resolved",
    "reopened",
    "staff_wrote",
    "answered",
    "accepted",
    "closed",
]


@pytest.fixture
def lived(complaint: Complaint, agent: User, now: datetime) -> Complaint:
    """The whole life, an hour between the steps."""
    pk = complaint.pk
    mark_verified(kind="complaint", case_id=pk, by=GUEST, now=now + HOUR)
    take(kind="complaint", case_id=pk, by=agent, now=now + 2 * HOUR)
    triage(complaint_id=pk, triage=sorting(category="other"), note=SAID[3], by=agent, now=now + 3 * HOUR)
    said = {"kind": "complaint", "case_id": pk}
    write_as_staff(**said, text=SAID[0], form_token=uuid4(), awaits_answer=True, by=agent, now=now + 4 * HOUR)
    write_as_person(**said, text=SAID[1], form_token=uuid4(), by=GUEST, now=now + 5 * HOUR)
    write_for_person(
        **said,
        text=SAID[2],
        channel=IntakeChannel.POST,
        received_at=now + 5 * HOUR,
        form_token=uuid4(),
        by=agent,
        now=now + 6 * HOUR,
    )
    postpone(
        complaint_id=pk,
        reason=PostponeReason.OUTSIDE_PARTY,
        last_day=last_day(complaint.limit_at),
        by=agent,
        now=now + 7 * HOUR,
    )
    give(complaint, by=agent, now=now + 8 * HOUR)
    resolve(complaint_id=pk, by=agent, now=now + 9 * HOUR)
    come_back(complaint, now=now + 10 * HOUR)
    write_as_staff(**said, text=SAID[0], form_token=uuid4(), awaits_answer=False, by=agent, now=now + 11 * HOUR)
    give(complaint, by=agent, now=now + 12 * HOUR, outcome=Outcome.PARTLY_UPHELD)
    accept(complaint_id=pk, by=GUEST, now=now + 13 * HOUR)
    close_complaint(complaint_id=pk, by=agent, now=now + 14 * HOUR)
    return fresh(complaint)


def test_every_step_is_recorded_in_its_order(lived: Complaint) -> None:
    found = [
        event.partition(".")[2] for event in entries_about(lived.target).order_by("id").values_list("event", flat=True)
    ]
    assert found == LIVED
    assert (lived.status, lived.outcome, lived.round) == (CaseStatus.CLOSED, Outcome.PARTLY_UPHELD, 2)


def test_what_was_said_stands_in_no_entry_no_mail_and_no_log(
    complaint: Complaint, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    with caplog.at_level(logging.INFO):
        request.getfixturevalue("lived")
    kept = [str(entry.details) + entry.target for entry in AuditEntry.objects.all()]
    written = [mail.subject + mail.body for mail in queued()] + [mail.subject for mail in queued()]
    for words in SAID:
        assert not [text for text in [*kept, *written, caplog.text] if words in text]
    assert not [mail for mail in queued() if "KN-" in mail.subject]


def test_the_person_is_told_each_time_something_waits(lived: Complaint) -> None:
    told = [mail.notice for mail in queued() if mail.to == GUEST_ADDRESS]
    assert sorted(told[:2]) == ["case-verify", "complaint-received"]
    assert told[2:] == [
        "case-question",
        "complaint-postponed",
        "complaint-answered",
        "complaint-resolved",
        "complaint-reopened",
        "case-message",
        "complaint-answered",
        "complaint-closed",
    ]


def test_the_stored_dates_are_those_of_the_engine_and_nothing_is_left_to_set_off(lived: Complaint) -> None:
    dates = deadlines_of(lived)
    assert dates.acknowledge is not None
    assert (lived.first_reply_due_at, lived.target_at, lived.limit_at) == (
        dates.acknowledge.at,
        dates.target.at,
        dates.limit.at,
    )
    assert (lived.next_mark, lived.next_mark_at) == ("", None)


def test_the_row_knows_its_next_mark_at_every_step(complaint: Complaint, agent: User, now: datetime) -> None:
    waiting = fresh(complaint)
    assert waiting.next_mark != "" and waiting.next_mark_at is not None
    mark_verified(kind="complaint", case_id=complaint.pk, by=GUEST, now=now)
    verified = fresh(complaint)
    assert verified.next_mark not in ("", MarkCode.ADDRESS_REMINDER, MarkCode.ADDRESS_END)
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    triage(complaint_id=complaint.pk, triage=sorting(category="other"), note="", by=agent, now=now)
    give(complaint, by=agent, now=now + HOUR)
    answered = fresh(complaint)
    assert answered.next_mark == MarkCode.CLOSE_DUE
    come_back(complaint, now=now + 2 * HOUR)
    assert fresh(complaint).next_mark not in ("", MarkCode.CLOSE_DUE)

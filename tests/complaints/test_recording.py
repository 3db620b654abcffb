"""What came by phone, letter, mail, Zalo or in person: entered by staff, with the moment it really came in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from accounts.models import User
from audit.models import AuditEntry
from audit.selectors import entries_about
from cases import sealing
from cases.enums import CaseStatus, ClockKind, ContactKind, IntakeChannel
from cases.errors import (
    AcknowledgedAlready,
    AcknowledgeFirst,
    CaseClosed,
    NothingWritten,
    NotYours,
    OwnCase,
    ReceiptImpossible,
    RoleRefused,
)
from cases.explaining import last_day
from cases.services.acknowledging import record_acknowledgement
from cases.services.assigning import take
from cases.services.filing import Sender, Upload
from cases.services.messaging import write_as_staff, write_for_person
from complaints.enums import Remedy
from complaints.errors import UnknownChoice
from complaints.models import Complaint
from complaints.services.filing import ComplaintText, record_for_person
from core.actors import GUEST
from personal_data.content import CleanFile
from tests.cases.fixtures import GUEST_ADDRESS, STORY, mails_of, queued
from tests.complaints.steps import PHONE, by_phone, fresh, walked_to

pytestmark = pytest.mark.usefixtures("frozen_clock")

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PDF = Upload("thư.pdf", CleanFile("application/pdf", b"%PDF-1.7 x"))


def test_every_date_runs_from_the_moment_it_came_in(agent: User, now: datetime) -> None:
    case = by_phone(by=agent, now=now, received_at=now - 3 * DAY, uploads=[PDF])
    assert (case.received_at, case.filed_at, case.round_started_at) == (now - 3 * DAY, now, now - 3 * DAY)
    assert last_day(case.target_at) - last_day(case.received_at) == 7 * DAY
    assert (case.channel, case.contact_kind) == (IntakeChannel.PHONE, ContactKind.PHONE)
    assert case.from_guest and case.attachments.count() == 1
    key = sealing.evidence_key(case.subject_id)
    assert sealing.contact_of(case, key=key) == PHONE and sealing.text_of(case, key=key) == STORY
    entry = AuditEntry.objects.get(event="complaint.filed_for_person")
    assert entry.actor == f"user:{agent.pk}" and entry.details["channel"] == "PHONE"
    assert "0901" not in str(entry.details)


def test_what_came_long_ago_may_be_late_already(agent: User, now: datetime) -> None:
    case = by_phone(by=agent, now=now, received_at=now - 30 * DAY)
    assert case.limit_at < now


@pytest.mark.parametrize("off", [timedelta(seconds=1), -60 * DAY - timedelta(seconds=1), -4000 * DAY, 4000 * DAY])
def test_an_impossible_moment_is_refused_with_the_range(off: timedelta, agent: User, now: datetime) -> None:
    with pytest.raises(ReceiptImpossible) as refusal:
        by_phone(by=agent, now=now, received_at=now + off)
    assert "01/01/2026" in str(refusal.value.message) and "02/03/2026" in str(refusal.value.message)
    assert not Complaint.objects.exists()


@pytest.mark.parametrize("off", [timedelta(0), -60 * DAY])
def test_both_ends_of_the_range_are_possible(off: timedelta, agent: User, now: datetime) -> None:
    assert by_phone(by=agent, now=now, received_at=now + off).received_at == now + off


def test_nothing_is_mailed_to_a_phone_and_the_receipt_stays_to_be_confirmed(
    agent: User, other_agent: User, now: datetime
) -> None:
    case = by_phone(by=agent, now=now)
    assert case.status == CaseStatus.RECEIVED and case.acknowledged_at is None and queued() == []
    said = {"kind": "complaint", "case_id": case.pk, "channel": IntakeChannel.PHONE, "now": now + HOUR}
    with pytest.raises(NotYours):
        record_acknowledgement(**said, by=other_agent)  # type: ignore[arg-type]
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    with pytest.raises(AcknowledgeFirst):
        write_as_staff(
            kind="complaint", case_id=case.pk, text="?", form_token=uuid4(), awaits_answer=True, by=agent, now=now
        )
    record_acknowledgement(**said, by=agent)  # type: ignore[arg-type]
    case = fresh(case)
    assert (case.status, case.acknowledged_at) == (CaseStatus.ACKNOWLEDGED, now + HOUR)
    assert AuditEntry.objects.get(event="complaint.acknowledged").details == {"channel": "PHONE"}
    with pytest.raises(AcknowledgedAlready):
        record_acknowledgement(**said, by=agent)  # type: ignore[arg-type]
    assert queued() == []


def test_a_receipt_can_be_confirmed_after_the_sorting(agent: User, now: datetime) -> None:
    case = walked_to(CaseStatus.TRIAGED, by_phone(by=agent, now=now), by=agent, now=now)
    assert case.acknowledged_at is None
    record_acknowledgement(kind="complaint", case_id=case.pk, channel=IntakeChannel.POST, by=agent, now=now + HOUR)
    assert fresh(case).status == CaseStatus.TRIAGED and fresh(case).acknowledged_at == now + HOUR


def test_what_came_by_mail_is_acknowledged_by_mail_and_asks_for_no_code(agent: User, now: datetime) -> None:
    sender = Sender(address=GUEST_ADDRESS, language="vi")
    case = by_phone(by=agent, now=now, sender=sender, channel=IntakeChannel.EMAIL)
    assert case.status == CaseStatus.ACKNOWLEDGED and not case.is_verified and not case.awaits_proof
    assert [(mail.notice, mail.to) for mail in queued()] == [("complaint-received", GUEST_ADDRESS)]
    entry = AuditEntry.objects.get(event="complaint.acknowledged")
    assert entry.actor_role == "system"


def test_it_belongs_to_an_account_only_when_staff_say_whose_it_is(member: User, agent: User, now: datetime) -> None:
    address = "lan@example.com"
    alone = by_phone(by=agent, now=now, sender=Sender(address=address, language="vi"), channel=IntakeChannel.EMAIL)
    assert alone.subject_id != member.subject_id and alone.from_guest
    known = Sender(address=PHONE, language="en", subject_id=member.subject_id, contact_kind="PHONE")
    chosen = by_phone(by=agent, now=now, sender=known)
    assert chosen.subject_id == member.subject_id and chosen.is_verified and not chosen.from_guest


def test_a_form_sent_twice_is_entered_once(agent: User, now: datetime) -> None:
    token = uuid4()
    first, second = (by_phone(by=agent, now=now, form_token=token) for _ in range(2))
    assert first.pk == second.pk and Complaint.objects.count() == 1


@pytest.mark.parametrize("role", ["auditor", "administrator", "person", "guest"])
def test_only_who_works_on_cases_enters_one(role: str, staff: Callable[..., User], member: User, now: datetime) -> None:
    by = {"person": member, "guest": GUEST}.get(role) or staff(role)
    with pytest.raises(RoleRefused):
        by_phone(by=by, now=now)  # type: ignore[arg-type]


def test_nobody_enters_a_case_of_their_own(agent: User, now: datetime) -> None:
    own = Sender(address=PHONE, language="vi", subject_id=agent.subject_id, contact_kind="PHONE")
    with pytest.raises(OwnCase):
        by_phone(by=agent, now=now, sender=own)


def test_the_portal_is_no_way_staff_enter_by(agent: User, now: datetime) -> None:
    with pytest.raises(UnknownChoice):
        by_phone(by=agent, now=now, channel=IntakeChannel.PORTAL)
    with pytest.raises(ValueError, match="PIGEON"):
        record_for_person(
            form_token=uuid4(),
            sender=Sender(address=PHONE, language="vi", contact_kind="PHONE"),
            content=ComplaintText(STORY, "other", Remedy.STOP),
            channel="PIGEON",
            received_at=now,
            by=agent,
            now=now,
        )


# --- the thread -----------------------------------------------------------------------------------------------------


def heard(case: Complaint, *, by: User, now: datetime, at: datetime, **changes: object) -> None:
    said: dict[str, object] = {
        "text": "Số 1900 1234.",
        "channel": IntakeChannel.ZALO,
        "received_at": at,
        "form_token": uuid4(),
    }
    write_for_person(kind="complaint", case_id=case.pk, by=by, now=now, **(said | changes))  # type: ignore[arg-type]


def test_what_the_person_said_elsewhere_ends_the_waiting_when_it_came_in(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(CaseStatus.WAITING, complaint, by=agent, now=now)
    heard(case, by=agent, now=now + 5 * HOUR, at=now + HOUR, uploads=[PDF])
    case = fresh(case)
    assert case.status == CaseStatus.INVESTIGATING
    assert case.clock_events.get(kind=ClockKind.PAUSE).until == now + HOUR
    message = case.messages.get(author_role="PERSON")
    assert (message.sent_at, message.filed_at, message.channel) == (now + HOUR, now + 5 * HOUR, "ZALO")
    assert message.attachments.count() == 1
    entry = AuditEntry.objects.get(event="complaint.written_for_person")
    assert entry.details == {"channel": "ZALO", "files": 1} and "1900" not in str(entry.details)
    assert mails_of("staff-case-answered") == []


def test_what_was_said_elsewhere_came_after_the_complaint_and_not_tomorrow(
    complaint: Complaint, agent: User, now: datetime
) -> None:
    case = walked_to(CaseStatus.WAITING, complaint, by=agent, now=now)
    for at in (complaint.received_at - timedelta(seconds=1), now + 2 * HOUR):
        with pytest.raises(ReceiptImpossible):
            heard(case, by=agent, now=now + HOUR, at=at)
    with pytest.raises(NothingWritten):
        heard(case, by=agent, now=now + HOUR, at=now, text="\n")
    assert fresh(case).status == CaseStatus.WAITING


def test_writing_down_happens_once_and_by_who_has_it(
    complaint: Complaint, agent: User, other_agent: User, now: datetime
) -> None:
    case, token = walked_to(CaseStatus.INVESTIGATING, complaint, by=agent, now=now), uuid4()
    for _ in range(2):
        heard(case, by=agent, now=now + HOUR, at=now, form_token=token)
    assert fresh(case).messages.count() == 1
    with pytest.raises(NotYours):
        heard(case, by=other_agent, now=now + HOUR, at=now)
    closed = walked_to(CaseStatus.WITHDRAWN, by_phone(by=agent, now=now), by=agent, now=now)
    with pytest.raises(CaseClosed):
        heard(closed, by=agent, now=now + HOUR, at=now)


def test_files_of_a_message_stand_with_it(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    message = write_as_staff(
        kind="complaint",
        case_id=complaint.pk,
        text="Xem tệp.",
        form_token=uuid4(),
        awaits_answer=False,
        uploads=[PDF],
        by=agent,
        now=now,
    )
    (row,) = fresh(complaint).attachments.all()
    assert row.message_id == message.pk
    assert entries_about(complaint.target).get(event="complaint.staff_wrote").details == {"files": 1}

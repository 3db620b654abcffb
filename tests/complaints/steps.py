"""A complaint brought to any state through the services alone, as people would."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from accounts.models import User
from cases.enums import CaseStatus, ContactKind, IntakeChannel
from cases.services.acknowledging import record_acknowledgement
from cases.services.assigning import take
from cases.services.filing import Sender
from cases.services.investigating import begin
from cases.services.messaging import write_as_person, write_as_staff
from complaints.enums import Outcome, RejectionGround, Remedy, Severity
from complaints.models import Complaint
from complaints.services.answering import accept, answer
from complaints.services.closing import close_complaint
from complaints.services.filing import ComplaintText, record_for_person
from complaints.services.rejecting import reject
from complaints.services.reopening import reopen
from complaints.services.triaging import Triage, triage
from complaints.services.withdrawing import withdraw
from core.actors import GUEST
from tests.cases.fixtures import STORY

PHONE = "0901 234 567"
FINDING = "Chúng tôi tìm thấy lỗi."
DONE = "Đã xóa số của bạn."
WHY = "Tôi vẫn nhận tin."


def fresh(complaint: Complaint) -> Complaint:
    """The complaint as the database has it now."""
    return Complaint.objects.get(pk=complaint.pk)


def sorting(**changes: Any) -> Triage:
    """How the tests sort a complaint."""
    return Triage(**({"category": "unwanted-marketing", "severity": Severity.MEDIUM, "tier": "simple"} | changes))


def by_phone(*, by: User, now: datetime, **changes: Any) -> Complaint:
    """A complaint somebody told on the phone, entered by staff; nothing can be mailed."""
    said: dict[str, Any] = {
        "form_token": uuid4(),
        "sender": Sender(address=PHONE, language="vi", contact_kind=ContactKind.PHONE),
        "content": ComplaintText(STORY, "unwanted-marketing", Remedy.STOP),
        "channel": IntakeChannel.PHONE,
        "received_at": now,
        "by": by,
        "now": now,
    }
    return record_for_person(**(said | changes)).complaint


def sort(case: Complaint, *, by: User, now: datetime, **changes: Any) -> Complaint:
    return triage(complaint_id=case.pk, triage=sorting(**changes), note="", by=by, now=now)


def ask(case: Complaint, *, by: User, now: datetime) -> None:
    write_as_staff(
        kind="complaint", case_id=case.pk, text="Số nào?", form_token=uuid4(), awaits_answer=True, by=by, now=now
    )


def reply(case: Complaint, *, now: datetime) -> None:
    write_as_person(kind="complaint", case_id=case.pk, text="1900", form_token=uuid4(), by=GUEST, now=now)


def give(case: Complaint, *, by: User, now: datetime, token: UUID | None = None, **changes: Any) -> None:
    words: dict[str, Any] = {"outcome": Outcome.UPHELD, "finding": FINDING, "done": DONE} | changes
    answer(complaint_id=case.pk, form_token=token or uuid4(), by=by, now=now, **words)


def turn_away(case: Complaint, *, by: User, now: datetime) -> None:
    reject(
        complaint_id=case.pk,
        ground=RejectionGround.NOT_OUR_DATA,
        text="Số này của công ty khác.",
        form_token=uuid4(),
        by=by,
        now=now,
    )


def come_back(case: Complaint, *, now: datetime) -> None:
    reopen(complaint_id=case.pk, text=WHY, form_token=uuid4(), by=GUEST, now=now)


def walked_to(status: str, case: Complaint, *, by: User, now: datetime) -> Complaint:
    """A guest's complaint, acknowledged as it came in, brought to a state; a minute passes at each step."""
    take(kind="complaint", case_id=case.pk, by=by, now=now)
    for number, step in enumerate(_ways()[CaseStatus(status)], start=1):
        step(case, by, now + timedelta(minutes=number))
    return fresh(case)


def _ways() -> dict[CaseStatus, list[Callable[[Complaint, User, datetime], object]]]:
    def answered(case: Complaint, by: User, at: datetime) -> None:
        give(case, by=by, now=at)

    def sorted_(case: Complaint, by: User, at: datetime) -> None:
        sort(case, by=by, now=at)

    def accepted(case: Complaint, _by: User, at: datetime) -> None:
        accept(complaint_id=case.pk, by=GUEST, now=at)

    return {
        CaseStatus.ACKNOWLEDGED: [],
        CaseStatus.TRIAGED: [sorted_],
        CaseStatus.INVESTIGATING: [lambda case, by, at: begin(kind="complaint", case_id=case.pk, by=by, now=at)],
        CaseStatus.WAITING: [lambda case, by, at: ask(case, by=by, now=at)],
        CaseStatus.ANSWERED: [sorted_, answered],
        CaseStatus.RESOLVED: [sorted_, answered, accepted],
        CaseStatus.REJECTED: [lambda case, by, at: turn_away(case, by=by, now=at)],
        CaseStatus.REOPENED: [sorted_, answered, lambda case, _by, at: come_back(case, now=at)],
        CaseStatus.WITHDRAWN: [lambda case, _by, at: withdraw(complaint_id=case.pk, by=GUEST, now=at)],
        CaseStatus.CLOSED: [
            sorted_,
            answered,
            accepted,
            lambda case, by, at: close_complaint(complaint_id=case.pk, by=by, now=at),
        ],
    }


def acknowledged_by_phone(case: Complaint, *, by: User, now: datetime) -> None:
    record_acknowledgement(kind="complaint", case_id=case.pk, channel=IntakeChannel.PHONE, by=by, now=now)

"""Linking complaints that belong together. A link stops no clock, moves no case and proves nobody's address."""

from datetime import datetime

from django.db import transaction

from cases.enums import CaseEvent
from cases.permissions import check_can_work_on
from cases.references import as_written
from cases.services.recording import note as note_event
from complaints.enums import LinkReason
from complaints.errors import LinkImpossible
from complaints.models import Complaint, ComplaintLink
from complaints.services.locking import lock_complaint
from core.actors import Actor


def link(*, complaint_id: int, earlier: str, reason: LinkReason, note: str, by: Actor, now: datetime) -> ComplaintLink:
    """Link a complaint to an earlier one by its reference, with a coded reason and words; twice is once.

    Raises LinkImpossible, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        check_can_work_on(complaint, by=by)
        other = Complaint.objects.filter(reference=as_written(earlier)).first()
        # What is about a colleague does not exist for that colleague.
        if other is None or other.concerns(by) or not _is_earlier(other, complaint):
            raise LinkImpossible
        row, made = ComplaintLink.objects.get_or_create(
            case=complaint, earlier=other, defaults={"reason": LinkReason(reason), "linked_at": now}
        )
        if made:
            _record(row, CaseEvent.LINKED, note, by=by, now=now)
    return row


def unlink(*, link_id: int, note: str, by: Actor, now: datetime) -> None:
    """Take a link away again; twice is once. Raises NotYours, RoleRefused, OwnCase."""
    with transaction.atomic():
        row = ComplaintLink.objects.select_related("case", "earlier").filter(pk=link_id).first()
        if row is None:
            return
        check_can_work_on(lock_complaint(row.case_id), by=by)
        if ComplaintLink.objects.filter(pk=link_id).delete()[0]:
            _record(row, CaseEvent.UNLINKED, note, by=by, now=now)


def _is_earlier(other: Complaint, complaint: Complaint) -> bool:
    return (other.received_at, other.pk) < (complaint.received_at, complaint.pk)


def _record(row: ComplaintLink, event: str, words: str, *, by: Actor, now: datetime) -> None:
    """On both, each under the key of its own person; the words stand with the later one alone."""
    note_event(
        row.case, event, by=by, now=now, details={"with": row.earlier.reference, "reason": row.reason}, words=words
    )
    note_event(row.earlier, event, by=by, now=now, details={"with": row.case.reference, "reason": row.reason})

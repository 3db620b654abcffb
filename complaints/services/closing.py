"""The end of a complaint: by hand once nobody comes back, or by the clock."""

from datetime import datetime

from django.db import transaction

from cases.enums import CaseStatus
from cases.permissions import check_can_work_on
from cases.services.closing import end
from cases.services.telling import tell_person
from complaints.enums import Outcome
from complaints.guards import check_may_close, may_end_returning, may_end_unverified
from complaints.models import Complaint
from complaints.services.dating import times_told
from complaints.services.locking import lock_complaint
from core.actors import SYSTEM, Actor


def close_complaint(*, complaint_id: int, by: Actor, now: datetime) -> Complaint:
    """Close an answered complaint that was accepted or cannot be reopened any more; doing so twice changes nothing.

    Raises MayComeBack, MoveNotAllowed, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        check_can_work_on(complaint, by=by)
        if complaint.status == CaseStatus.CLOSED:
            return complaint
        check_may_close(complaint)
        end(complaint, to=CaseStatus.CLOSED, by=by, now=now)
        _tell(complaint, "complaint-closed", now=now)
    return complaint


def close_unverified(*, complaint_id: int, now: datetime) -> bool:
    """Close what a guest sent and never confirmed, unless somebody works on it. False when there is no reason to."""
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        if not may_end_unverified(complaint, now=now):
            return False
        end(complaint, to=CaseStatus.CLOSED, outcome=Outcome.UNVERIFIED, by=SYSTEM, now=now)
        _tell(complaint, "case-unverified-closed", now=now)
    return True


def end_of_returning(*, complaint_id: int, now: datetime) -> bool:
    """Close an answered complaint when the time for coming back has ended. False when it has not."""
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        if not may_end_returning(complaint, now=now):
            return False
        end(complaint, to=CaseStatus.CLOSED, by=SYSTEM, now=now)
        _tell(complaint, "complaint-closed", now=now)
    return True


def _tell(complaint: Complaint, notice: str, *, now: datetime) -> None:
    tell_person(
        complaint,
        notice=notice,
        context=times_told(complaint),
        now=now,
        dedup=f"{notice}:{complaint.target}:{complaint.round}",
    )

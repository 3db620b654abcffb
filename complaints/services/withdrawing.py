"""The person takes a complaint back."""

from datetime import datetime

from django.db import transaction

from cases.enums import CaseEvent, CaseStatus
from cases.guards import check_is_open
from cases.permissions import check_is_sender
from cases.services.closing import end
from cases.services.telling import tell_person, tell_staff
from complaints.enums import Outcome
from complaints.models import Complaint
from complaints.services.locking import lock_complaint
from core.actors import Actor


def withdraw(*, complaint_id: int, by: Actor, now: datetime) -> Complaint:
    """End an open complaint at the person's wish; doing so twice changes nothing. Raises CaseClosed, NotSender."""
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        check_is_sender(complaint, by=by)
        if complaint.status == CaseStatus.WITHDRAWN:
            return complaint
        check_is_open(complaint)
        end(
            complaint,
            to=CaseStatus.WITHDRAWN,
            outcome=Outcome.TAKEN_BACK,
            event=CaseEvent.WITHDRAWN,
            by=by,
            now=now,
        )
        tell_person(complaint, notice="complaint-withdrawn", context={}, now=now, dedup=f"withdrawn:{complaint.target}")
        if complaint.assignee is not None:
            tell_staff(
                complaint,
                notice="staff-case-withdrawn",
                people=[complaint.assignee],
                now=now,
                dedup=f"withdrawn:{complaint.target}",
            )
    return complaint

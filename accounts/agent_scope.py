"""For whom an agent works: people whose complaint or request the agent has in hand."""

from uuid import UUID

from django.db.models import Q

from cases.enums import OPEN_STATES
from complaints.models import Complaint
from core.actors import Actor
from dsr_requests.models import Request


def has_a_case_of(by: Actor, subject_id: UUID) -> bool:
    """Whether the actor has an open case of this person, or a request about this person, taken or given."""
    if by.pk is None:
        return False
    wanted = {"assignee_id": by.pk, "status__in": OPEN_STATES}
    of_person = Q(subject_id=subject_id)
    return (
        Complaint.objects.filter(of_person, **wanted).exists()
        or Request.objects.filter(of_person | Q(about_id=subject_id), **wanted).exists()
    )

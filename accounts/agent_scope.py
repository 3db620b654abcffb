"""For whom an agent works: people whose complaint or request the agent has in hand."""

from uuid import UUID

from cases.enums import OPEN_STATES
from complaints.models import Complaint
from core.actors import Actor
from dsr_requests.models import Request


def has_a_case_of(by: Actor, subject_id: UUID) -> bool:
    """Whether the actor has an open case of this person, taken or given."""
    if by.pk is None:
        return False
    wanted = {"subject_id": subject_id, "assignee_id": by.pk, "status__in": OPEN_STATES}
    return Complaint.objects.filter(**wanted).exists() or Request.objects.filter(**wanted).exists()

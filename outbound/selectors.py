"""Reading the outbox."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from outbound.enums import FailureCode
from outbound.models import OutboxMessage


def due_messages(*, now: datetime) -> QuerySet[OutboxMessage]:
    """Messages to be tried now and leased to nobody, oldest due first."""
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    return OutboxMessage.objects.filter(free, sent_at=None, failed_at=None, due_at__lte=now).order_by("due_at")


def waiting_since(*, now: datetime) -> datetime | None:
    """The due moment of the oldest message that should have left by now, or None."""
    oldest = OutboxMessage.objects.filter(sent_at=None, failed_at=None, due_at__lte=now).order_by("due_at")
    return oldest.values_list("due_at", flat=True).first()


def bounces_since(*, since: datetime) -> QuerySet[OutboxMessage]:
    """Messages to known people whose address took no mail, newest first. `accounts` marks these people's addresses."""
    return OutboxMessage.objects.filter(
        failure_code=FailureCode.BOUNCED, failed_at__gte=since, subject__isnull=False
    ).order_by("-failed_at")


def has_bounced(*, subject_id: UUID, since: datetime) -> bool:
    """Whether mail to this person came back for good after `since` (the moment the address was last confirmed)."""
    return bounces_since(since=since).filter(subject_id=subject_id).exists()

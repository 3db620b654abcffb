"""What of a person may not be used now, although it is held."""

from uuid import UUID

from django.db.models import QuerySet

from personal_data.enums import ErasureState
from personal_data.models import ErasureRun, RecipientTask, UseLimit

LIMIT = "limit"


def limits_of(subject_id: UUID) -> list[UseLimit]:
    """The limits that stand, in the order they were set."""
    return list(_standing(subject_id).order_by("since", "pk"))


def is_restricted(subject_id: UUID) -> bool:
    """Whether everything held on the person is stored and used for nothing else."""
    return _standing(subject_id).filter(purpose="").exists()


def goes_soon(*subject_ids: UUID) -> bool:
    """Whether the deletion of one of some people was asked for and can still be called off."""
    return ErasureRun.objects.filter(subject_ref__in=subject_ids, state=ErasureState.COOLING).exists()


def stopped_purposes(subject_id: UUID) -> frozenset[str]:
    """The purposes under a limit that names them; "" stands for every one."""
    return frozenset(_standing(subject_id).values_list("purpose", flat=True))


def orders_on(basis: str) -> "QuerySet[RecipientTask]":
    """What recipients were told because of something, and that limits it set have ended."""
    limits = UseLimit.objects.filter(basis=basis).values_list("pk", flat=True)
    return RecipientTask.objects.filter(basis__in=[basis, *(f"{LIMIT}:{pk}" for pk in limits)])


def _standing(subject_id: UUID) -> "QuerySet[UseLimit]":
    return UseLimit.objects.filter(subject_id=subject_id, ended_at__isnull=True)

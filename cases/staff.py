"""Members of staff who can have cases. Reads accounts through the settings' user model only."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from cases.models import Case
from cases.permissions import WORKING_ROLES
from outbound.addresses import address_of


def working_staff() -> "QuerySet[Any]":
    """Active staff whose role lets them work on cases."""
    users: QuerySet[Any] = get_user_model()._default_manager.all()
    return users.filter(is_staff=True, is_active=True, groups__name__in=sorted(WORKING_ROLES)).distinct()


def officers() -> "QuerySet[Any]":
    """Active data-protection officers."""
    return working_staff().filter(groups__name="dpo")


def all_staff() -> list[Any]:
    """Every account of staff by name, whether or not it works on cases."""
    return sorted(get_user_model()._default_manager.filter(is_staff=True), key=str)


def staff_member(user_id: UUID) -> Any:
    """An account of staff, whether or not it works on cases; None for anybody else."""
    return get_user_model()._default_manager.filter(pk=user_id, is_staff=True).first()


def staff_names() -> dict[UUID, str]:
    """The names at work of everybody who is or was staff."""
    return {user.pk: str(user) for user in get_user_model()._default_manager.filter(staff_name__gt="")}


def responsible_for(case: Case) -> list[Any]:
    """Who hears what happens to a case: the colleague who has it, else the officers."""
    assignee: Any = case.assignee
    return [assignee] if assignee is not None and assignee.is_active else list(officers())


def mail_address(user: Any) -> str:
    """Where a member of staff is written to, or an empty string."""
    return address_of(user.subject_id)

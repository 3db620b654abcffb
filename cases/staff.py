"""Members of staff who can have cases. Reads accounts through the settings' user model only."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from cases.permissions import WORKING_ROLES
from outbound.addresses import address_of


def working_staff() -> "QuerySet[Any]":
    """Active staff whose role lets them work on cases."""
    users: QuerySet[Any] = get_user_model()._default_manager.all()
    return users.filter(is_staff=True, is_active=True, groups__name__in=sorted(WORKING_ROLES)).distinct()


def officers() -> "QuerySet[Any]":
    """Active data-protection officers."""
    return working_staff().filter(groups__name="dpo")


def mail_address(user: Any) -> str:
    """Where a member of staff is written to, or an empty string."""
    return address_of(user.subject_id)

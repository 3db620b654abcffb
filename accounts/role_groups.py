"""The groups that carry each role's permissions, written after every migration so that code alone decides them."""

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS

from accounts.enums import Role
from accounts.permissions import OWN_APPS, role_has


def write_roles(*, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Make each role's group hold exactly what `accounts.permissions` says. Safe to repeat."""
    if using != DEFAULT_DB_ALIAS:
        return
    _make_missing_permissions(using)
    found = list(
        Permission.objects.using(using).filter(content_type__app_label__in=OWN_APPS).select_related("content_type")
    )
    for role in Role:
        group, _ = Group.objects.using(using).get_or_create(name=role.value)
        group.permissions.set(
            permission
            for permission in found
            if role_has(role, app=permission.content_type.app_label, codename=permission.codename)
        )


def _make_missing_permissions(using: str) -> None:
    # This application is migrated before those below it in the list, whose permissions Django makes only after this
    # signal.
    from django.contrib.auth.management import create_permissions

    for label in OWN_APPS:
        if installed.is_installed(label):
            create_permissions(installed.get_app_config(label), verbosity=0, using=using)

"""Members of staff: made, given a role, shut out, let in again."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.enums import AuditEvent, Role
from accounts.errors import NotStaff
from accounts.models import User
from accounts.notices import ACCOUNT_DEACTIVATED
from accounts.permissions import check_can_change_staff, check_can_manage_staff
from accounts.sealed_address import real_address
from accounts.selectors import active_administrators
from accounts.services.ending import end_all_sessions
from accounts.services.registering import register_person
from audit.services.recording import record
from core.actors import Actor
from outbound.services.queueing import queue_notice


def create_staff(
    *, address: str, password: str, role: Role, staff_name: str, language: str, by: Actor, now: datetime
) -> User:
    """A member of staff with an address that needs no proof: the first administrator, or the demo's people."""
    check_can_manage_staff(by=by)
    with transaction.atomic():
        user = register_person(
            address=address,
            password=password,
            language=language,
            by=by,
            now=now,
            staff_name=staff_name,
            is_staff=True,
        )
        put_in_role(user=user, role=role, by=by, now=now)
    return user


def put_in_role(*, user: User, role: Role, by: Actor, now: datetime) -> None:
    """Make an account staff in one role and no other. The callers have checked that `by` may."""
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.is_staff = True
    user.groups.set([Group.objects.get(name=role.value)])
    user.__dict__.pop("role", None)
    record(
        event=AuditEvent.ROLE_GIVEN,
        target=f"user:{user.pk}",
        by=by,
        now=now,
        subject_id=user.subject_id,
        details={"role": role.value},
    )


@transaction.atomic
def give_role(*, user_id: UUID, role: Role, by: Actor, now: datetime) -> User:
    """Change what a member of staff may do; it holds from the next click.

    Raises NotStaff and what the permission raises.
    """
    user = _locked_staff(user_id)
    left = active_administrators(other_than=user) if role != Role.ADMINISTRATOR else 1
    check_can_change_staff(by=by, user=user, administrators_left=left)
    put_in_role(user=user, role=role, by=by, now=now)
    return user


@transaction.atomic
def deactivate(*, user_id: UUID, by: Actor, now: datetime) -> User:
    """Shut a member of staff out at once: no new sign-in, and every session ends. Safe to repeat."""
    user = _locked_staff(user_id)
    check_can_change_staff(by=by, user=user, administrators_left=active_administrators(other_than=user))
    if user.is_active:
        User.objects.filter(pk=user.pk).update(is_active=False)
        user.is_active = False
        end_all_sessions(user=user, by=by, now=now)
        record(event=AuditEvent.STAFF_DEACTIVATED, target=f"user:{user.pk}", by=by, now=now, subject_id=user.subject_id)
        queue_notice(
            notice=ACCOUNT_DEACTIVATED,
            to=real_address(user),
            language=user.language,
            context={},
            now=now,
            subject_id=user.subject_id,
        )
    return user


@transaction.atomic
def reactivate(*, user_id: UUID, by: Actor, now: datetime) -> User:
    """Let a member of staff in again with the password and the factor from before. Safe to repeat."""
    user = _locked_staff(user_id)
    check_can_change_staff(by=by, user=user, administrators_left=1)
    if not user.is_active:
        User.objects.filter(pk=user.pk).update(is_active=True)
        user.is_active = True
        record(event=AuditEvent.STAFF_REACTIVATED, target=f"user:{user.pk}", by=by, now=now, subject_id=user.subject_id)
    return user


def _locked_staff(user_id: UUID) -> User:
    user = User.objects.select_for_update().filter(pk=user_id, is_staff=True).first()
    if user is None:
        raise NotStaff
    return user

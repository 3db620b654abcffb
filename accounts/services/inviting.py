"""Inviting staff by mail.

The link proves the address; the invited person chooses a password and sets up a second factor.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from accounts.alias import alias_of
from accounts.enums import AuditEvent, Role
from accounts.errors import AlreadyStaff, InvitationForSomeoneElse, InvitationGone
from accounts.models import StaffInvitation, User
from accounts.notices import STAFF_INVITATION
from accounts.permissions import check_can_manage_staff
from accounts.selectors import hash_of_token, open_invitation
from accounts.services.registering import register_person
from accounts.services.staffing import put_in_role
from audit.services.recording import record
from core.actors import SYSTEM, Actor
from core.encryption import normalise_display, unwrap, wrap
from outbound.services.queueing import queue_notice

OPEN_FOR = timedelta(days=3)


@transaction.atomic
def invite(*, address: str, role: Role, staff_name: str, language: str, by: User, now: datetime) -> StaffInvitation:
    """Send an invitation; an earlier open one to the same address stops working.

    Raises MayNotManageStaff, AlreadyStaff.
    """
    check_can_manage_staff(by=by)
    alias = alias_of(address)
    if User.objects.filter(email=alias, is_staff=True).exists():
        raise AlreadyStaff
    for earlier in StaffInvitation.objects.select_for_update().filter(alias=alias, closed_at=None):
        _close(earlier, event=AuditEvent.INVITATION_WITHDRAWN, by=by, now=now)
    token = secrets.token_urlsafe(32)
    invitation = StaffInvitation(
        alias=alias,
        staff_name=normalise_display(staff_name),
        role=role,
        language=language,
        token_hash=hash_of_token(token),
        invited_by_id=by.pk,
        invited_at=now,
        expires_at=now + OPEN_FOR,
    )
    invitation.sealed_address = wrap(address.encode(), context=invitation.sealing_context)
    invitation.save(force_insert=True)
    record(event=AuditEvent.STAFF_INVITED, target=_target(invitation), by=by, now=now, details={"role": role.value})
    with override(language):
        link = settings.PORTAL_URL + reverse("account_invitation_link", args=[token])
    queue_notice(
        notice=STAFF_INVITATION,
        to=address,
        language=language,
        context={"link": link, "role": role.value, "days": str(OPEN_FOR.days)},
        now=now,
    )
    return invitation


@transaction.atomic
def withdraw(*, invitation_id: UUID, by: Actor, now: datetime) -> StaffInvitation:
    """Stop an open invitation. Raises MayNotManageStaff, InvitationGone."""
    check_can_manage_staff(by=by)
    invitation = StaffInvitation.objects.select_for_update().filter(pk=invitation_id, closed_at=None).first()
    if invitation is None:
        raise InvitationGone
    _close(invitation, event=AuditEvent.INVITATION_WITHDRAWN, by=by, now=now)
    return invitation


def accept_as_new(*, token: str, password: str, by: Actor, now: datetime) -> User:
    """Take up an invitation with a new account. Raises InvitationGone, AddressTaken (sign in and take it up there)."""
    with transaction.atomic():
        invitation = _locked(token, now)
        address = unwrap(bytes(invitation.sealed_address or b""), context=invitation.sealing_context).decode()
        user = register_person(
            address=address,
            password=password,
            language=invitation.language,
            by=by,
            now=now,
            staff_name=invitation.staff_name,
            is_staff=True,
        )
        _join(invitation, user, now)
    return user


def accept_as_oneself(*, token: str, by: User, now: datetime) -> User:
    """Take up an invitation with the account one has. Raises InvitationGone, InvitationForSomeoneElse."""
    with transaction.atomic():
        invitation = _locked(token, now)
        if invitation.alias != by.email:
            raise InvitationForSomeoneElse
        User.objects.filter(pk=by.pk).update(staff_name=invitation.staff_name)
        by.staff_name = invitation.staff_name
        _join(invitation, by, now)
    return by


def close_stale(*, now: datetime) -> int:
    """Blank invitations that ran out. How many."""
    stale = StaffInvitation.objects.filter(closed_at=None, expires_at__lte=now)
    count = 0
    for invitation_id in stale.values_list("pk", flat=True)[:500]:
        with transaction.atomic():
            invitation = StaffInvitation.objects.select_for_update().filter(pk=invitation_id, closed_at=None).first()
            if invitation is not None:
                _close(invitation, event=AuditEvent.INVITATION_WITHDRAWN, by=SYSTEM, now=now)
                count += 1
    return count


def _locked(token: str, now: datetime) -> StaffInvitation:
    found = open_invitation(token=token, at=now)
    locked = found and StaffInvitation.objects.select_for_update().filter(pk=found.pk, closed_at=None).first()
    if not locked:
        raise InvitationGone
    return locked


def _join(invitation: StaffInvitation, user: User, now: datetime) -> None:
    put_in_role(user=user, role=Role(invitation.role), by=user, now=now)
    invitation.accepted_at = now
    _close(invitation, event=AuditEvent.STAFF_JOINED, by=user, now=now)


def _close(invitation: StaffInvitation, *, event: str, by: Actor, now: datetime) -> None:
    invitation.closed_at = now
    invitation.alias = invitation.staff_name = ""
    invitation.sealed_address = None
    invitation.save()
    record(event=event, target=_target(invitation), by=by, now=now)


def _target(invitation: StaffInvitation) -> str:
    return f"invitation:{invitation.pk}"

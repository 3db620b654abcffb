"""What happens at the door, written into the audit trail.

The sign-in library tells of events by signals; `accounts.apps` connects them to the `on_…` functions here. Known and
unknown addresses cost the same: one look-up and one entry.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.http import HttpRequest

from accounts.enums import AuditEvent
from accounts.models import User
from audit.services.recording import record
from core import clock
from core.actors import GUEST, Actor
from personal_data.services.subjects import touch

UNKNOWN = "signin:unknown"
LOCK_SECONDS = 300


def record_failure(*, alias: str, now: datetime) -> None:
    """A password did not match."""
    _record_at_door(AuditEvent.SIGN_IN_FAILED, alias=alias, now=now)


def record_lock(*, alias: str, now: datetime) -> None:
    """Too many wrong passwords; written once for each time the door stays shut."""
    if cache.add(f"accounts.lock:{alias}", True, timeout=LOCK_SECONDS):
        _record_at_door(AuditEvent.SIGN_IN_LOCKED, alias=alias, now=now)


def on_signed_in(*, user: User, **kwargs: Any) -> None:
    _record_own(AuditEvent.SIGNED_IN, user)
    touch(subject_id=user.subject_id, by=user, now=clock.now())


def on_signed_out(*, user: User | None, **kwargs: Any) -> None:
    if user is not None and user.pk is not None:
        _record_own(AuditEvent.SIGNED_OUT, user)


def on_password_changed(*, user: User, **kwargs: Any) -> None:
    if user.password_is_temporary:
        User.objects.filter(pk=user.pk).update(password_is_temporary=False)
        user.password_is_temporary = False
    _record_own(AuditEvent.PASSWORD_CHANGED, user)


def on_code_refused(*, user: User, last_attempt: bool, **kwargs: Any) -> None:
    _record(
        AuditEvent.CODE_REFUSED, user_id=user.pk, subject_id=user.subject_id, by=GUEST, details={"last": last_attempt}
    )


def on_address_verified(*, email_address: EmailAddress, **kwargs: Any) -> None:
    _record_own(AuditEvent.ADDRESS_VERIFIED, email_address.user)


def on_address_changed(*, user: User, from_email_address: EmailAddress | None, **kwargs: Any) -> None:
    # The library announces the first address of an account as a change as well.
    if from_email_address is not None:
        _record_own(AuditEvent.ADDRESS_CHANGED, user)


def on_factor_added(*, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _record_own(AuditEvent.FACTOR_ADDED, user, {"factor": authenticator.type})


def on_factor_removed(*, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _record_own(AuditEvent.FACTOR_REMOVED, user, {"factor": authenticator.type})


def on_factor_refused(*, user: User, authenticator: Authenticator, request: HttpRequest, **kwargs: Any) -> None:
    details = {"factor": authenticator.type}
    _record(AuditEvent.FACTOR_REFUSED, user_id=user.pk, subject_id=user.subject_id, by=GUEST, details=details)


def _record_at_door(event: str, *, alias: str, now: datetime) -> None:
    found = User.objects.filter(email=alias).values_list("pk", "subject_id").first()
    user_id, subject_id = found or (None, None)
    record(event=event, target=f"user:{user_id}" if user_id else UNKNOWN, by=GUEST, now=now, subject_id=subject_id)


def _record_own(event: str, user: User, details: dict[str, object] | None = None) -> None:
    _record(event, user_id=user.pk, subject_id=user.subject_id, by=user, details=details)


def _record(
    event: str, *, user_id: UUID, subject_id: UUID, by: Actor, details: dict[str, object] | None = None
) -> None:
    record(event=event, target=f"user:{user_id}", by=by, now=clock.now(), subject_id=subject_id, details=details)

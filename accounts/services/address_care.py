"""Whether a sign-in address still works: mail that came back, and the yearly question."""

from datetime import datetime

from django.db import transaction

from accounts.enums import AuditEvent
from accounts.models import SealedAddress, User
from audit.services.recording import record
from core.actors import SYSTEM, Actor


@transaction.atomic
def confirm_address(*, user: User, by: Actor, now: datetime) -> None:
    """The person says that the address still works. Safe to repeat."""
    SealedAddress.objects.filter(user=user, alias=user.email).update(confirmed_at=now, bounced_at=None)
    record(event=AuditEvent.ADDRESS_CONFIRMED, target=f"user:{user.pk}", by=by, now=now, subject_id=user.subject_id)


@transaction.atomic
def mark_bounced_account(*, user: User, failed_at: datetime, now: datetime, by: Actor = SYSTEM) -> bool:
    """Mail to an account came back at `failed_at`; its owner is asked for another address at the next sign-in.

    False when that is known, or when the address was confirmed since.
    """
    row = SealedAddress.objects.select_for_update().filter(user=user, alias=user.email, bounced_at=None).first()
    if row is None or (row.confirmed_at or row.since) > failed_at:
        return False
    row.bounced_at = now
    row.save(update_fields=["bounced_at"])
    record(event=AuditEvent.ADDRESS_BOUNCED, target=f"user:{user.pk}", by=by, now=now, subject_id=user.subject_id)
    return True

"""Whose sign-in address an address is, for establishing who is asking. Always the same number of queries."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import F, QuerySet

from accounts.alias import alias_of
from accounts.enums import AuditEvent
from accounts.models import User
from accounts.sealed_address import address_of_subject
from audit.models import AuditEntry
from audit.selectors import entries_about
from personal_data.enums import SubjectState
from personal_data.holders import Contact, Holding, SignIns
from policies.enums import FieldKind


def holders(address: str) -> Sequence[Holding]:
    """The person who signs in with an address and has proved it, if anybody does."""
    owner = EmailAddress.objects.filter(
        email=alias_of(address), verified=True, user__email=F("email"), user__subject__state=SubjectState.ACTIVE
    )
    user_id, subject_id = owner.values_list("user_id", "user__subject_id").first() or (None, None)
    changed = _changes(user_id).order_by("-pk").values_list("at", flat=True).first()
    return [Holding(subject_id, None, False, changed)] if subject_id else []


def contact(subject_id: UUID) -> Contact | None:
    """The address a person signs in with, in clear."""
    user_id = User.objects.filter(subject_id=subject_id).values_list("pk", flat=True).first()
    address = address_of_subject(subject_id) if user_id else None
    if not address:
        return None
    changed = _changes(user_id).order_by("-pk").values_list("at", flat=True).first()
    return Contact(FieldKind.EMAIL, address, Holding(subject_id, None, False, changed))


def changed_since(subject_id: UUID, since: datetime) -> bool:
    """Whether the address a person signs in with was replaced by another since a moment."""
    user_id = User.objects.filter(subject_id=subject_id).values_list("pk", flat=True).first()
    return _changes(user_id).filter(at__gte=since).exists()


def _changes(user_id: UUID | None) -> QuerySet[AuditEntry]:
    return entries_about(f"user:{user_id}").filter(event=AuditEvent.ADDRESS_CHANGED)


SIGN_INS = SignIns(holders=holders, contact=contact, changed_since=changed_since)

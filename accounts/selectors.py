"""Reads around accounts."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.alias import alias_of
from accounts.enums import RECOVERY_APPROVALS, Factor, Role
from accounts.models import FactorRecovery, SealedAddress, StaffInvitation, User
from cases.registry import case_kinds
from cases.sealing import CONTACT_INDEX
from consent.browsers import browser_words as family_words
from core.encryption import blind_index
from personal_data.enums import MergeState, SubjectState
from personal_data.models import DataItem, Merge
from policies import selectors as policies

ASK_AGAIN_AFTER = timedelta(days=365)
SIGN_UP_LASTS = timedelta(minutes=15)
_SIGN_IN = "SELECT email, subject_id FROM public.accounts_user WHERE is_active AND email = ANY(%s)"


@dataclass(frozen=True)
class AddressState:
    """What is known of a sign-in address. `bounced`: mail came back. `asked_again`: nobody confirmed it for a year."""

    confirmed_at: datetime | None
    bounced: bool
    asked_again: bool

    @property
    def needs_attention(self) -> bool:
        return self.bounced or self.asked_again


def address_state(*, user: User, at: datetime) -> AddressState:
    """Whether the address a person signs in with still works, as far as anyone knows."""
    return state_of_row(SealedAddress.objects.filter(user=user, alias=user.email).first(), at=at)


def state_of_row(row: SealedAddress | None, *, at: datetime) -> AddressState:
    """The same for a row already read; None when there is none."""
    if row is None:
        return AddressState(None, bounced=False, asked_again=False)
    last = row.confirmed_at or row.since
    return AddressState(last, bounced=row.bounced_at is not None, asked_again=at - last > ASK_AGAIN_AFTER)


def address_needs_attention(*, user: User, at: datetime) -> bool:
    """Whether to ask about the address before anything else."""
    return address_state(user=user, at=at).needs_attention


def just_signed_up(*, alias: str, at: datetime) -> User | None:
    """An account made a moment ago, its address not proved yet.

    Older ones are reached by signing in, which is throttled.
    """
    found = User.objects.filter(
        email=alias, is_active=True, is_staff=False, last_login=None, created_at__gt=at - SIGN_UP_LASTS
    )
    return found.exclude(pk__in=EmailAddress.objects.filter(email=alias, verified=True).values("user_id")).first()


def known_before(*, address: str, at: datetime, but_not: Collection[UUID] = ()) -> UUID | None:
    """The person without an account on whom something is held under an address: values first, then proved cases."""
    version = policies.version_in_force(at)
    codes = [field.code for field in policies.fields(version) if field.kind == "email"] if version else []
    merged = Merge.objects.filter(state=MergeState.MERGED).values("other_id")
    free = Q(subject__user=None, subject__state=SubjectState.ACTIVE) & ~Q(subject__in=merged) & ~Q(subject__in=but_not)
    for code in codes:
        items = DataItem.objects.filter(free, field=code, lookup=blind_index(address, name=f"field:{code}"))
        if found := items.order_by("held_since").values_list("subject_id", flat=True).first():
            return found
    for model in case_kinds().values():
        cases = model._default_manager.filter(
            free, contact_index=blind_index(address, name=CONTACT_INDEX), verified_at__isnull=False
        )
        if found := cases.order_by("received_at").values_list("subject_id", flat=True).first():
            return found
    return None


def known_by_sign_in(addresses: Collection[str]) -> dict[str, UUID]:
    """Of some addresses, those somebody signs in with, and who."""
    aliases = {alias_of(address): address for address in addresses}
    # One array, not a parameter each: an import asks for thousands at a time.
    with connection.cursor() as cursor:
        cursor.execute(_SIGN_IN, [list(aliases)])
        return {aliases[alias]: subject_id for alias, subject_id in cursor.fetchall()}


def has_second_factor(*, user: User) -> bool:
    """Whether an app or a passkey is set up; recovery codes alone do not count."""
    return Authenticator.objects.filter(user=user, type__in=(Factor.TOTP, Factor.WEBAUTHN)).exists()


def has_app(*, user: User) -> bool:
    """Whether an authenticator app is set up."""
    return Authenticator.objects.filter(user=user, type=Factor.TOTP).exists()


def used_second_factor(*, request: HttpRequest) -> bool:
    """Whether this very session was opened or confirmed with a second factor."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def active_administrators(*, other_than: User | None = None) -> int:
    """How many administrators can sign in."""
    found = User.objects.filter(is_active=True, is_staff=True, groups__name=Role.ADMINISTRATOR)
    return found.exclude(pk=other_than.pk).count() if other_than is not None else found.count()


def hash_of_token(token: str) -> bytes:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).digest()


def open_invitation(*, token: str, at: datetime) -> StaffInvitation | None:
    """The invitation a link stands for, while it can still be taken up."""
    return StaffInvitation.objects.filter(token_hash=hash_of_token(token), closed_at=None, expires_at__gt=at).first()


def open_recovery(*, user: User, at: datetime) -> FactorRecovery | None:
    """The open request to let a person back in."""
    return FactorRecovery.objects.filter(user=user, closed_at=None, expires_at__gt=at).first()


def approvals_missing(*, recovery: FactorRecovery) -> int:
    """How many colleagues must still approve."""
    return max(0, RECOVERY_APPROVALS - recovery.approvals.count())


def browser_words(user_agent: str) -> str:
    """Browser and system in words, such as "Chrome, Windows"; never the raw header."""
    return family_words(user_agent) or gettext("an unknown browser")

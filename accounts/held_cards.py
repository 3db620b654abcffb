"""What is held, as the person's own pages show it: one card a field."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import SealedAddress, User
from core.encryption import CannotOpen, unseal
from personal_data import selectors
from personal_data.errors import NotHeld
from personal_data.keys import data_key
from personal_data.retention_dates import HeldBack
from personal_data.retention_words import must_stay_words, stays_words, why_then
from personal_data.selectors import HeldField
from personal_data.services.holding import state_mark
from personal_data.values import mask_address
from policies.enums import FILE_KINDS
from policies.models import PolicyVersion


@dataclass(frozen=True)
class Card:
    """One field with what is held under it. `value` is empty while a sensitive value stays hidden."""

    held: HeldField
    value: str
    is_hidden: bool
    is_sign_in_address: bool
    since: datetime | None
    confirmed_at: datetime | None

    @property
    def code(self) -> str:
        return self.held.spec.code

    @property
    def label(self) -> str:
        return str(self.held.spec.label)

    @property
    def is_files(self) -> bool:
        return self.held.spec.kind in FILE_KINDS

    @property
    def is_devices(self) -> bool:
        return self.held.spec.kind == "device"

    @property
    def is_typed(self) -> bool:
        """Whether the person types the value here."""
        return not (self.is_files or self.is_devices or self.is_sign_in_address or self.held.is_former)

    @property
    def is_held(self) -> bool:
        return self.is_sign_in_address or self.held.is_held

    @property
    def may_delete(self) -> bool:
        """Whether it can go by itself: the sign-in address goes with the account, devices have their own page, and what
        the law keeps goes on its day.
        """
        by_law = any(stay.code == HeldBack.LAW for stay in self.held.kept.stays)
        return self.is_held and not self.is_sign_in_address and not self.is_devices and not by_law

    @property
    def why_then(self) -> str:
        """What the day comes from on which it goes."""
        return why_then(self.held.kept) if self.is_held else ""

    @property
    def stays(self) -> list[str]:
        """Why it stays, reason by reason."""
        return stays_words(self.held.kept) if self.is_held else []

    @property
    def must_stay(self) -> list[str]:
        """Why it cannot be deleted for now, reason by reason; empty where it can."""
        return must_stay_words(self.held.kept) if self.is_held else []

    @property
    def state(self) -> str:
        """Changes whenever the value does."""
        return state_mark(self.held.item)


def cards_of(
    *,
    user: User,
    at: datetime,
    shown: Collection[str] = (),
    version: PolicyVersion | None = None,
    address: SealedAddress | None = None,
) -> list[Card]:
    """Every field of the policy in force. Sensitive values are left out unless their field's code is in `shown`."""
    address = address or address_row(user)
    key = data_key(user.subject_id)
    sign_in_taken = False
    cards = []
    since = address.since if address else None
    every = selectors.held_on(subject_id=user.subject_id, at=at, key=key, version=version, sign_in_since=since)
    for held in every:
        is_address = held.spec.kind == "email" and not sign_in_taken and address is not None
        sign_in_taken |= is_address
        hidden = held.is_masked and held.spec.code not in shown
        if is_address:
            assert address is not None
            clear = _address(address, key)
            value = mask_address(clear) if hidden else clear
            since, confirmed = address.since, address.confirmed_at
        else:
            value = held.masked if hidden else held.value
            since = held.item.held_since if held.item else None
            confirmed = held.item.confirmed_at if held.item else None
        cards.append(Card(held, value, hidden and bool(value), is_address, since, confirmed))
    return cards


def card_of(
    *, user: User, field: str, at: datetime, shown: Collection[str] = (), version: PolicyVersion | None = None
) -> Card:
    """One field. Raises NotHeld when the policy in force does not name it."""
    for card in cards_of(user=user, at=at, shown=shown, version=version):
        if card.code == field:
            return card
    raise NotHeld


def address_row(user: User) -> SealedAddress | None:
    """The row of the address a person signs in with."""
    return SealedAddress.objects.filter(user_id=user.pk, alias=user.email).first()


def labels_of(cards: Iterable[Card]) -> dict[str, str]:
    """Names of fields by code, for pages that tell what happened."""
    return {card.code: card.label for card in cards}


def _address(row: SealedAddress, key: bytes) -> str:
    try:
        return unseal(key, bytes(row.sealed_value), context=row.sealing_context).decode()
    except CannotOpen:
        return ""

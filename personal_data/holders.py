"""On whom an address or a number is held already: what establishing who is asking rests on.

1. Every look-up does the same work, whatever is found: a stranger learns nothing from its time.
2. A value somebody typed into the own account proves nothing about whose it is. It is told apart (`typed_in`), and what
   was changed lately is told apart too (`changed_at`): whoever took an account over could have changed it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from audit.selectors import entries_about_subject
from core.encryption import CannotOpen, blind_index
from personal_data import keys
from personal_data.enums import AuditEvent, Source, SubjectState
from personal_data.errors import InvalidValue, KeyDestroyed
from personal_data.fields import read_value
from personal_data.models import DataItem
from personal_data.values import clean_value
from policies import selectors as policies
from policies.enums import FieldKind
from policies.pack_types import FieldSpec

CONTACT_KINDS = (FieldKind.EMAIL.value, FieldKind.PHONE.value)
# Nobody but the person wrote these, or staff on somebody's word.
TYPED_IN = (Source.PERSON.value, Source.STAFF.value, Source.COMPLAINT.value)


@dataclass(frozen=True, slots=True)
class Holding:
    """An address or number held on a person. `item_id` is None for the address the person signs in with.

    `changed_at` is when it took the place of another, or was typed into an account; None for what came with the person.
    """

    subject_id: UUID
    item_id: UUID | None
    typed_in: bool
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach a person, in clear. Never logged, never stored."""

    kind: str
    value: str
    holding: Holding


@dataclass(frozen=True, slots=True)
class SignIns:
    """What the package that keeps sign-in addresses knows of them."""

    holders: Callable[[str], Sequence[Holding]]
    contact: Callable[[UUID], Contact | None]
    changed_since: Callable[[UUID, datetime], bool]


_sign_ins: list[SignIns] = []
_on_change: list[Callable[..., object]] = []


def use_sign_ins(known: SignIns) -> None:
    """Hand in how sign-in addresses are asked for."""
    if known not in _sign_ins:
        _sign_ins.append(known)


def when_contact_changes(call: Callable[..., object]) -> None:
    """Register `call(subject_id=…, kind=…, old_value=…, now=…)`, in the transaction that replaces a contact detail."""
    if call not in _on_change:
        _on_change.append(call)


def contact_replaced(*, subject_id: UUID, kind: str, old_value: str, now: datetime) -> None:
    """Tell whoever registered that another value takes the place of a contact detail."""
    for call in _on_change:
        call(subject_id=subject_id, kind=kind, old_value=old_value, now=now)


def holders_of_address(address: str, *, at: datetime) -> list[Holding]:
    """On whom an e-mail address is held: those who sign in with it first, then values, the oldest first."""
    signing_in = [found for known in _sign_ins for found in known.holders(address)]
    return [*signing_in, *_items(address, FieldKind.EMAIL.value, at)]


def holders_of_number(number: str, *, at: datetime) -> list[Holding]:
    """On whom a phone number is held, however it is written; the oldest first."""
    return _items(number, FieldKind.PHONE.value, at)


def contacts_of(subject_id: UUID, *, at: datetime) -> list[Contact]:
    """Every address and number a person can be reached by; the sign-in address first."""
    found = [contact for known in _sign_ins if (contact := known.contact(subject_id))]
    kinds = {spec.code: spec.kind for spec in _specs(CONTACT_KINDS, at)}
    rows = _with_account(DataItem.objects.filter(subject_id=subject_id, field__in=kinds)).order_by("held_since", "pk")
    try:
        key = keys.data_key(subject_id)
    except KeyDestroyed:
        return found
    for row in rows:
        try:
            found.append(Contact(kinds[row.field], read_value(row, key=key), _holding(row)))
        except CannotOpen:
            continue
    return found


def contact_changed_since(subject_id: UUID, since: datetime, *, at: datetime) -> bool:
    """Whether a contact detail was replaced by another since a moment. What was added only replaces nothing."""
    codes = [spec.code for spec in _specs(CONTACT_KINDS, at)]
    items = DataItem.objects.filter(subject_id=subject_id, field__in=codes, changed_at__gte=since)
    if items.filter(changed_at__gt=F("held_since")).exclude(source=Source.IMPORT).exists():
        return True
    # Deleted and typed in again is a replacement too.
    erased = entries_about_subject(subject_id).filter(event=AuditEvent.ITEM_ERASED, at__gte=since)
    if erased.filter(details__field__in=list(items.values_list("field", flat=True))).exists():
        return True
    return any(known.changed_since(subject_id, since) for known in _sign_ins)


def _items(value: str, kind: str, at: datetime) -> list[Holding]:
    wanted = Q()
    for spec in _specs((kind,), at):
        wanted |= Q(field=spec.code, lookup=blind_index(_cleaned(spec, value), name=f"field:{spec.code}"))
    if not wanted:
        return []
    rows = _with_account(DataItem.objects.filter(wanted, subject__state=SubjectState.ACTIVE))
    return [_holding(row) for row in rows.order_by("held_since", "pk")]


def _cleaned(spec: FieldSpec, value: str) -> str:
    try:
        return clean_value(spec, value)
    except InvalidValue:
        return value


def _with_account(items: QuerySet[DataItem]) -> QuerySet[Any]:
    accounts = get_user_model()._default_manager.filter(subject=OuterRef("subject"))
    return items.annotate(has_account=Exists(accounts))


def _holding(row: Any) -> Holding:
    typed_in = row.source in TYPED_IN
    # What was brought in is held since before the day it came in, and replaced nothing.
    replaced = row.changed_at > row.held_since and row.source != Source.IMPORT
    lately = (typed_in and row.has_account) or row.source == Source.STAFF or replaced
    return Holding(row.subject_id, row.pk, typed_in, row.changed_at if lately else None)


def _specs(kinds: Sequence[str], at: datetime) -> list[FieldSpec]:
    version = policies.version_in_force(at)
    return [spec for spec in policies.fields(version) if spec.kind in kinds] if version else []

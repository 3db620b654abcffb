"""Values: write, correct, confirm, decline, erase, reveal. Each change and each look by staff is recorded."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services.recording import record
from core.actors import Actor
from core.encryption import blind_index
from personal_data import keys, planning
from personal_data.enums import AuditEvent, Source
from personal_data.errors import ChangedElsewhere, NotHeld, PurposeNotNamed, UnknownField, UseStopped
from personal_data.fields import read_value, seal_value
from personal_data.holders import CONTACT_KINDS, contact_replaced
from personal_data.models import DataItem, FieldRefusal
from personal_data.permissions import check_can_open, check_can_reveal
from personal_data.selectors_holds import is_held
from personal_data.selectors_limits import stopped_purposes
from personal_data.services.erasing import delete_at_once
from personal_data.services.hold_order import before_deleting
from personal_data.services.replaced import BY_A_HOLD, keep_earlier
from personal_data.services.subjects import hold_active
from personal_data.values import clean_value
from policies import selectors as policies
from policies.pack_types import FieldSpec

ANY_STATE = "any"


def write_item(
    *,
    subject_id: UUID,
    field: str,
    value: str,
    source: str = Source.PERSON,
    seen: str = ANY_STATE,
    before_is_kept: bool = False,
    by: Actor,
    now: datetime,
) -> DataItem:
    """Hold a value, or correct the one held. Raises UnknownField, InvalidValue, SubjectGone, ChangedElsewhere.

    `seen` is the `state_mark` of what the person had on screen. If another window changed it since, nothing is written;
    if it already holds the very value sent, this is the same answer sent twice and nothing is written either. While a
    hold stops the deletion of what is replaced it becomes an earlier value, unless the caller kept it.
    """
    spec = field_in_force(field, at=now)
    cleaned = clean_value(spec, value)
    key = keys.data_key(subject_id)
    with transaction.atomic():
        hold_active(subject_id)
        item = DataItem.objects.filter(subject_id=subject_id, field=field).first()
        if seen not in (ANY_STATE, state_mark(item)):
            if item is not None and read_value(item, key=key) == cleaned:
                return item
            raise ChangedElsewhere
        event = AuditEvent.ITEM_CORRECTED if item else AuditEvent.ITEM_WRITTEN
        if item is not None and spec.kind in CONTACT_KINDS and (old := read_value(item, key=key)) != cleaned:
            contact_replaced(subject_id=subject_id, kind=spec.kind, old_value=old, now=now)
        if item is not None and not before_is_kept:
            before_deleting()
            if is_held(subject_id, [field]):
                keep_earlier(item, read_value(item, key=key), basis=BY_A_HOLD, key=key, now=now)
        if item is None:
            item = DataItem(subject_id=subject_id, field=field, held_since=now)
        item.sealed_value = seal_value(item.pk, cleaned, key=key)
        item.lookup = blind_index(cleaned, name=f"field:{field}")
        item.source = source
        item.changed_at = item.confirmed_at = now
        _record(event, subject_id, by, now, field)
        item.save()
        FieldRefusal.objects.filter(subject_id=subject_id, field=field).delete()
    return item


def state_mark(item: DataItem | None) -> str:
    """A short text that changes whenever the value does; empty when none is held."""
    return item.changed_at.isoformat() if item else ""


def confirm_item(*, subject_id: UUID, item_id: UUID, by: Actor, now: datetime) -> None:
    """The person says a value is still right (CG-4). Raises NotHeld, SubjectGone."""
    with transaction.atomic():
        hold_active(subject_id)
        item = _locked(subject_id, item_id)
        DataItem.objects.filter(pk=item.pk).update(confirmed_at=now)
        _record(AuditEvent.ITEM_CONFIRMED, subject_id, by, now, item.field)


def erase_item(*, subject_id: UUID, item_id: UUID, by: Actor, now: datetime) -> None:
    """Delete one value, with what the field held before. Raises NotHeld, SubjectGone, HeldForLaw, LawKeeps."""
    with transaction.atomic():
        hold_active(subject_id)
        item = _locked(subject_id, item_id)
        _erase_all(subject_id, [item.field], by, now)


def erase_items(*, subject_id: UUID, fields: Collection[str], by: Actor, now: datetime) -> int:
    """Delete all that several fields hold, values and files; what is gone already is passed over. How many went."""
    return _erase_all(subject_id, fields, by, now)


def decline_field(
    *, subject_id: UUID, field: str, by: Actor, now: datetime, told_to_staff: bool = False, how: str = ""
) -> None:
    """The person will not give a field (AC-4); what it holds goes with it. Raises UnknownField, SubjectGone.

    Declined twice, the first answer stands and nothing is written.
    """
    field_in_force(field, at=now)
    with transaction.atomic():
        hold_active(subject_id)
        erased = _erase_all(subject_id, [field], by, now)
        _refusal, created = FieldRefusal.objects.get_or_create(
            subject_id=subject_id, field=field, defaults={"declined_at": now, "told_to_staff": told_to_staff}
        )
        if created or erased:
            _record(AuditEvent.FIELD_DECLINED, subject_id, by, now, field, note=how)


def _erase_all(subject_id: UUID, fields: Collection[str], by: Actor, now: datetime) -> int:
    """By a plan of the erasure engine, as everything that is deleted."""
    lines = planning.plan_chosen(subject_id=subject_id, fields=fields, at=now)
    return delete_at_once(subject_id=subject_id, lines=lines, by=by, now=now)


def reveal(*, item_id: UUID, purpose: str, reason: str, by: Actor, now: datetime) -> str:
    """Show staff one value, recorded with its reason.

    Raises NotHeld, NotResponsible, Restricted, RevealRefused, PurposeNotNamed, UseStopped.
    """
    item = DataItem.objects.filter(pk=item_id).first()
    if item is None:
        raise NotHeld
    spec = field_in_force(item.field, at=now)
    check_can_open(by=by, subject_id=item.subject_id)
    check_can_reveal(by=by, sensitivity=spec.sensitivity)
    check_purpose(subject_id=item.subject_id, field=item.field, purpose=purpose, by=by, now=now)
    check_use(subject_id=item.subject_id, field=item.field, purpose=purpose, by=by, now=now)
    value = read_value(item, key=keys.data_key(item.subject_id))
    with transaction.atomic():
        record(
            event=AuditEvent.ITEM_REVEALED,
            target=f"subject:{item.subject_id}",
            subject_id=item.subject_id,
            by=by,
            now=now,
            details={"field": item.field, "purpose": purpose},
            note=reason,
        )
    return value


def check_purpose(*, subject_id: UUID, field: str, purpose: str, by: Actor, now: datetime) -> None:
    """Raises PurposeNotNamed, and records it, unless the version in force names the purpose for the field (SH-11)."""
    spec = field_in_force(field, at=now)
    if purpose in spec.purposes:
        return
    _record_refused(subject_id, field, purpose, by, now)
    raise PurposeNotNamed


def check_use(*, subject_id: UUID, field: str, purpose: str, by: Actor, now: datetime) -> None:
    """Raises UseStopped, and records it, while the person restricted the purpose or objected to it.

    A limit of every use still lets the officer look: `check_can_open` keeps everybody else out.
    """
    if purpose in stopped_purposes(subject_id):
        _record_refused(subject_id, field, purpose, by, now)
        raise UseStopped


def field_in_force(code: str, *, at: datetime) -> FieldSpec:
    """The field as the version in force declares it. Raises UnknownField."""
    version = policies.version_in_force(at)
    spec = policies.field(version, code) if version else None
    if spec is None:
        raise UnknownField
    return spec


def _record_refused(subject_id: UUID, field: str, purpose: str, by: Actor, now: datetime) -> None:
    # A transaction of its own: the refusal is raised, the record of it stays.
    with transaction.atomic(durable=not transaction.get_connection().in_atomic_block):
        record(
            event=AuditEvent.READ_REFUSED,
            target=f"subject:{subject_id}",
            subject_id=subject_id,
            by=by,
            now=now,
            details={"field": field, "purpose": purpose},
        )


def _locked(subject_id: UUID, item_id: UUID) -> DataItem:
    item = DataItem.objects.select_for_update().filter(pk=item_id, subject_id=subject_id).first()
    if item is None:
        raise NotHeld
    return item


def _record(event: str, subject_id: UUID, by: Actor, now: datetime, field: str, note: str = "") -> None:
    record(
        event=event,
        target=f"subject:{subject_id}",
        subject_id=subject_id,
        by=by,
        now=now,
        details={"field": field},
        note=note,
    )

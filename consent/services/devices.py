"""Devices: noted only while a consent that names them stands, and gone with it (CG-3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from audit.services.recording import record
from consent import selectors
from consent.answers import ConsentKey
from consent.device_facts import DeviceFacts
from consent.errors import DeviceNotNoted
from consent.models import LedgerEntry
from consent.services.asking import device_questions
from core.actors import Actor
from core.encryption import blind_index, seal, unseal
from personal_data import keys
from personal_data.enums import AuditEvent
from personal_data.errors import NotHeld
from personal_data.fields import facts_context
from personal_data.models import Device
from personal_data.selectors_limits import stopped_purposes
from personal_data.services.announcing import Deleted, announce
from personal_data.services.erasure_holding import check_devices_not_held, devices_are_held
from personal_data.services.subjects import hold_active
from policies import selectors as policies
from policies.models import PolicyVersion


@dataclass(frozen=True, slots=True)
class NotedDevice:
    """A device as its person sees it."""

    id: UUID
    facts: DeviceFacts
    first_seen_at: datetime
    last_seen_at: datetime


def device_consent_stands(subject_id: UUID, at: datetime) -> bool:
    """Whether a consent is in force whose own version named device information."""
    return names_devices(selectors.in_force(subject_id, at))


def names_devices(given: Mapping[ConsentKey, LedgerEntry], *, known: PolicyVersion | None = None) -> bool:
    """The same, of answers already read; `known` is a version already read."""
    standing = {key: entry.version for key, entry in given.items() if entry.is_granted}
    naming = {number: _device_questions(number, known) for number in set(standing.values())}
    return any(key in naming[number] for key, number in standing.items())


def note_device(*, subject_id: UUID, facts: DeviceFacts, by: Actor, now: datetime) -> UUID:
    """Note a device, or that it was seen again. Raises DeviceNotNoted without consent, SubjectGone, KeyDestroyed."""
    key = keys.data_key(subject_id)
    lookup = blind_index(f"{subject_id}\n{facts.name}\n{facts.system}", name="personal_data.Device:lookup")
    with transaction.atomic():
        hold_active(subject_id)  # a withdrawal takes the same lock, so nothing is noted behind its back
        if not _may_note(subject_id, now):
            raise DeviceNotNoted
        device = Device.objects.filter(subject_id=subject_id, lookup=lookup).first()
        if device is None:
            device = Device(id=uuid4(), subject_id=subject_id, lookup=lookup, first_seen_at=now)
        else:
            facts = facts.with_known(_open(device, key))
        device.sealed_facts = seal(key, facts.to_bytes(), context=facts_context(device.pk))
        device.last_seen_at = now
        device.save()
        _record(AuditEvent.DEVICE_NOTED, subject_id, device.pk, by, now)
    return device.pk


def forget_device(*, subject_id: UUID, device_id: UUID, by: Actor, now: datetime) -> None:
    """Delete one device. Raises NotHeld, HeldForLaw, SubjectGone."""
    with transaction.atomic():
        hold_active(subject_id)
        check_devices_not_held(subject_id, now=now)
        if not _forget(subject_id, Device.objects.filter(subject_id=subject_id, pk=device_id), by, now):
            raise NotHeld


def forget_devices(*, subject_id: UUID, by: Actor, now: datetime) -> int:
    """Delete every device of a person; how many there were. Raises HeldForLaw, SubjectGone."""
    with transaction.atomic():
        hold_active(subject_id)
        check_devices_not_held(subject_id, now=now)
        return _forget(subject_id, Device.objects.filter(subject_id=subject_id), by, now)


def forget_devices_without_consent(*, subject_id: UUID, by: Actor, now: datetime) -> int:
    """Delete a person's devices unless a consent names them; how many went. Safe to repeat. Raises SubjectGone.

    What a legal hold keeps goes by its rule once the hold is released.
    """
    with transaction.atomic():
        hold_active(subject_id)
        if device_consent_stands(subject_id, now) or devices_are_held(subject_id, now=now):
            return 0
        return _forget(subject_id, Device.objects.filter(subject_id=subject_id), by, now)


def noted_devices(subject_id: UUID) -> list[NotedDevice]:
    """A person's devices, last seen first."""
    rows = list(Device.objects.filter(subject_id=subject_id))
    if not rows:
        return []
    key = keys.data_key(subject_id)
    return [NotedDevice(row.pk, _open(row, key), row.first_seen_at, row.last_seen_at) for row in rows]


def _may_note(subject_id: UUID, at: datetime) -> bool:
    """Whether a consent stands that names devices, and no limit stands in the way of its purpose."""
    stopped = stopped_purposes(subject_id)
    given = selectors.in_force(subject_id, at)
    return "" not in stopped and names_devices({key: one for key, one in given.items() if key.purpose not in stopped})


def _device_questions(number: int, known: PolicyVersion | None) -> frozenset[ConsentKey]:
    version = known if known and known.number == number else policies.version_numbered(number)
    return device_questions(version) if version else frozenset()


def _forget(subject_id: UUID, devices: Iterable[Device], by: Actor, now: datetime) -> int:
    gone = []
    for device in devices:
        gone.append(device.pk)
        device.delete()
        _record(AuditEvent.DEVICE_ERASED, subject_id, gone[-1], by, now)
    announce([Deleted(subject_id, Device._meta.label_lower, gone)] if gone else [], now=now)
    return len(gone)


def _open(device: Device, key: bytes) -> DeviceFacts:
    return DeviceFacts.from_bytes(unseal(key, bytes(device.sealed_facts), context=facts_context(device.pk)))


def _record(event: str, subject_id: UUID, device_id: UUID, by: Actor, now: datetime) -> None:
    record(
        event=event,
        target=f"subject:{subject_id}",
        subject_id=subject_id,
        by=by,
        now=now,
        details={"device": str(device_id)},
    )

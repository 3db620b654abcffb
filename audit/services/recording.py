"""The only writer of audit entries. Writers share no lock."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from audit.models import AuditEntry, AuditNote
from core.actors import Actor

_EVENT = re.compile(r"[a-z_]+\.[a-z_]+")
_TARGET = re.compile(r"[a-z_\-]+:[A-Za-z0-9_.\-]+")
# One code or reference: no blank, or a name without accents would pass; and nothing that looks like a phone number.
_DETAIL = re.compile(r"(?!\+?[0-9]{9,15}\Z)[A-Za-z0-9_.:\-+/]{0,200}")
_COPY = "COPY public.audit_auditentry (event, target, subject_ref, actor, actor_role, at, details) FROM STDIN"

# `audit` stands below the package that holds keys, so the sealer of notes is handed in at start.
_seal_note: Callable[[UUID, bytes, str], bytes] | None = None
_open_note: Callable[[UUID, bytes, str], bytes] | None = None
_open_notes: Callable[[UUID, list[tuple[bytes, str]]], list[bytes]] | None = None


class NotAReference(ValueError):
    """An entry was to hold something that is not a reference or a code. Carries the key, never the value."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What one entry says."""

    event: str
    target: str
    subject_id: UUID | None = None
    details: Mapping[str, object] = field(default_factory=dict)


def use_note_keys(
    *,
    seal: Callable[[UUID, bytes, str], bytes],
    unseal: Callable[[UUID, bytes, str], bytes],
    unseal_many: Callable[[UUID, list[tuple[bytes, str]]], list[bytes]],
) -> None:
    """Hand in how notes are sealed under a person's evidence key; called once at start by the package that holds
    keys.
    """
    global _seal_note, _open_note, _open_notes
    _seal_note, _open_note, _open_notes = seal, unseal, unseal_many


def record(
    *,
    event: str,
    target: str,
    by: Actor,
    now: datetime,
    subject_id: UUID | None = None,
    details: Mapping[str, object] | None = None,
    note: str = "",
) -> AuditEntry:
    """Write one entry in the caller's transaction. Raises NotAReference rather than record a value.

    `note` is free text for people; it needs `subject_id`, is sealed under that person's evidence key and can go while
    the
    entry stays.
    """
    entry = _entry(Fact(event, target, subject_id, details or {}), by=by, now=now)
    salt = b""
    if note:
        salt = os.urandom(16)
        entry.note_hash = hashlib.sha256(salt + note.encode()).digest()
    entry.save(force_insert=True)
    if note:
        _write_note(entry, subject_id, salt, note)
    return entry


def record_many(facts: Iterable[Fact], *, by: Actor, now: datetime) -> None:
    """Write many entries in the caller's transaction, a thousand by one statement. Raises NotAReference."""
    AuditEntry.objects.bulk_create([_entry(fact, by=by, now=now) for fact in facts], batch_size=1000)


def record_each(
    *,
    event: str,
    subject_ids: Iterable[UUID],
    by: Actor,
    now: datetime,
    details: Mapping[str, object] | None = None,
) -> None:
    """Write the same entry about each of many people by one COPY, in the caller's transaction. Raises NotAReference."""
    entry = _entry(Fact(event, "subject:each", details=details or {}), by=by, now=now)
    # Codes and references only, so nothing in it must be escaped for COPY.
    rest = f"{entry.actor}\t{entry.actor_role}\t{now.isoformat()}\t{json.dumps(entry.details)}\n"
    rows = "".join(f"{event}\tsubject:{one}\t{one}\t{rest}" for one in subject_ids)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(rows)


def actor_reference(by: Actor) -> str:
    """The acting account as a reference, or the name of the accountless actor."""
    return f"user:{by.pk}" if by.pk is not None else by.audit_role


def checked_details(details: Mapping[str, object]) -> dict[str, object]:
    """Details as they may stand in an entry: numbers, booleans, codes, and lists of codes."""
    return {key: _checked(key, value) for key, value in details.items()}


def read_note(entry: AuditEntry) -> str:
    """The free text beside an entry, or an empty string when there is none any more."""
    note = AuditNote.objects.filter(entry_ref=entry.pk).first()
    if note is None or _open_note is None:
        return ""
    return _open_note(note.subject_ref, bytes(note.sealed_text), f"audit.AuditNote:text:{entry.pk}").decode()


def read_notes(entries: Iterable[AuditEntry], *, subject_id: UUID) -> dict[int, str]:
    """The free texts beside several entries on one person, by entry; those that are gone are left out. Two queries."""
    notes = list(AuditNote.objects.filter(entry_ref__in=[entry.pk for entry in entries], subject_ref=subject_id))
    if not notes or _open_notes is None:
        return {}
    blobs = [(bytes(note.sealed_text), f"audit.AuditNote:text:{note.entry_ref}") for note in notes]
    return {note.entry_ref: text.decode() for note, text in zip(notes, _open_notes(subject_id, blobs), strict=True)}


def _entry(fact: Fact, *, by: Actor, now: datetime) -> AuditEntry:
    checked = checked_details(fact.details)
    if not _EVENT.fullmatch(fact.event):
        raise NotAReference("event")
    if not _TARGET.fullmatch(fact.target):
        raise NotAReference("target")
    return AuditEntry(
        event=fact.event,
        target=fact.target,
        subject_ref=fact.subject_id,
        actor=actor_reference(by),
        actor_role=by.audit_role,
        at=now,
        details=checked,
    )


def _checked(key: str, value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        return [_checked(key, part) for part in value]
    text = str(value)
    if not _DETAIL.fullmatch(text):
        raise NotAReference(key)
    return text


def _write_note(entry: AuditEntry, subject_id: UUID | None, salt: bytes, note: str) -> None:
    if subject_id is None or _seal_note is None:
        raise NotAReference("note")
    AuditNote.objects.create(
        entry_ref=entry.pk,
        subject_ref=subject_id,
        salt=salt,
        sealed_text=_seal_note(subject_id, note.encode(), f"audit.AuditNote:text:{entry.pk}"),
    )

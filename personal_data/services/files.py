"""Files the person gave: stored sealed, read one by one, deleted with their bytes."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services.recording import record
from core.actors import Actor
from core.encryption import normalise_display
from personal_data import keys, planning, storage
from personal_data.content import EXTENSIONS, IMAGE_TYPES, VIDEO_TYPES, check_file, clean_file
from personal_data.enums import AuditEvent, Source
from personal_data.errors import NotHeld, TooManyFiles, UnknownField
from personal_data.fields import read_file_name, seal_file_name
from personal_data.models import FieldRefusal, StoredFile
from personal_data.registry import blob_owners
from personal_data.services.erasing import delete_at_once
from personal_data.services.holding import field_in_force
from personal_data.services.subjects import hold_active
from policies.enums import FILE_KINDS
from policies.pack_types import FieldSpec

DEFAULT_MAX_BYTES = 5 * 1024 * 1024
MOST_FILES = 20
LONGEST_NAME = 120
ORPHAN_AGE_SECONDS = 3600


class Pieces(Protocol):
    """A content too long to hold at once: its size in bytes, and its pieces in order."""

    @property
    def size(self) -> int | None: ...
    def chunks(self) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class OpenedFile:
    """A file on its way to the person. Size in bytes."""

    name: str
    mime: str
    size: int
    pieces: Iterator[bytes]


def store_file(
    *,
    subject_id: UUID,
    field: str,
    name: str,
    data: bytes | Pieces,
    source: str = Source.PERSON,
    by: Actor,
    now: datetime,
) -> StoredFile:
    """Check, seal and keep a file. A film passes through piece by piece; a picture is read whole and made anew.

    Raises UnknownField, TooManyFiles, FileTooLarge, FileTypeRefused, SubjectGone, OSError.
    """
    spec = field_in_force(field, at=now)
    if spec.kind not in FILE_KINDS:
        raise UnknownField
    if StoredFile.objects.filter(subject_id=subject_id, field=field).count() >= MOST_FILES:
        raise TooManyFiles(_("%(limit)s files are held here already. Delete one first.") % {"limit": MOST_FILES})
    mime, size, pieces = _checked(data, spec)
    key = keys.data_key(subject_id)
    stored = StoredFile(subject_id=subject_id, field=field, mime=mime, size=size, source=source, held_since=now)
    stored.sealed_name = seal_file_name(stored.pk, shown_name(name, mime), key=key)
    storage.write_blob(stored.pk, pieces, key=key)
    with transaction.atomic():
        hold_active(subject_id)
        stored.save(force_insert=True)
        FieldRefusal.objects.filter(subject_id=subject_id, field=field).delete()
        _record(AuditEvent.FILE_STORED, stored, by, now)
    return stored


def read_file(*, subject_id: UUID, file_id: UUID, by: Actor, now: datetime) -> tuple[str, str, bytes]:
    """Name, type and bytes of one file; the look is recorded. Raises NotHeld, CannotOpen."""
    opened = open_file(subject_id=subject_id, file_id=file_id, by=by, now=now)
    return opened.name, opened.mime, b"".join(opened.pieces)


def open_file(*, subject_id: UUID, file_id: UUID, by: Actor, now: datetime) -> OpenedFile:
    """One file, piece by piece; the look is recorded. Raises NotHeld, CannotOpen."""
    stored = StoredFile.objects.filter(pk=file_id, subject_id=subject_id).first()
    if stored is None:
        raise NotHeld
    key = keys.data_key(subject_id)
    try:
        pieces = storage.blob_pieces(stored.pk, key=key)
    except FileNotFoundError as error:
        raise NotHeld from error
    with transaction.atomic():
        _record(AuditEvent.FILE_READ, stored, by, now)
    return OpenedFile(read_file_name(stored, key=key), stored.mime, stored.size, pieces)


def delete_file(*, subject_id: UUID, file_id: UUID, by: Actor, now: datetime) -> None:
    """Delete one file, row and bytes. Raises NotHeld, SubjectGone."""
    with transaction.atomic():
        hold_active(subject_id)
        if not StoredFile.objects.filter(pk=file_id, subject_id=subject_id).exists():
            raise NotHeld
        delete_at_once(subject_id=subject_id, lines=planning.plan_file(file_id), by=by, now=now)


def remove_orphans(*, now: datetime) -> int:
    """Remove bytes no row points at, older than an hour of the disk's own time. The number removed."""
    old = list(storage.stored_blobs(older_than=time.time() - ORPHAN_AGE_SECONDS))
    known = {
        pk for model in blob_owners() for pk in model._default_manager.filter(pk__in=old).values_list("pk", flat=True)
    }
    for blob_id in set(old) - known:
        storage.remove_blob(blob_id)
    return len(set(old) - known)


def shown_name(name: str, mime: str) -> str:
    """A file name fit to show and to save under: no path, no control characters, the real type's ending."""
    base = normalise_display(name).replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(char for char in base if char.isprintable() and char not in '"<>:|?*')
    stem = base.rsplit(".", 1)[0][:LONGEST_NAME].strip(" .") or "file"
    return stem + EXTENSIONS[mime]


def _checked(data: bytes | Pieces, spec: FieldSpec) -> tuple[str, int, Iterable[bytes]]:
    """Real type, size, and what is kept of a file. Raises FileTooLarge, FileTypeRefused."""
    most = spec.max_bytes or DEFAULT_MAX_BYTES
    size = len(data) if isinstance(data, bytes) else data.size or 0
    pieces = iter((data,)) if isinstance(data, bytes) else data.chunks()
    if spec.kind == "video":
        first = next(pieces, b"")
        return check_file(first, size=size, allowed=VIDEO_TYPES, max_bytes=most), size, chain([first], pieces)
    whole = b"".join(pieces) if size <= most else b""
    check_file(whole, size=size, allowed=IMAGE_TYPES, max_bytes=most)
    clean = clean_file(whole, allowed=IMAGE_TYPES, max_bytes=most)
    return clean.mime, len(clean.data), [clean.data]


def _record(event: str, stored: StoredFile, by: Actor, now: datetime) -> None:
    record(
        event=event,
        target=f"subject:{stored.subject_id}",
        subject_id=stored.subject_id,
        by=by,
        now=now,
        details={"field": stored.field, "file": str(stored.pk)},
    )

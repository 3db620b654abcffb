"""Sealed bytes on disk, named by random ids, never by what a person called them.

Writing: bytes first, then the row; removing: row first, then the bytes. Either way a crash leaves at most bytes
nobody points
at, sealed, which the orphan sweep removes.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from core.encryption import seal, unseal


def write_blob(blob_id: UUID, data: bytes, *, key: bytes) -> None:
    """Seal and write atomically. Raises OSError when the disk refuses."""
    path = _path(blob_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_name(f"{path.name}.{uuid4().hex}.part")
    with open(half, "wb", opener=_private) as out:
        out.write(seal(key, data, context=_context(blob_id)))
        out.flush()
        os.fsync(out.fileno())
    half.replace(path)


def read_blob(blob_id: UUID, *, key: bytes) -> bytes:
    """The bytes of a blob. Raises FileNotFoundError, CannotOpen."""
    return unseal(key, _path(blob_id).read_bytes(), context=_context(blob_id))


def remove_blob(blob_id: UUID) -> None:
    """Remove the bytes. Safe to repeat."""
    _path(blob_id).unlink(missing_ok=True)


def stored_blobs(*, older_than: float) -> Iterator[UUID]:
    """Ids of blobs last written before the POSIX moment `older_than`; half-written ones are removed on the way."""
    for path in root().glob("??/*"):
        if path.stat().st_mtime >= older_than:
            continue
        if path.suffix == ".part":
            path.unlink(missing_ok=True)
            continue
        yield UUID(path.name)


def root() -> Path:
    """The folder all blobs stand under."""
    return Path(settings.PORTAL_HOME) / "files"


def _path(blob_id: UUID) -> Path:
    return root() / blob_id.hex[:2] / str(blob_id)


def _context(blob_id: UUID) -> str:
    return f"personal_data.blob:{blob_id}"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

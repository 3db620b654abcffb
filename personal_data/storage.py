"""Sealed bytes on disk, named by random ids, never by what a person called them.

Writing: bytes first, then the row; removing: row first, then the bytes. Either way a crash leaves at most bytes
nobody points
at, sealed, which the orphan sweep removes.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

from django.conf import settings

from core.sealed_stream import SealedWriter, sealed_pieces


@dataclass(frozen=True)
class Draft:
    """Sealed bytes written and not yet in their place: kept in one step, or dropped."""

    half: Path
    whole: Path

    def keep(self) -> None:
        """Put them in their place, over what may stand there."""
        self.half.replace(self.whole)

    def drop(self) -> None:
        """Remove them. Safe to repeat, and once they are kept."""
        self.half.unlink(missing_ok=True)


def write_blob(blob_id: UUID, data: bytes | Iterable[bytes], *, key: bytes) -> None:
    """Seal piece by piece and write atomically. Raises OSError when the disk refuses."""
    draft_blob(blob_id, data, key=key).keep()


def draft_blob(blob_id: UUID, data: bytes | Iterable[bytes], *, key: bytes) -> Draft:
    """Seal piece by piece beside the place of a blob; what fails half-way is removed. Raises as `data`, and OSError."""
    path = _path(blob_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = Draft(path.with_name(f"{path.name}.{uuid4().hex}.part"), path)
    try:
        with open(draft.half, "wb", opener=_private) as out:
            writer = SealedWriter(out, key=key, context=_context(blob_id))
            for piece in (data,) if isinstance(data, bytes) else data:
                writer.write(piece)
            writer.finish()
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        draft.drop()
        raise
    return draft


def read_blob(blob_id: UUID, *, key: bytes) -> bytes:
    """The bytes of a blob. Raises FileNotFoundError, CannotOpen."""
    return b"".join(blob_pieces(blob_id, key=key))


def blob_pieces(blob_id: UUID, *, key: bytes) -> Iterator[bytes]:
    """The bytes of a blob in pieces of a megabyte. Raises FileNotFoundError, CannotOpen; of the first piece at once."""
    source = _path(blob_id).open("rb")
    pieces = _closing(source, sealed_pieces(source, key=key, context=_context(blob_id)))
    return chain([next(pieces)], pieces)


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
    return Path(settings.FILES_ROOT)


def _path(blob_id: UUID) -> Path:
    return root() / blob_id.hex[:2] / str(blob_id)


def _closing(source: BinaryIO, pieces: Iterator[bytes]) -> Iterator[bytes]:
    with source:
        yield from pieces


def _context(blob_id: UUID) -> str:
    return f"personal_data.blob:{blob_id}"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

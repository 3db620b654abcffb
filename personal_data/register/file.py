"""Reading and growing the register's file. What is wrong with it is named, and never mended here.

Only what follows the last whole line and has no line end is ever cut off, by the next append: a frame that was being
written when the power went, and so was never committed.
"""

import errno
import glob
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from personal_data.register.entries import Written
from personal_data.register.faults import Fault, RegisterFault
from personal_data.register.frames import (
    Frame,
    Place,
    check_follows,
    check_signature,
    first_line,
    next_line,
    read_line,
)
from personal_data.register.naming import signing_key

_PIECE = 1 << 16
_HOW = os.O_NOFOLLOW | os.O_NONBLOCK  # what a link leads to is not ours, and a pipe in its place holds nobody up
_NO_FILE = (errno.ELOOP, errno.EISDIR, errno.ENXIO)
_LAST_LINES = 4096


@dataclass(frozen=True, slots=True)
class Register:
    """The file, open. Not shared between threads."""

    descriptor: int

    @property
    def size(self) -> int:
        """Bytes in the file, a line half written included."""
        return os.fstat(self.descriptor).st_size

    def first(self, *, of: UUID | None = None) -> Frame:
        """The line that opens it, its signature checked; `of` is whose it has to be. Raises RegisterFault."""
        for start, line in _lines(self.descriptor, 0):
            frame = read_line(line, start=start)
            if not frame.first:
                raise RegisterFault(Fault.ALTERED)
            if of not in (None, frame.register):  # signed with a key that is not ours, it is no less another one
                raise RegisterFault(Fault.FOREIGN)
            check_signature(line, key=signing_key().public_key(), sequence=frame.sequence)
            return frame
        raise RegisterFault(Fault.CUT)

    def frames_after(self, place: Place, *, signed: bool = True) -> Iterator[Frame]:
        """Whole frames after a place, each checked against the one before. Raises RegisterFault.

        Without `signed` the signature of the last one alone is checked, which vouches for the others.
        """
        last: tuple[bytes, int] | None = None
        public = signing_key().public_key()
        for start, line in _lines(self.descriptor, place.offset):
            frame = read_line(line, start=start)
            check_follows(frame, place)
            if signed:
                check_signature(line, key=public, sequence=frame.sequence)
            place, last = frame.place, (line, frame.sequence)
            yield frame
        if last is not None and not signed:
            check_signature(last[0], key=public, sequence=last[1])

    def frame_at(self, start: int) -> Frame:
        """The frame whose line begins there, its signature checked. Raises RegisterFault."""
        for begin, line in _lines(self.descriptor, start):
            frame = read_line(line, start=begin)
            check_signature(line, key=signing_key().public_key(), sequence=frame.sequence)
            return frame
        raise RegisterFault(Fault.CUT)

    def find(self, head: Place | None) -> Place:
        """The place a database last knew of, where it is in this file now; one that knew of none is at the very first.

        It is where it was, unless the register was shortened since. Raises RegisterFault.
        """
        if head is None:
            opening = self.first()
            if opening.sequence:
                raise RegisterFault(Fault.BEGINS_LATER, sequence=opening.sequence)
            return opening.place
        if head.offset <= self.size and self._ends_with(head):
            return head
        opening = self.first(of=head.register)
        if opening.sequence > head.sequence:
            raise RegisterFault(Fault.BEGINS_LATER, sequence=opening.sequence)
        return self._search(opening.place, head)

    def append(self, place: Place, entries: Sequence[Written], at: datetime) -> Place:
        """Write one frame after a place, where nothing but half a line may stand, and onto the disk.

        Raises OSError; then the file is as it was.
        """
        line = next_line(place=place, entries=entries, at=at, key=signing_key())
        if self.size > place.offset:
            os.ftruncate(self.descriptor, place.offset)
        try:
            _write(self.descriptor, line)
            os.fdatasync(self.descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self.descriptor, place.offset)
            raise
        return read_line(line, start=place.offset).place

    def _ends_with(self, head: Place) -> bool:
        line = _line_before(self.descriptor, head.offset)
        if line is None:
            return False
        try:
            place = read_line(line, start=head.offset - len(line)).place
            check_signature(line, key=signing_key().public_key(), sequence=place.sequence)
        except RegisterFault:
            return False
        return place == head

    def _search(self, place: Place, head: Place) -> Place:
        if place.sequence == head.sequence and place.digest == head.digest:
            return place
        for frame in self.frames_after(place, signed=False):
            place = frame.place
            if place.sequence == head.sequence:
                break
        if place.sequence < head.sequence:
            raise RegisterFault(Fault.CUT if self.size > place.offset else Fault.ROLLED_BACK, sequence=place.sequence)
        if place.digest != head.digest:
            raise RegisterFault(Fault.ALTERED, sequence=head.sequence)
        return place


@contextmanager
def opened(path: Path, *, to_write: bool = False) -> Iterator[Register]:
    """The register's file. Raises RegisterFault: missing, or not to be opened."""
    try:
        descriptor = os.open(path, _HOW | (os.O_RDWR | os.O_APPEND if to_write else os.O_RDONLY))
    except FileNotFoundError as error:
        raise RegisterFault(Fault.MISSING) from error
    except OSError as error:
        raise RegisterFault(Fault.NOT_A_FILE if error.errno in _NO_FILE else Fault.UNWRITABLE) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise RegisterFault(Fault.NOT_A_FILE)
        yield Register(descriptor)
    finally:
        os.close(descriptor)


def make(path: Path, at: datetime) -> Place:
    """A new register, where there is none. Raises RegisterFault, FileExistsError."""
    register, builds_on = uuid4(), os.urandom(32)
    line = first_line(register=register, sequence=0, builds_on=builds_on, at=at, key=signing_key())
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = _draft(path, [line])
        try:
            os.link(draft, path)
        finally:
            draft.unlink()
        _keep_folder(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise RegisterFault(Fault.UNWRITABLE) from error
    return Place(register, 0, builds_on, len(line))


def shorten(path: Path, register: Register, last_left_out: Frame, at: datetime) -> int:
    """Put a file in place that begins after a frame; by how many bytes it is shorter. Raises OSError."""
    line = first_line(
        register=last_left_out.register,
        sequence=last_left_out.sequence,
        builds_on=last_left_out.digest,
        at=at,
        key=signing_key(),
    )
    pieces = _pieces(register.descriptor, last_left_out.end)
    before = register.size
    draft = _draft(path, [line, *pieces])
    after = draft.stat().st_size
    draft.replace(path)
    _keep_folder(path.parent)
    return before - after


def forget_drafts(path: Path) -> None:
    """Remove what a writer that was killed left beside the register. Called under its lock. Raises OSError."""
    for draft in path.parent.glob(f".{glob.escape(path.name)}.{'[0-9a-f]' * 32}"):
        draft.unlink(missing_ok=True)


def _draft(path: Path, pieces: Sequence[bytes]) -> Path:
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        for piece in pieces:
            _write(descriptor, piece)
        os.fsync(descriptor)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return draft


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _keep_folder(folder: Path) -> None:
    """A new name is on the disk only once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(descriptor: int, offset: int) -> Iterator[tuple[int, bytes]]:
    """Whole lines with the places where they begin; what follows the last line end is left out."""
    held, start = b"", offset
    while piece := os.pread(descriptor, _PIECE, offset):
        offset += len(piece)
        *whole, held = (held + piece).split(b"\n")
        for line in whole:
            yield start, line + b"\n"
            start += len(line) + 1


def _line_before(descriptor: int, end: int) -> bytes | None:
    """The line that ends at a place; None when none does."""
    length = _LAST_LINES
    while True:
        begin = max(0, end - length)
        piece = os.pread(descriptor, end - begin, begin)
        if len(piece) < end - begin or not piece.endswith(b"\n"):
            return None
        cut = piece.rfind(b"\n", 0, len(piece) - 1)
        if cut >= 0 or begin == 0:
            return piece[cut + 1 :]
        length *= 8


def _pieces(descriptor: int, offset: int) -> Iterator[bytes]:
    while piece := os.pread(descriptor, _PIECE, offset):
        offset += len(piece)
        yield piece

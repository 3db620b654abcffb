"""Whether this database and the erasure register belong together: asked before anything is served or worked on.

An answer is kept for two seconds in each process. What a process has read of the file once it does not read again for
an hour while the file only grows.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from personal_data.register import file
from personal_data.register.faults import Fault, RegisterFault
from personal_data.register.frames import Place
from personal_data.services.announcing import MOST_BY_ITSELF, READ_HEAD, register_path

KEPT_SECONDS = 2.0
READ_SECONDS = 3600.0
_FREE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Standing:
    """`fault` is empty when the portal may serve; `behind` is how many frames the database does not know."""

    fault: str = ""
    behind: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the portal may serve."""
        return not self.fault


@dataclass(slots=True)
class _Read:
    """What this process has read of one file: as it was then, and the last whole frame of it."""

    path: Path
    inode: int
    size: int
    changed: tuple[int, int]
    place: Place
    at: float  # when the whole of it was read


@dataclass(slots=True)
class _Known:
    """The last answer, and when it was given."""

    standing: Standing
    path: Path
    at: float


_read: _Read | None = None
_known: _Known | None = None


def standing() -> Standing:
    """The answer, at most two seconds old. Raises what the database raises when it is away."""
    global _known
    path, moment = register_path(), time.monotonic()
    if _known is None or _known.path != path or moment - _known.at > KEPT_SECONDS:
        _known = _Known(look(), path, moment)
    return _known.standing


def closed() -> str:
    """The code of what keeps the portal from serving, or nothing."""
    return standing().fault


def look() -> Standing:
    """Ask anew. Reads the row of the head and the file; changes nothing."""
    path, head = register_path(), _head()
    try:
        with file.opened(path) as register:
            place = register.find(head)
            last = _read_on(path, register)
    except RegisterFault as fault:
        if fault.fault == Fault.MISSING and head is None:
            return Standing()
        return Standing(fault.fault.value)
    except OSError:  # the disk does not give it back
        return Standing(Fault.UNWRITABLE.value)
    behind = last.sequence - place.sequence
    return Standing(Fault.BEHIND.value if behind > MOST_BY_ITSELF else "", behind)


def check_whole() -> None:
    """Raises RegisterFault when the register cannot be used, whatever part of it is at fault; being behind is none."""
    found = look().fault
    if found and found != Fault.BEHIND:
        raise RegisterFault(Fault(found))


def check_room() -> None:
    """Raises RegisterFault when the disk of the register is full or takes no writing."""
    with file.opened(register_path(), to_write=True) as register:
        disk = os.fstatvfs(register.descriptor)
    if disk.f_bavail * disk.f_frsize < _FREE_BYTES or disk.f_flag & os.ST_RDONLY:
        raise RegisterFault(Fault.UNWRITABLE)


def forget() -> None:
    """Ask and read anew next time."""
    global _known, _read
    _known = _read = None


def _read_on(path: Path, register: file.Register) -> Place:
    """The last whole frame; every line is read once an hour by this process, and when the file did not only grow."""
    global _read
    found, moment = os.fstat(register.descriptor), time.monotonic()
    changed = found.st_mtime_ns, found.st_ctime_ns  # the one can be set back, the other cannot
    before = _read if _read and (_read.path, _read.inode) == (path, found.st_ino) else None
    if before and moment - before.at > READ_SECONDS:
        before = None
    if before and (before.size, before.changed) == (found.st_size, changed):
        return before.place
    place = _last(register, before.place) if before and before.size < found.st_size else None
    at = before.at if before and place else moment
    place = place or _last_of_all(register)
    _read = _Read(path, found.st_ino, found.st_size, changed, place, at)
    return place


def _last(register: file.Register, place: Place) -> Place | None:
    """The last whole frame after a place this process read before; None when that place is no more."""
    try:
        for frame in register.frames_after(place, signed=False):
            place = frame.place
    except RegisterFault:
        return None
    return place


def _last_of_all(register: file.Register) -> Place:
    place = register.first().place
    for frame in register.frames_after(place, signed=False):
        place = frame.place
    return place


def _head() -> Place | None:
    connection.ensure_connection()
    # Past Django's cursors: this is asked beside every page, and is no query of the page.
    with connection.wrap_database_errors:
        row = connection.connection.execute(READ_HEAD).fetchone()
    return None if row is None else Place(row[0], row[1], bytes(row[2]), row[3])

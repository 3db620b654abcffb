"""Noting in the erasure register what must not come back with a backup: before the commit that makes it so.

1. Whoever announces holds one lock of the database until the commit, so frames stand in the order of their commits.
2. The frame is on the disk before the commit. A crash between the two leaves the file ahead: what it announces is then
   done by itself (services/replaying.py), because somebody was told that it would be.
3. A file that cannot be written, or is not the one this database knows, stops the caller's transaction: nothing is
   deleted that the register does not name.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from core.queue import enqueue_on_commit
from personal_data.errors_register import RegisterUnavailable
from personal_data.models import UnplayedFrame
from personal_data.register import file
from personal_data.register.entries import ERASED, Begun, Deleted, Entry, Erased, EvidenceEnded, Limited, Withdrawn
from personal_data.register.entries import people_in as people_in
from personal_data.register.entries import written as written
from personal_data.register.faults import Fault, RegisterFault
from personal_data.register.frames import Frame, Place
from personal_data.register.naming import name_of_person
from personal_data.services.former_rows import with_former_rows

__all__ = [
    "Begun",
    "Deleted",
    "Entry",
    "Erased",
    "EvidenceEnded",
    "Limited",
    "Withdrawn",
    "announce",
    "follow",
    "held_register",
    "hold_announcements",
    "is_announced",
    "is_replaying",
    "lock_register",
    "move_head",
    "register_path",
    "replaying",
]

logger = logging.getLogger(__name__)

MOST_BY_ITSELF = 100  # frames a database may be behind before somebody has to look
REPLAY = "personal_data.replay_register"

_LOCK = 5_0013
_TAKE_LOCK = "SELECT pg_catalog.pg_advisory_xact_lock(%s)"
_SHARE_LOCK = "SELECT pg_catalog.pg_advisory_xact_lock_shared(%s)"
READ_HEAD = 'SELECT register, sequence, digest, "offset" FROM public.personal_data_registerhead WHERE id = 1'
_MOVE_HEAD = (
    'INSERT INTO public.personal_data_registerhead (id, register, sequence, digest, "offset", moved_at)'
    " VALUES (1, %s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET register = EXCLUDED.register,"
    ' sequence = EXCLUDED.sequence, digest = EXCLUDED.digest, "offset" = EXCLUDED."offset",'
    " moved_at = EXCLUDED.moved_at"
)

_replaying: ContextVar[bool] = ContextVar("replaying", default=False)


@dataclass(frozen=True, slots=True)
class Held:
    """The register under its lock: the open file, where the database is in it, and whole frames beyond that place."""

    register: file.Register
    head: Place
    ahead: Sequence[Frame]


@contextmanager
def replaying() -> Iterator[None]:
    """Inside, nothing is announced: what is done stands in the register already."""
    token = _replaying.set(True)
    try:
        yield
    finally:
        _replaying.reset(token)


def is_replaying() -> bool:
    """Whether what is done now stands in the register already."""
    return _replaying.get()


def announce(entries: Sequence[Entry], *, now: datetime) -> int:
    """Write one frame, as the last thing a transaction does; the frame's number. Nothing to announce writes nothing.

    Raises RegisterUnavailable; the caller's transaction then has to end without effect.
    """
    if is_replaying() or not entries:
        return 0
    assert connection.in_atomic_block, "what is announced commits together with the head of the register"
    told = written(with_former_rows(entries))
    try:
        with held_register(now=now, to_write=True) as held:
            if len(held.ahead) > MOST_BY_ITSELF:
                raise RegisterFault(Fault.BEHIND)
            place = follow(held, now=now)
            try:
                place = held.register.append(place, told, now)
            except OSError as error:
                raise RegisterFault(Fault.UNWRITABLE) from error
            move_head(place, now=now)
    except RegisterFault as fault:
        logger.error("the erasure register refused an entry (%s)", fault.fault.value)
        raise RegisterUnavailable(fault.fault.value) from fault
    return place.sequence


def lock_register() -> None:
    """Take the lock of whoever announces, until the caller's transaction ends."""
    _lock(_TAKE_LOCK)


def hold_announcements() -> None:
    """Let nobody announce until the caller's transaction ends, of which this is the last act but for looking.

    Several may do so at once. Whatever was announced before is committed and can be seen.
    """
    _lock(_SHARE_LOCK)


def is_announced(subject_id: UUID, *, now: datetime) -> bool:
    """Whether a frame this database has not carried out says that a person is erased: there is no way back then."""
    with transaction.atomic():
        try:
            with held_register(now=now) as held:
                waiting = [held.register.frame_at(one.offset) for one in UnplayedFrame.objects.all()]
                frames = [*held.ahead, *waiting]
        except RegisterFault as fault:
            raise RegisterUnavailable(fault.fault.value) from fault
    name = name_of_person(subject_id)
    told = (entry for frame in frames for entry in frame.entries if entry["kind"] == ERASED)
    return any(name in people_in(entry) for entry in told)


def follow(held: Held, *, now: datetime) -> Place:
    """Take up frames beyond the head as still to be done, and ring for it; the place reached."""
    if not held.ahead:
        return held.head
    UnplayedFrame.objects.bulk_create(
        (UnplayedFrame(sequence=frame.sequence, offset=frame.start, found_at=now) for frame in held.ahead),
        ignore_conflicts=True,
    )
    enqueue_on_commit(REPLAY)
    return held.ahead[-1].place


def move_head(place: Place, *, now: datetime) -> None:
    """Note how far this database is."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_HEAD, [place.register, place.sequence, place.digest, place.offset, now])


@contextmanager
def held_register(*, now: datetime, to_write: bool = False, most: int = MOST_BY_ITSELF + 1) -> Iterator[Held]:
    """The register under its lock, which the transaction keeps; at most so many frames are read beyond the head.

    A database that knows of no register begins one where there is no file either. Raises RegisterFault.
    """
    path = register_path()
    head = _locked_head()
    if head is None and not os.path.lexists(path):
        head = file.make(path, now)
        move_head(head, now=now)
    with file.opened(path, to_write=to_write) as register:
        place = register.find(head)
        yield Held(register, place, list(islice(register.frames_after(place), most)))


def register_path() -> Path:
    """Where the register stands."""
    return Path(settings.PORTAL_REGISTER_FILE)


def _lock(statement: str) -> None:
    assert connection.in_atomic_block, "the lock of the register ends with a transaction"
    with connection.cursor() as cursor:
        cursor.execute(statement, [_LOCK])


def _locked_head() -> Place | None:
    lock_register()
    with connection.cursor() as cursor:
        cursor.execute(READ_HEAD)
        row = cursor.fetchone()
    return None if row is None else Place(row[0], row[1], bytes(row[2]), row[3])

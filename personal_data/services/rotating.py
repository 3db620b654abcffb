"""Bringing every wrapped value under the newest key of the ring, while the portal runs.

It can be broken off and begun again at any time: what stands under the newest key is passed over. Nothing is lost on
the way, since both keys are in the ring; the old one may go when nothing needs it any more.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connections, transaction

from audit.services.recording import record
from core.actors import Actor
from core.encryption import CannotOpen, newest_key_name, rewrap, wrapped_head
from personal_data import key_checks
from personal_data.enums import AuditEvent
from personal_data.errors_keys import RotationRuns
from personal_data.keys import key_context
from personal_data.models import KeyCheck
from personal_data.routers import KEYS_DATABASE
from personal_data.wrapped import holders

BATCH = 5000
PASSES = 3
_LOCK = 7_262_118_430_559  # of one rotation at a time
_NEXT = (
    "SELECT id, subject_ref::text, kind, wrapped FROM public.personal_data_subjectkey"
    " WHERE id > %s AND substr(wrapped, 1, %s) <> %s ORDER BY id LIMIT %s"
)
_WRITE = (
    "UPDATE public.personal_data_subjectkey held SET wrapped = fresh.wrapped"
    " FROM ROWS FROM (unnest(%s::bigint[]), unnest(%s::bytea[])) AS fresh (id, wrapped)"
    " WHERE held.id = fresh.id AND held.id BETWEEN %s AND %s"  # so that no batch reads the whole table
)
_BY_KEY = (
    "SELECT pg_catalog.convert_from(substr(wrapped, 3, pg_catalog.get_byte(wrapped, 1)), 'UTF8'), count(*)"
    " FROM public.personal_data_subjectkey GROUP BY 1"
)

Fresh = tuple[list[int], list[bytes]]


@dataclass
class Rotation:
    """What was done, and what still stands under which older key."""

    newest: str
    rewrapped: Counter[str] = field(default_factory=Counter)
    left: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def removable(self) -> list[str]:
        """Older keys of the ring that nothing needs any more."""
        return sorted(name for name, places in self.left.items() if not places.total())


def rotate(*, by: Actor, now: datetime, progress: Callable[[str, int], None] = lambda _place, _done: None) -> Rotation:
    """Re-wrap everything and retire the older keys that nothing needs any more. Raises RotationRuns."""
    done = Rotation(newest_key_name())
    with _alone():
        for _ in range(PASSES):
            found = _one_pass(now=now, progress=progress)
            done.rewrapped += found
            if not found.total():
                break
        done.left = _left()
        _retire(done.removable, now=now)
    with transaction.atomic():
        details = {"values": done.rewrapped.total(), "removable": done.removable}
        record(event=AuditEvent.KEYS_ROTATED, target=f"keys:{done.newest}", by=by, now=now, details=details)
    return done


def _one_pass(*, now: datetime, progress: Callable[[str, int], None]) -> Counter[str]:
    done: Counter[str] = Counter()
    places = [(PeopleKeys.name, PeopleKeys().rewrap_all(now=now))]
    places += [(holder.name, holder.rewrap_all(now=now)) for holder in holders()]
    for place, batches in places:
        for count in batches:
            done[place] += count
            progress(place, done[place])
    return +done


class PeopleKeys:
    """The two keys of each person. While the database writes one batch, the next is wrapped."""

    name = "personal_data_subjectkey.wrapped"

    def by_key(self) -> Counter[str]:
        """How many keys of people stand under each key of the ring."""
        with connections[KEYS_DATABASE].cursor() as cursor:
            cursor.execute(_BY_KEY)
            return Counter(dict(cursor.fetchall()))

    def rewrap_all(self, *, now: datetime) -> Iterator[int]:
        """Batch by batch, by number."""
        with ThreadPoolExecutor(1) as writer:
            waiting: Future[int] | None = None
            try:
                for fresh in _fresh():
                    if waiting is not None:
                        yield waiting.result()
                    waiting = writer.submit(_write, fresh)
                if waiting is not None:
                    yield waiting.result()
            finally:
                writer.submit(connections.close_all).result()


def _fresh() -> Iterator[Fresh]:
    """Numbers and newly wrapped keys, a batch at a time."""
    head, last = wrapped_head(newest_key_name()), 0
    while True:
        with connections[KEYS_DATABASE].cursor() as cursor:
            cursor.execute(_NEXT, [last, len(head), head, BATCH])
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        ids, blobs = [], []
        for number, subject_id, kind, wrapped in rows:
            try:
                blobs.append(rewrap(wrapped, context=key_context(subject_id, kind)))
            except CannotOpen:
                continue  # counted at the end under the key nobody has
            ids.append(number)
        yield ids, blobs


def _write(fresh: Fresh) -> int:
    """One statement and one commit. A key destroyed meanwhile is not there to be written."""
    ids, blobs = fresh
    if not ids:
        return 0
    with connections[KEYS_DATABASE].cursor() as cursor:
        cursor.execute(_WRITE, [ids, blobs, ids[0], ids[-1]])
        return int(cursor.rowcount)


def _left() -> dict[str, Counter[str]]:
    """By older key, in the ring or not: how many values of each place stand under it."""
    newest = newest_key_name()
    left: dict[str, Counter[str]] = {name: Counter() for name in key_checks.ring() if name != newest}
    for holder in (PeopleKeys(), *holders()):
        for name, count in holder.by_key().items():
            if name != newest:
                left.setdefault(name, Counter())[holder.name] += count
    return left


def _retire(names: list[str], *, now: datetime) -> None:
    noted = [key_checks.ring_name(name) for name in names]
    KeyCheck.objects.filter(name__in=noted, retired_at=None).update(retired_at=now)


@contextmanager
def _alone() -> Iterator[None]:
    """One rotation at a time; the lock goes with the connection, however the process ends."""
    with connections[KEYS_DATABASE].cursor() as cursor:
        cursor.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise RotationRuns
    try:
        yield
    finally:
        with connections[KEYS_DATABASE].cursor() as cursor:
            cursor.execute("SELECT pg_catalog.pg_advisory_unlock(%s)", [_LOCK])

"""What a run does, batch by batch, and how it ends.

The people of a batch are locked first and whoever is busy is passed over; then the search that found the rows deletes
them. Entries, figures and the register are of the same transaction, so a run that is killed goes on where it was.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from audit.services.recording import record, record_each
from core.actors import SYSTEM
from core.clock import local_date
from personal_data import storage
from personal_data.enums import AuditEvent, DisposalState, RunState
from personal_data.models import RetentionLine, RetentionRun, RetentionTick, ValueHistory
from personal_data.retention_query import Search
from personal_data.retention_rules import rules_digest, rules_told
from personal_data.retention_tables import FILES
from personal_data.services.announcing import Deleted, announce
from personal_data.services.fusing import most_without_asking
from personal_data.services.hold_order import before_deleting
from personal_data.services.retention_looking import approved_disposals, without_compiling
from policies.pack_types import Pack

BATCH = 500  # entries of one transaction: what a kill undoes, and how long others wait at most
PEOPLE_AT_ONCE = 200_000  # people of one search
HISTORY = ValueHistory._meta.label_lower
_LOCK_PEOPLE = (
    "SELECT id FROM public.personal_data_datasubject WHERE id = ANY(%s) AND state = 'ACTIVE'"
    " FOR NO KEY UPDATE SKIP LOCKED"
)
# Everything about the people of a batch is looked up person by person: reading whole tables for each would add up.
_BY_INDEX = "SELECT set_config('jit', 'off', true), set_config('random_page_cost', '0.1', true)"
_COUNT_LINE = "UPDATE public.personal_data_retentionline SET gone = gone + %s WHERE id = %s"
_COUNT_RUN = (
    "UPDATE public.personal_data_retentionrun SET items_gone = items_gone + %s WHERE id = %s RETURNING items_gone"
)

Row = tuple[UUID, UUID, str, bool]


class TooMany(Exception):
    """A batch would take the run beyond what it may delete by itself."""


class Pace:
    """How long a turn has lasted, and the rest after each batch."""

    def __init__(self, longest: timedelta | None) -> None:
        self.longest = longest
        self._began = time.monotonic()
        self._ends = self._began + longest.total_seconds() if longest else None

    @property
    def lasted(self) -> timedelta:
        """For how long it has gone on: a service that was told when the turn began knows by it when it ends."""
        return timedelta(seconds=time.monotonic() - self._began)

    @property
    def is_over(self) -> bool:
        """Whether the turn has lasted long enough."""
        return self._ends is not None and time.monotonic() > self._ends

    @property
    def is_without_end(self) -> bool:
        """Whether the turn goes on until the run is over."""
        return self.longest is None

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Do a batch, then rest as long as the setting says for the work it was."""
        began = time.monotonic()
        yield
        time.sleep((time.monotonic() - began) * settings.PORTAL_RETENTION_PAUSE)


def sweep(run: RetentionRun, line: RetentionLine, search: Search, pace: Pace, *, now: datetime) -> bool:
    """Delete all one search finds; False when the turn is over before. Raises TooMany, RegisterUnavailable, OSError."""
    at_once = max(1, BATCH // (len(search.covered) * search.target.most_a_person))
    while True:
        people, gone = iter(_due_people(search)), 0
        while part := list(islice(people, at_once)):
            with pace.batch():
                gone += _delete(run, line, search, part, now)
            if pace.is_over:
                return False
        if not gone:
            return True


def close_line(line: RetentionLine, found: Sequence[Search]) -> None:
    """Nothing more goes by a line: what stays is counted by its reason; whom somebody else had, as busy."""
    counts: dict[str, int] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        without_compiling(cursor)
        for search in found:
            statement = search.counts
            cursor.execute(statement, search.params)
            for reason, count in cursor.fetchall():
                counts[reason] = counts.get(reason, 0) + count
        RetentionLine.objects.filter(pk=line.pk).update(done=True, held_back=counts)


def finish(run: RetentionRun, pack: Pack, *, now: datetime) -> None:
    """The run is over: its rules are what the next one is compared with."""
    with transaction.atomic():
        held = RetentionRun.objects.select_for_update().get(pk=run.pk)
        if held.state != RunState.RUNNING:
            return
        held.state, held.finished_at, held.leased_until, held.error = RunState.DONE, now, None, ""
        held.save(update_fields=["state", "finished_at", "leased_until", "error"])
        went_by = {"rules_digest": rules_digest(pack), "rules": rules_told(pack)}
        RetentionTick.objects.update_or_create(pk=1, defaults=went_by, create_defaults={**went_by, "last_at": now})
        _close_disposals(held, now)
        details = {"items": held.items_gone, "people": held.people_gone}
        record(event=AuditEvent.RETENTION_DONE, target=f"retention:{held.pk}", by=SYSTEM, now=now, details=details)


def give_up(run: RetentionRun, *, now: datetime) -> None:
    """The rules are not those the run began with: it deletes nothing more, and the next one asks two people."""
    with transaction.atomic():
        RetentionRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
            state=RunState.DROPPED, finished_at=now, leased_until=None, error="rules-changed"
        )
        record(event=AuditEvent.RETENTION_DROPPED, target=f"retention:{run.pk}", by=SYSTEM, now=now)


def _due_people(search: Search) -> list[UUID]:
    statement = search.due_people
    with transaction.atomic(), connection.cursor() as cursor:
        without_compiling(cursor)
        cursor.execute(statement, {**search.params, "most": PEOPLE_AT_ONCE})
        return [one for (one,) in cursor.fetchall()]


def _delete(run: RetentionRun, line: RetentionLine, search: Search, people: list[UUID], now: datetime) -> int:
    """One batch: lock, delete, enter, count and announce, or nothing of it. How many entries went."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BY_INDEX)
        cursor.execute(_LOCK_PEOPLE, [people])
        locked = [one for (one,) in cursor.fetchall()]
        before_deleting()
        statement = search.deletion
        cursor.execute(statement, {**search.params, "people": locked})
        rows: list[Row] = sorted(cursor.fetchall(), key=itemgetter(2))
        gone = [row for row in rows if not row[3]]
        if not gone:
            return 0
        _count_up(run, line, len(gone))
        _enter(run, line, search, gone, now)
        # The guards look now: the register is locked for everybody from the announcement to the commit.
        connection.check_constraints()
        announce(_announced(search, rows), now=now)
        if search.target is FILES:
            # Now that it is announced, the bytes go before the rows: of a file whose row is gone nothing is left.
            for row in gone:
                storage.remove_blob(row[0])
    return len(gone)


def _count_up(run: RetentionRun, line: RetentionLine, gone: int) -> None:
    """Move the figures of line and run; raises TooMany rather than pass what the run may delete by itself."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_LINE, [gone, line.pk])
        cursor.execute(_COUNT_RUN, [gone, run.pk])
        (total,) = cursor.fetchone()
    if total > most_without_asking(run, of="items", held=run.items_held):
        raise TooMany


def _enter(run: RetentionRun, line: RetentionLine, search: Search, gone: Sequence[Row], now: datetime) -> None:
    """An entry for each, by field."""
    for code, group in groupby(gone, key=itemgetter(2)):
        record_each(
            event=search.target.event,
            subject_ids=[row[1] for row in group],
            details={"field": code, "run": str(run.pk), "rule": line.rule},
            by=SYSTEM,
            now=now,
        )


def _announced(search: Search, rows: Sequence[Row]) -> list[Deleted]:
    told = [Deleted(row[1], search.target.label, (row[0],), (row[2],)) for row in rows if not row[3]]
    return told + [Deleted(row[1], HISTORY, (row[0],), (row[2],)) for row in rows if row[3]]


def _close_disposals(run: RetentionRun, now: datetime) -> None:
    """A decided deletion is done once nothing of it stays; what a hold or a case keeps goes another night."""
    lines = list(run.lines.filter(rule__startswith="disposal:"))
    decided: Any = approved_disposals().filter(goes_on__lte=local_date(run.as_of), decided_at__lte=run.started_at)
    for row in decided.select_for_update():
        mine = [line for line in lines if line.rule == f"disposal:{row.pk}"]
        gone = sum(line.gone for line in mine)
        type(row).objects.filter(pk=row.pk).update(gone=F("gone") + gone)
        if any(line.held_back for line in mine):
            continue
        type(row).objects.filter(pk=row.pk).update(state=DisposalState.DONE, done_at=now)
        details = {"run": str(run.pk), "items": gone}
        record(event=AuditEvent.DISPOSAL_DONE, target=f"disposal:{row.pk}", by=SYSTEM, now=now, details=details)

"""Undoing an import: whoever nobody touched since goes with keys and all; whoever claimed their data, sent something,
or was changed, stays, and so does whoever a legal hold keeps.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import pgettext_lazy

from audit.services.recording import Fact, record, record_each, record_many
from core.actors import SYSTEM, Actor
from core.classification import Period
from core.queue import enqueue_on_commit
from personal_data import keys
from personal_data.enums import AuditEvent, ImportState, MergeState, Source, SubjectState
from personal_data.errors import ImportNotReady
from personal_data.models import DataItem, DataSubject, ImportBatch, ImportedPerson, Merge, PurposeState
from personal_data.naming import named
from personal_data.own_records import Ages, Kind
from personal_data.permissions import check_can_import
from personal_data.selectors_holds import held_people
from personal_data.services.announcing import Erased, announce
from personal_data.services.hold_order import before_deleting
from personal_data.services.importing import TASK, forget_file

CHUNK = 2000
CHUNKS_A_TURN = 10
_ENDED = (MergeState.MERGED, MergeState.PARTED)


def undo(*, batch_id: UUID, by: Actor, now: datetime) -> None:
    """Undo what was taken in, or drop what was only checked. Asked twice, nothing more happens.

    Raises ImportingRefused, ImportNotReady while it is being checked.
    """
    check_can_import(by=by)
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state in (ImportState.UNDOING, ImportState.UNDONE):
            return
        if batch.state == ImportState.CHECKING:
            raise ImportNotReady
        _begin(batch, by, now)


def discard_stale(ages: Ages) -> int:
    """Drop files that were checked and that nobody applied in time. How many."""
    now, count = ages.now, 0
    for batch_id in list(_stale(ages).values_list("pk", flat=True)):
        with transaction.atomic():
            batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
            if batch.state == ImportState.CHECKED:
                _begin(batch, SYSTEM, now)
                count += 1
    return count


def undo_more(*, batch_id: UUID, now: datetime) -> None:
    """Undo the next people, up to the end of a turn. Safe to repeat after any interruption."""
    for _chunk in range(CHUNKS_A_TURN):
        if not _undo_chunk(batch_id, now):
            return
    with transaction.atomic():
        ImportBatch.objects.filter(pk=batch_id).update(leased_until=None)
        enqueue_on_commit(TASK)


def staying(batch: ImportBatch) -> int:
    """How many people of an undone batch stay."""
    return ImportedPerson.objects.filter(batch=batch).count()


def _checked() -> "models.QuerySet[ImportBatch]":
    return ImportBatch.objects.filter(state=ImportState.CHECKED)


def _stale(ages: Ages) -> "models.QuerySet[ImportBatch]":
    return ages.over(_checked(), "created_at", Period.IMPORTS)


def _begin(batch: ImportBatch, by: Actor, now: datetime) -> None:
    """While it is being undone, `done` is the last line looked at."""
    batch.state, batch.done, batch.leased_until = ImportState.UNDOING, 0, None
    forget_file(batch)
    batch.save()
    _record(AuditEvent.IMPORT_UNDOING, batch, by, now)
    enqueue_on_commit(TASK)


def _undo_chunk(batch_id: UUID, now: datetime) -> bool:
    """Undo some people; False when none are left to look at."""
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state != ImportState.UNDOING:
            return False
        following = ImportedPerson.objects.filter(batch=batch, line__gt=batch.done).order_by("line")
        lines = dict(following.values_list("subject_id", "line")[:CHUNK])
        if not lines:
            batch.state, batch.undone_at, batch.leased_until = ImportState.UNDONE, now, None
            batch.save()
            _record(AuditEvent.IMPORT_UNDONE, batch, SYSTEM, now, {"stay": staying(batch)})
            return False
        # Nobody can be given anything while their row is locked: what is found untouched stays so.
        held = DataSubject.objects.select_for_update().filter(pk__in=lines, state=SubjectState.ACTIVE)
        untouched = set(held.order_by("pk").values_list("pk", flat=True))
        before_deleting()
        untouched -= set(_touched(untouched, batch))
        _remove(untouched, now)
        batch.done = max(lines.values())
        batch.people -= len(untouched)
        batch.save()
        _record(AuditEvent.IMPORT_TAKEN, batch, SYSTEM, now, {"removed": len(untouched)})
        transaction.on_commit(partial(keys.destroy_keys_of_many, untouched))
        announce([Erased(subject_id) for subject_id in sorted(untouched)], now=now)
    return True


def _touched(ids: set[UUID], batch: ImportBatch) -> Iterator[UUID]:
    """Of some people: those on whom something stands that this batch did not bring, and those a legal hold keeps."""
    yield from DataSubject.objects.filter(pk__in=ids, last_active_at__isnull=False).values_list("pk", flat=True)
    yield from (
        DataItem.objects.filter(subject__in=ids)
        .exclude(source=Source.IMPORT, confirmed_at__isnull=True)
        .values_list("subject_id", flat=True)
    )
    yield from ImportedPerson.objects.filter(subject__in=ids).exclude(batch=batch).values_list("subject_id", flat=True)
    for side in ("kept_id", "other_id"):
        yield from Merge.objects.filter(**{f"{side}__in": ids}, state__in=_ENDED).values_list(side, flat=True)
    yield from held_people(ids)
    states = PurposeState.objects.filter(subject__in=ids).exclude(live=True, since__lte=batch.created_at)
    yield from states.values_list("subject_id", flat=True)
    yield from named(ids, besides=(DataItem, ImportedPerson, Merge, PurposeState))


def _remove(ids: set[UUID], now: datetime) -> None:
    """Remove people and everything on them; letters that still wait go with their person."""
    record_each(event=AuditEvent.IMPORT_UNDONE, subject_ids=ids, by=SYSTEM, now=now)
    pairs = Merge.objects.filter(models.Q(kept__in=ids) | models.Q(other__in=ids))
    staying = set(pairs.values_list("kept_id", flat=True)) - ids
    record_many(
        [Fact(AuditEvent.IMPORT_UNDONE, f"subject:{kept}", kept) for kept in sorted(staying)], by=SYSTEM, now=now
    )
    pairs.delete()
    DataItem.objects.filter(subject__in=ids).delete()
    ImportedPerson.objects.filter(subject__in=ids).delete()
    PurposeState.objects.filter(subject__in=ids).delete()
    DataSubject.objects.filter(pk__in=ids).delete()


def _record(event: str, batch: ImportBatch, by: Actor, now: datetime, details: dict[str, object] | None = None) -> None:
    record(event=event, target=f"import:{batch.pk}", by=by, now=now, details=details)


UNAPPLIED = Kind(
    "imports-unapplied",
    pgettext_lazy("own record", "Imports that were checked and never applied"),
    pgettext_lazy("own record", "%(imports_days)s after the file came in"),
    _checked,
    _stale,
    Period.IMPORTS,
)

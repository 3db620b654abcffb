"""Erasing again people whom the erasure register names: one by one while the portal serves, in bulk while it does not.

In bulk nobody is told and no recipient is written to: that was done when they were erased, and a backup does not bring
back what others deleted.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Least

from audit.services.recording import Fact, record_many
from core.actors import SYSTEM
from core.queue import enqueue_on_commit
from personal_data import keys, planning, storage
from personal_data.enums import AuditEvent, ErasureState, PlanScope, StepKind, StepState, SubjectState
from personal_data.errors import SubjectGone
from personal_data.law_keeping import any_law
from personal_data.models import DataSubject, ErasureRun, ErasureStep
from personal_data.services.erasing import begin_erasure, run_erasure
from personal_data.services.setting_apart import set_apart

PEOPLE_AT_ONCE = 500

# Filled at start by upper packages.
_before_many: list[Callable[..., None]] = []


def before_many_go(step: Callable[..., None]) -> None:
    """Register what ends with many people at once, in the transaction in which their rows go.

    Called with `subject_ids` and `now`. Must be repeatable.
    """
    if step not in _before_many:
        _before_many.append(step)


def begin_each(subject_ids: Sequence[UUID], *, now: datetime) -> int:
    """Begin the erasure of people whose own beginning was announced and never committed; how many."""
    begun = 0
    for subject_id in subject_ids:
        try:
            with transaction.atomic():
                run = begin_erasure(subject_id=subject_id, address="", by=SYSTEM, now=now)
                if run.state == ErasureState.COOLING and run.starts_at > now:
                    ErasureRun.objects.filter(pk=run.pk).update(starts_at=now)
                enqueue_on_commit("personal_data.run_erasures")
        except SubjectGone:
            continue
        begun += 1
    return begun


def erase_many(subject_ids: Sequence[UUID], *, now: datetime) -> int:
    """Erase people whose erasure was under way or done; how many were not erased. Safe to repeat."""
    return sum(
        _erase(subject_ids[begin : begin + PEOPLE_AT_ONCE], now) for begin in range(0, len(subject_ids), PEOPLE_AT_ONCE)
    )


def _erase(subject_ids: Sequence[UUID], now: datetime) -> int:
    for subject_id in subject_ids if any_law(now) else ():
        set_apart(subject_id=subject_id, now=now)
    keys.destroy_data_keys(subject_ids)
    with transaction.atomic():
        held = DataSubject.objects.select_for_update().filter(pk__in=subject_ids).exclude(state=SubjectState.ERASED)
        people = list(held.order_by("pk").values_list("pk", flat=True))
        if not people:
            return 0
        _remove_blobs(people)
        record_many(
            (
                Fact(AuditEvent.ERASURE_DONE, f"subject:{one}", one, {"scope": "EVERYTHING", "replayed": True})
                for one in people
            ),
            by=SYSTEM,
            now=now,
        )
        for step in _before_many:
            step(subject_ids=people, now=now)
        for target in planning.targets_that_go():
            planning.rows_of_many(target, people).delete()
        blank = planning.blank_values(planning.SUBJECT)
        DataSubject.objects.filter(pk__in=people).update(state=SubjectState.ERASED, erased_at=now, **blank)
        runs = _take_up(people, now)
    for run_id in runs:
        run_erasure(run_id=run_id, now=now)
    return len(people)


def _remove_blobs(people: Sequence[UUID]) -> None:
    for target in filter(planning.has_blobs, planning.targets_that_go()):
        for pk in planning.rows_of_many(target, people).values_list("pk", flat=True):
            storage.remove_blob(pk)


def _take_up(people: Iterable[UUID], now: datetime) -> list[UUID]:
    """Runs the backup shows as asked for or under way: they find everything gone, and come to their end.

    The address for the last letter is dropped, because that letter went out.
    """
    runs: QuerySet[ErasureRun] = ErasureRun.objects.filter(
        subject_ref__in=list(people), scope=PlanScope.EVERYTHING
    ).exclude(state__in=(ErasureState.DONE, ErasureState.CANCELLED))
    found = list(runs.values_list("pk", flat=True))
    steps = ErasureStep.objects.filter(run__in=found, kind=StepKind.SUPPRESS).exclude(state=StepState.DONE)
    steps.update(state=StepState.DONE, done_at=now, error="", next_try_at=None)
    runs.update(
        state=ErasureState.RUNNING,
        starts_at=Least("starts_at", now),
        sealed_address=None,
        leased_until=None,
        next_try_at=None,
    )
    return found

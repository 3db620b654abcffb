"""Erasing again people whom the erasure register names: whoever was never erased as asked for, the others in bulk.

In bulk nobody is told and no recipient is written to: that was done when they were erased, and a backup does not bring
back what others deleted. Which of the two it is the key tells: it goes only once the beginning is committed, in another
database than the one that is restored.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Least

from audit.services.recording import Fact, actor_reference, record_many
from core.actors import SYSTEM
from personal_data import keys, planning, storage
from personal_data.enums import AuditEvent, ErasureState, PlanScope, StepKind, StepState, SubjectState
from personal_data.errors import SubjectGone
from personal_data.law_keeping import any_law
from personal_data.models import DataSubject, ErasurePlan, ErasureRun, ErasureStep
from personal_data.services.announcing import Begun
from personal_data.services.erasing import begin_erasure, run_erasure
from personal_data.services.erasure_links import LINK_WORKS, progress_token, token_hash
from personal_data.services.retention_people import KIND as RETENTION
from personal_data.services.retention_people import erase_again
from personal_data.services.setting_apart import set_apart
from personal_data.sign_in_address import sign_in_address

PEOPLE_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Gone:
    """Of somebody the register says is erased: by which run, where one did it, and when that began."""

    begun: Begun | None
    at: datetime


# Filled at start by upper packages.
_before_many: list[Callable[..., None]] = []
_again: dict[str, Callable[..., object]] = {RETENTION: erase_again}


def before_many_go(step: Callable[..., None]) -> None:
    """Register what ends with many people at once, in the transaction in which their rows go.

    Called with `subject_ids` and `now`. Must be repeatable.
    """
    if step not in _before_many:
        _before_many.append(step)


def begin_again_with(kind: str, begin: Callable[..., object]) -> None:
    """Register how an erasure is begun again whose basis names a thing of this kind, such as `request`.

    Called with `subject_id`, `basis` and `now`; a person for whom it begins nothing is erased without it.
    """
    _again[kind] = begin


def erase_each(people: Mapping[UUID, Begun], *, now: datetime) -> int:
    """Erase people whose own erasure was announced and never committed, by the road it was asked on; how many.

    Recipients and the person are told as they would have been: nobody was yet. Whose erasure has begun since is left to
    that run. The last of them first: it takes along whoever was found to be the same.
    """
    done = 0
    for subject_id, begun in reversed(list(people.items())):
        if not _is_begun(subject_id):
            try:
                _begin(subject_id, begun, now)
            except SubjectGone:
                continue
            done += 1
        run = _standing(subject_id)
        if run is not None:
            run_erasure(run_id=run.pk, now=now)
    return done


def erase_many(people: Mapping[UUID, Gone], *, now: datetime) -> int:
    """Erase people whose erasure was under way or done; how many were not erased. Safe to repeat."""
    ids = list(people)
    chunks = (ids[begin : begin + PEOPLE_AT_ONCE] for begin in range(0, len(ids), PEOPLE_AT_ONCE))
    return sum(_erase(chunk, people, now) for chunk in chunks)


def _is_begun(subject_id: UUID) -> bool:
    return not DataSubject.objects.filter(pk=subject_id, state=SubjectState.ACTIVE).exists()


def _begin(subject_id: UUID, begun: Begun, now: datetime) -> None:
    """Raises SubjectGone."""
    run = _standing(subject_id)
    kind = begun.basis.partition(":")[0]
    if run is None and kind in _again:
        _again[kind](subject_id=subject_id, basis=begun.basis, now=now)
    with transaction.atomic():
        run = begin_erasure(
            subject_id=subject_id,
            address=sign_in_address(subject_id) if begun.confirms else "",
            basis=begun.basis,
            suppress=begun.suppresses,
            by=SYSTEM,
            now=now,
        )
        ErasureRun.objects.filter(pk=run.pk, state=ErasureState.COOLING, starts_at__gt=now).update(starts_at=now)


def _standing(subject_id: UUID) -> ErasureRun | None:
    runs = ErasureRun.objects.filter(subject_ref=subject_id, scope=PlanScope.EVERYTHING)
    return runs.exclude(state=ErasureState.CANCELLED).first()


def _erase(subject_ids: Sequence[UUID], told: Mapping[UUID, Gone], now: datetime) -> int:
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
        runs = _take_up(people, now)
        _links_again({one: told[one] for one in people}, now)
        blank = planning.blank_values(planning.SUBJECT)
        DataSubject.objects.filter(pk__in=people).update(state=SubjectState.ERASED, erased_at=now, **blank)
    for run_id in runs:
        run_erasure(run_id=run_id, now=now)
    return len(people)


def _links_again(people: Mapping[UUID, Gone], now: datetime) -> None:
    """The link a person holds says again that it is done, for as long as it would have.

    The plan of such a run has no lines: what they were the register does not know.
    """
    here = ErasureRun.objects.filter(subject_ref__in=people, scope=PlanScope.EVERYTHING)
    known = set(here.exclude(state=ErasureState.CANCELLED).values_list("subject_ref", flat=True))
    languages = dict(DataSubject.objects.filter(pk__in=people).values_list("pk", "language"))
    runs = [
        _ended(one, told.begun, told.at, languages[one])
        for one, told in people.items()
        if told.begun is not None and one not in known and told.at > now - LINK_WORKS
    ]
    ErasurePlan.objects.bulk_create(run.plan for run in runs)
    ErasureRun.objects.bulk_create(runs)


def _ended(subject_id: UUID, begun: Begun, at: datetime, language: str) -> ErasureRun:
    plan = ErasurePlan(
        subject_ref=subject_id,
        scope=PlanScope.EVERYTHING,
        asked_by=actor_reference(SYSTEM),
        digest=planning.digest_of(subject_id=subject_id, lines=()),
        made_at=at,
    )
    run = ErasureRun(
        pk=begun.run,
        plan=plan,
        subject_ref=subject_id,
        scope=PlanScope.EVERYTHING,
        basis=begun.basis,
        language=language,
        asked_at=at,
        starts_at=at,
        finished_at=at,
        state=ErasureState.DONE,
    )
    run.token_hash = token_hash(progress_token(run))
    return run


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

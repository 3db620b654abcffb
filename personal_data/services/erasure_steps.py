"""What each step of an erasure does. Every one is safe to repeat, and is done together with its audit entry.

A step is locked while it is marked: of two workers on one run the second finds it done. Bytes go before the rows that
name them, which are unreadable by then, so a disk that fails leaves the rows as the list of what is still to remove.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, IntegrityError, models, transaction

from audit.services.recording import record
from core.actors import SYSTEM, Actor
from core.encryption import unwrap
from personal_data import keys, planning, storage
from personal_data.enums import (
    AuditEvent,
    Difference,
    ErasureState,
    Fate,
    PlanScope,
    StepError,
    StepKind,
    StepState,
    SubjectState,
)
from personal_data.errors import RowsLeft
from personal_data.models import DataItem, DataSubject, Device, ErasureRun, ErasureStep, KeptByLaw, PlanLine, StoredFile
from personal_data.services.announcing import is_replaying
from personal_data.services.erasure_holding import is_held_by_law
from personal_data.services.setting_apart import set_apart
from personal_data.services.suppressing import indexes_of_person, suppress

BATCH = 500
_EACH = {
    DataItem: (AuditEvent.ITEM_ERASED, ""),
    StoredFile: (AuditEvent.FILE_ERASED, "file"),
    Device: (AuditEvent.DEVICE_ERASED, "device"),
}

# Filled at start by upper packages, which know sessions, cases and mail.
_before_rows: dict[str, Callable[[UUID], None]] = {}
_when_done: list[Callable[[ErasureRun, str, datetime], None]] = []
_when_over: list[Callable[[ErasureRun], None]] = []
_held_while: list[Callable[[ErasureRun], bool]] = []


def before_rows_go(step: Callable[[UUID], None]) -> None:
    """Register something to do once the key is gone and before rows go, such as ending sessions. Must be repeatable.

    It is a step of every later run under the function's name.
    """
    _before_rows[step.__name__] = step


def when_done(step: Callable[[ErasureRun, str, datetime], None]) -> None:
    """Register something to do in the transaction that completes a run, with the address for the confirmation."""
    _when_done.append(step)


def when_over(step: Callable[[ErasureRun], None]) -> None:
    """Register something to do in the transaction that completes a run of any scope, or calls it off."""
    _when_over.append(step)


def hold_while(answer: Callable[[ErasureRun], bool]) -> None:
    """Register a reason for which a deletion that cools off does not begin, whatever the time."""
    _held_while.append(answer)


def is_held(run: ErasureRun) -> bool:
    """Whether a run that has not begun may not begin now. What the register says has begun, and nothing holds it."""
    if is_replaying():
        return False
    return is_held_by_law(run) or (run.state == ErasureState.COOLING and any(answer(run) for answer in _held_while))


def tell_it_is_over(run: ErasureRun) -> None:
    """Call what was registered for the end of a run."""
    for told in _when_over:
        told(run)


def steps_of(lines: list[planning.Planned], *, suppress: bool = False) -> list[tuple[StepKind, str]]:
    """The steps that carry out a plan, in their order."""
    steps: list[tuple[StepKind, str]] = [(StepKind.SUPPRESS, "")] if suppress else []
    if any(line.target == planning.KEY for line in lines):
        steps.append((StepKind.KEY, planning.KEY))
        steps += [(StepKind.CLOSE, name) for name in _before_rows]
    going = [line for line in lines if line.fate in (Fate.DELETE, Fate.BLANK) and line.target != planning.SUBJECT]
    steps += [
        (StepKind.FILES, line.target) for line in going if line.fate == Fate.DELETE and planning.has_blobs(line.target)
    ]
    steps += [(StepKind.ROWS, line.target) for line in going]
    return [*steps, (StepKind.FINISH, "")]


def note_missing(run: ErasureRun) -> None:
    """Which rows a plan names and the run does not find, told once, in the transaction in which it begins."""
    for line in run.plan.lines.filter(fate__in=(Fate.DELETE, Fate.BLANK)):
        here = {str(pk) for pk in _rows(line, run).values_list("pk", flat=True)} if line.refs else set()
        missing = sorted(set(line.refs) - here)
        if missing:
            line.missing = missing
            line.save(update_fields=["missing"])


def carry_out(*, step: ErasureStep, by: Actor = SYSTEM, now: datetime) -> None:
    """Do one step, unless it is done. Raises OSError, DatabaseError, RowsLeft, and what a registered step raises."""
    _WAYS[StepKind(step.kind)](step, by, now)


def code_of(error: Exception) -> StepError:
    """Why a step failed, as a code."""
    if isinstance(error, RowsLeft):
        return StepError.LEFT_OVER
    if isinstance(error, IntegrityError):  # Django's ProtectedError and RestrictedError are of this family
        return StepError.REFERRED_TO
    if isinstance(error, DatabaseError):
        return StepError.DATABASE
    return StepError.DISK if isinstance(error, OSError) else StepError.UNEXPECTED


def address_context(run: ErasureRun) -> str:
    """What the sealed address of a run is bound to."""
    return f"personal_data.ErasureRun:address:{run.pk}"


def _suppress(step: ErasureStep, by: Actor, now: datetime) -> None:
    with transaction.atomic():
        held = _hold(step)
        if held is not None:
            indexes = indexes_of_person(step.subject_ref, at=now)
            suppress(indexes=indexes, now=now)
            _mark_done(held, now, count=len(indexes))


def _destroy_key(step: ErasureStep, by: Actor, now: datetime) -> None:
    set_apart(subject_id=step.subject_ref, now=now)
    keys.destroy_data_key(step.subject_ref)
    with transaction.atomic():
        held = _hold(step)
        if held is not None:
            _mark_done(held, now, count=1)


def _close(step: ErasureStep, by: Actor, now: datetime) -> None:
    with transaction.atomic():
        held = _hold(step)
        if held is not None:
            _before_rows[step.target](step.subject_ref)
            _mark_done(held, now, count=1)


def _remove_files(step: ErasureStep, by: Actor, now: datetime) -> None:
    line = _line_of(step)
    ids = list(_rows(line, step.run).values_list("pk", flat=True))
    for blob_id in ids:
        storage.remove_blob(blob_id)
    with transaction.atomic():
        held = _hold(step)
        if held is not None:
            _mark_done(held, now, count=held.count + len(ids))


def _remove_rows(step: ErasureStep, by: Actor, now: datetime) -> None:
    line = _line_of(step)
    work = _delete_batch if line.fate == Fate.DELETE else _blank
    while not work(step, line, by, now):
        pass


def _delete_batch(step: ErasureStep, line: PlanLine, by: Actor, now: datetime) -> bool:
    """Delete some rows; True when none are left."""
    with transaction.atomic():
        # The person's row first, as every writer does: a value being changed now is not brought back.
        DataSubject.objects.select_for_update(no_key=True).filter(pk=step.subject_ref).first()
        held = _hold(step)
        if held is None:
            return True
        rows = _rows(line, step.run)
        batch = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if batch:
            _note_extra(line, batch)
            if step.run.scope == PlanScope.CHOSEN:
                _record_each(step, rows.filter(pk__in=batch), by, now)
            rows.model._default_manager.filter(pk__in=batch).delete()
        held.count += len(batch)
        if len(batch) < BATCH:
            _mark_done(held, now, count=held.count)
            return True
        held.save(update_fields=["count"])
        _record(AuditEvent.ERASURE_STEP, held, now, {"rows": held.count})
    return False


def _blank(step: ErasureStep, line: PlanLine, by: Actor, now: datetime) -> bool:
    with transaction.atomic():
        held = _hold(step)
        if held is not None:
            rows = _rows(line, step.run)
            _note_extra(line, list(rows.values_list("pk", flat=True)))
            changed = rows.update(**planning.blank_values(line.target))
            _mark_done(held, now, count=changed)
    return True


def _finish(step: ErasureStep, by: Actor, now: datetime) -> None:
    """Call the run done; what came in after its table's step is taken first."""
    try:
        _close_run(step, now)
    except RowsLeft:
        _take_latecomers(step.run, now)
        _close_run(step, now)


def _close_run(step: ErasureStep, now: datetime) -> None:
    """Compare, leave the tombstone, confirm, and forget the address: all in one transaction, or not at all."""
    with transaction.atomic():
        subject = DataSubject.objects.select_for_update().get(pk=step.subject_ref)
        run = ErasureRun.objects.select_for_update().get(pk=step.run_id)
        held = _hold(step)
        if held is None:
            return
        everything = run.scope == PlanScope.EVERYTHING
        if everything:
            blank = planning.blank_values(planning.SUBJECT)
            DataSubject.objects.filter(pk=subject.pk).update(state=SubjectState.ERASED, erased_at=now, **blank)
        _compare(run)
        _record(AuditEvent.ERASURE_DONE, held, now, {"scope": run.scope})
        address = unwrap(run.sealed_address, context=address_context(run)).decode() if run.sealed_address else ""
        if everything:
            for told in _when_done:
                told(run, address, now)
        _mark_done(held, now, count=1)
        run.state, run.finished_at, run.sealed_address = ErasureState.DONE, now, None
        run.leased_until = run.next_try_at = None
        run.save(update_fields=["state", "finished_at", "sealed_address", "leased_until", "next_try_at"])
        tell_it_is_over(run)


def _take_latecomers(run: ErasureRun, now: datetime) -> None:
    """What came into a table after its step goes too, by the same step once more."""
    for line in run.plan.lines.filter(fate=Fate.DELETE):
        if not _rows(line, run).exists():
            continue
        for step in run.steps.filter(target=line.target, state=StepState.DONE):
            with transaction.atomic():
                held = ErasureStep.objects.select_for_update().get(pk=step.pk)
                held.state, held.done_at = StepState.WAITING, None
                held.save(update_fields=["state", "done_at"])
                _record(AuditEvent.ERASURE_STEP, held, now, {"again": True})
            carry_out(step=held, now=now)


def _compare(run: ErasureRun) -> None:
    """Note beside each line what came of it. Raises RowsLeft when something that was to go is still there."""
    counts = dict(run.steps.filter(kind=StepKind.ROWS).values_list("target", "count"))
    lines = list(run.plan.lines.all())
    for line in lines:
        line.gone, line.left = _outcome(line, run, counts.get(line.target))
        line.difference = _difference(line)
        if line.left and line.fate in (Fate.DELETE, Fate.BLANK, Fate.UNREADABLE) and not _stays_unread(line):
            raise RowsLeft
    PlanLine.objects.bulk_update(lines, ["gone", "left", "extra", "missing", "difference"])


def _outcome(line: PlanLine, run: ErasureRun, removed: int | None) -> tuple[int, int]:
    """How many are gone and how many are left of one line, as things stand."""
    if line.target == planning.KEY:
        left = int(keys.has_data_key(run.subject_ref))
        return line.rows - left, left
    if line.fate == Fate.OUTSIDE:
        return line.rows, 0
    rows = _rows(line, run)
    if line.fate in (Fate.BLANK, Fate.DELETE):
        blank = planning.blank_values(line.target) if line.fate == Fate.BLANK else {}
        left = (rows.exclude(**blank) if blank else rows).count()
        return _met(line, removed or 0) - left, left
    _note_kept(line, rows)
    return 0, rows.count()


def _met(line: PlanLine, removed: int) -> int:
    """How many rows a line concerned in the end. Some go with rows of another table and are not counted by a step."""
    return line.rows - len(line.missing) + len(line.extra) if _is_named(line) else max(line.rows, removed)


def _note_extra(line: PlanLine, found: Iterable[object]) -> None:
    """Which rows the step takes and the plan does not name."""
    extra = {str(pk) for pk in found} - {*line.refs, *line.extra}
    if extra and _is_named(line):
        line.extra = [*line.extra, *sorted(extra)]
        line.save(update_fields=["extra"])


def _note_kept(line: PlanLine, rows: "models.QuerySet[models.Model]") -> None:
    """The same of rows that stay; those the plan foresaw without a name are no difference."""
    if not _is_named(line):
        return
    here = {str(pk) for pk in rows.values_list("pk", flat=True)}
    line.missing, extra = sorted(set(line.refs) - here), sorted(here - set(line.refs))
    line.extra = extra if len(extra) > line.rows - len(line.refs) else []


def _is_named(line: PlanLine) -> bool:
    """Whether the plan names each row; of very many it only knows the number."""
    return bool(line.refs) or line.rows == 0


def _stays_unread(line: PlanLine) -> bool:
    """Rows under the destroyed key stay, unreadable; the key itself must be gone."""
    return line.fate == Fate.UNREADABLE and line.target != planning.KEY


def _difference(line: PlanLine) -> str:
    """How a line came out; told by its rows, or by their number where the plan names none."""
    named = _is_named(line)
    if line.fate in (Fate.DELETE, Fate.BLANK):
        gone = line.gone or 0
        if line.extra or (not named and gone > line.rows):
            return Difference.MORE_GONE
        return Difference.GONE_BEFORE if line.missing or (not named and gone < line.rows) else Difference.NONE
    left = line.left or 0
    if line.fate != Fate.KEEP:
        return Difference.NONE
    if line.missing or (not named and left < line.rows):
        return Difference.FEWER_KEPT
    return Difference.MORE_KEPT if line.extra or (not named and left > line.rows) else Difference.NONE


def _line_of(step: ErasureStep) -> PlanLine:
    return PlanLine.objects.get(plan__run=step.run_id, target=step.target, fate__in=(Fate.DELETE, Fate.BLANK))


def _rows(line: PlanLine, run: ErasureRun) -> "models.QuerySet[models.Model]":
    """A person's rows of a table; of chosen things those the plan names.

    To what is kept belong those named of whoever proved to be the same, which by the end nothing else tells.
    """
    if line.target == planning.KEPT:
        apart = KeptByLaw.objects.filter(subject_id=run.subject_ref)
        return apart.filter(clause=line.clause, kept_until=line.kept_until) if line.kept_until else apart
    refs = line.refs if run.scope == PlanScope.CHOSEN else ()
    rows = planning.rows_of(line.target, subject_id=run.subject_ref, refs=refs, fate=line.fate)
    return rows | rows.model._default_manager.filter(pk__in=line.refs) if line.fate == Fate.KEEP else rows


def _record_each(step: ErasureStep, rows: "models.QuerySet[models.Model]", by: Actor, now: datetime) -> None:
    """An entry for each value, file or device that goes, with its field and the run that deletes it."""
    if rows.model not in _EACH:
        return
    event, name = _EACH[rows.model]
    columns = ("pk",) if rows.model is Device else ("field", "pk")
    for row in rows.order_by(*columns).values(*columns):
        named = {"field": row["field"]} if "field" in row else {}
        record(
            event=event,
            target=f"subject:{step.subject_ref}",
            subject_id=step.subject_ref,
            by=by,
            now=now,
            details={**named, "run": str(step.run_id), **({name: str(row["pk"])} if name else {})},
        )


def _hold(step: ErasureStep) -> ErasureStep | None:
    """The step, locked; None when it is done."""
    return ErasureStep.objects.select_for_update().exclude(state=StepState.DONE).filter(pk=step.pk).first()


def _mark_done(held: ErasureStep, now: datetime, *, count: int) -> None:
    held.state, held.done_at, held.count = StepState.DONE, now, count
    held.error, held.next_try_at = "", None
    held.save(update_fields=["state", "done_at", "count", "error", "next_try_at"])
    if held.kind != StepKind.FINISH:
        _record(AuditEvent.ERASURE_STEP, held, now, {"rows": count})


def _record(event: str, step: ErasureStep, now: datetime, details: dict[str, object]) -> None:
    record(
        event=event,
        target=f"subject:{step.subject_ref}",
        subject_id=step.subject_ref,
        by=SYSTEM,
        now=now,
        details={"run": str(step.run_id), "step": step.kind, "table": step.target, **details},
    )


_WAYS: dict[StepKind, Callable[[ErasureStep, Actor, datetime], None]] = {
    StepKind.SUPPRESS: _suppress,
    StepKind.KEY: _destroy_key,
    StepKind.CLOSE: _close,
    StepKind.FILES: _remove_files,
    StepKind.ROWS: _remove_rows,
    StepKind.FINISH: _finish,
}

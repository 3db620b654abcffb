"""What each step of an erasure does. Every one is safe to repeat, and is done together with its audit entry.

A step is locked while it is marked: of two workers on one run the second finds it done. Bytes go before the rows that
name them, which are unreadable by then, so a disk that fails leaves the rows as the list of what is still to remove.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services.recording import record
from core.actors import SYSTEM
from core.encryption import unwrap
from personal_data import keys, planning, storage
from personal_data.enums import AuditEvent, Difference, ErasureState, Fate, PlanScope, StepKind, StepState, SubjectState
from personal_data.errors import RowsLeft
from personal_data.models import DataSubject, ErasureRun, ErasureStep, PlanLine

BATCH = 500

# Filled at start by upper packages, which know sessions, cases and mail.
_before_rows: dict[str, Callable[[UUID], None]] = {}
_when_done: list[Callable[[ErasureRun, str, datetime], None]] = []


def before_rows_go(step: Callable[[UUID], None]) -> None:
    """Register something to do once the key is gone and before rows go, such as ending sessions. Must be repeatable.

    It is a step of every later run under the function's name.
    """
    _before_rows[step.__name__] = step


def when_done(step: Callable[[ErasureRun, str, datetime], None]) -> None:
    """Register something to do in the transaction that completes a run, with the address for the confirmation."""
    _when_done.append(step)


def steps_of(lines: list[planning.Planned]) -> list[tuple[StepKind, str]]:
    """The steps that carry out a plan, in their order."""
    steps: list[tuple[StepKind, str]] = []
    if any(line.target == planning.KEY for line in lines):
        steps.append((StepKind.KEY, planning.KEY))
        steps += [(StepKind.CLOSE, name) for name in _before_rows]
    going = [line for line in lines if line.fate in (Fate.DELETE, Fate.BLANK) and line.target != planning.SUBJECT]
    steps += [
        (StepKind.FILES, line.target) for line in going if line.fate == Fate.DELETE and planning.has_blobs(line.target)
    ]
    steps += [(StepKind.ROWS, line.target) for line in going]
    return [*steps, (StepKind.FINISH, "")]


def carry_out(*, step: ErasureStep, now: datetime) -> None:
    """Do one step, unless it is done. Raises OSError, DatabaseError, RowsLeft, and what a registered step raises."""
    _WAYS[StepKind(step.kind)](step, now)


def address_context(run: ErasureRun) -> str:
    """What the sealed address of a run is bound to."""
    return f"personal_data.ErasureRun:address:{run.pk}"


def _destroy_key(step: ErasureStep, now: datetime) -> None:
    keys.destroy_data_key(step.subject_ref)
    with transaction.atomic():
        held = _hold(step)
        if held is not None:
            _mark_done(held, now, count=1)


def _close(step: ErasureStep, now: datetime) -> None:
    with transaction.atomic():
        held = _hold(step)
        if held is not None:
            _before_rows[step.target](step.subject_ref)
            _mark_done(held, now, count=1)


def _remove_files(step: ErasureStep, now: datetime) -> None:
    line = _line_of(step)
    ids = list(_rows(line, step.subject_ref).values_list("pk", flat=True))
    for blob_id in ids:
        storage.remove_blob(blob_id)
    with transaction.atomic():
        held = _hold(step)
        if held is not None:
            _mark_done(held, now, count=held.count + len(ids))


def _remove_rows(step: ErasureStep, now: datetime) -> None:
    line = _line_of(step)
    work = _delete_batch if line.fate == Fate.DELETE else _blank
    while not work(step, line, now):
        pass


def _delete_batch(step: ErasureStep, line: PlanLine, now: datetime) -> bool:
    """Delete some rows; True when none are left."""
    with transaction.atomic():
        # The person's row first, as every writer does: a value being changed now is not brought back.
        DataSubject.objects.select_for_update(no_key=True).filter(pk=step.subject_ref).first()
        held = _hold(step)
        if held is None:
            return True
        rows = _rows(line, step.subject_ref)
        batch = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if batch:
            rows.model._default_manager.filter(pk__in=batch).delete()
        held.count += len(batch)
        if len(batch) < BATCH:
            _mark_done(held, now, count=held.count)
            return True
        held.save(update_fields=["count"])
        _record(AuditEvent.ERASURE_STEP, held, now, {"rows": held.count})
    return False


def _blank(step: ErasureStep, line: PlanLine, now: datetime) -> bool:
    with transaction.atomic():
        held = _hold(step)
        if held is not None:
            changed = _rows(line, step.subject_ref).update(**planning.blank_values(line.target))
            _mark_done(held, now, count=changed)
    return True


def _finish(step: ErasureStep, now: datetime) -> None:
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


def _take_latecomers(run: ErasureRun, now: datetime) -> None:
    """What came into a table after its step goes too, by the same step once more."""
    for line in run.plan.lines.filter(fate=Fate.DELETE):
        if not _rows(line, run.subject_ref).exists():
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
        line.gone, line.left = _outcome(line, run, counts.get(line.target, 0))
        line.difference = _difference(line)
        if line.left and line.fate in (Fate.DELETE, Fate.BLANK, Fate.UNREADABLE) and not _stays_unread(line):
            raise RowsLeft
    PlanLine.objects.bulk_update(lines, ["gone", "left", "difference"])


def _outcome(line: PlanLine, run: ErasureRun, removed: int) -> tuple[int, int]:
    """How many are gone and how many are left of one line, as things stand."""
    if line.target == planning.KEY:
        left = int(keys.has_data_key(run.subject_ref))
        return line.rows - left, left
    if line.fate == Fate.OUTSIDE:
        return line.rows, 0
    rows = _rows(line, run.subject_ref)
    if line.fate == Fate.BLANK:
        left = rows.exclude(**planning.blank_values(line.target)).count()
        return max(line.rows, removed) - left, left
    left = rows.count()
    if line.fate == Fate.DELETE:
        return max(line.rows, removed) - left, left
    return 0, left


def _stays_unread(line: PlanLine) -> bool:
    """Rows under the destroyed key stay, unreadable; the key itself must be gone."""
    return line.fate == Fate.UNREADABLE and line.target != planning.KEY


def _difference(line: PlanLine) -> str:
    if line.fate == Fate.DELETE and (line.gone or 0) > line.rows:
        return Difference.MORE_GONE
    if line.fate != Fate.KEEP or line.left == line.rows:
        return Difference.NONE
    return Difference.MORE_KEPT if (line.left or 0) > line.rows else Difference.FEWER_KEPT


def _line_of(step: ErasureStep) -> PlanLine:
    return PlanLine.objects.get(plan__run=step.run_id, target=step.target, fate__in=(Fate.DELETE, Fate.BLANK))


def _rows(line: PlanLine, subject_id: UUID):  # type: ignore[no-untyped-def]
    return planning.rows_of(line.target, subject_id=subject_id, refs=line.refs)


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


_WAYS: dict[StepKind, Callable[[ErasureStep, datetime], None]] = {
    StepKind.KEY: _destroy_key,
    StepKind.CLOSE: _close,
    StepKind.FILES: _remove_files,
    StepKind.ROWS: _remove_rows,
    StepKind.FINISH: _finish,
}

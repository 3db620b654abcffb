"""Erasing a person's data. Nothing here can be undone, so:

1. a plan is stored first, with its hash and its steps; while it cools off nothing is used, and it can be called off;
   then the state moves to ERASING, and from there on no writer can add anything (`hold_active`);
2. the data key is destroyed next: whatever a crash leaves behind is already unreadable;
3. files and rows go table by table, each step committed with its entry;
4. a run that stops half-way is simply run again: what is done is passed over, and a sweep finds the run;
5. a step that fails is tried again after growing pauses, then waits for a member of staff;
6. at the end what is there is compared with the plan, and only then is the run done.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, Q

from audit.services.recording import actor_reference, record
from core.actors import SYSTEM, Actor
from core.encryption import wrap
from core.queue import enqueue_on_commit
from personal_data import planning
from personal_data.enums import (
    AuditEvent,
    ErasureState,
    LimitKind,
    Order,
    PlanScope,
    StepError,
    StepState,
    SubjectState,
)
from personal_data.errors import NotHeld, NothingStuck, StuckErasures, SubjectGone, TooLateToCancel
from personal_data.models import DataSubject, ErasurePlan, ErasureRun, ErasureStep, PlanLine
from personal_data.permissions import check_can_resume
from personal_data.services.erasure_announcing import announce_erasure, announce_rows, check_not_announced
from personal_data.services.erasure_holding import check_not_held, everything_is_held
from personal_data.services.erasure_links import LINK_WORKS as LINK_WORKS
from personal_data.services.erasure_links import progress_token as progress_token
from personal_data.services.erasure_links import run_by_token as run_by_token
from personal_data.services.erasure_links import token_hash
from personal_data.services.erasure_steps import (
    address_context,
    carry_out,
    code_of,
    is_held,
    note_missing,
    steps_of,
    tell_it_is_over,
)
from personal_data.services.erasure_steps import before_rows_go as before_rows_go
from personal_data.services.erasure_steps import hold_while as hold_while
from personal_data.services.erasure_steps import when_done as when_done
from personal_data.services.erasure_steps import when_over as when_over
from personal_data.services.limiting import end_limits, set_limit
from personal_data.services.ordering import give_orders
from personal_data.services.subjects import hold_active

logger = logging.getLogger(__name__)

NO_TIME = timedelta(0)
LEASE = timedelta(seconds=30)  # a longer run may be taken up twice: every step is safe to repeat, and is marked locked
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)

# Filled at start by upper packages.
_before_start: list[Callable[..., None]] = []


def before_start(step: Callable[..., None]) -> None:
    """Register what ends in the transaction in which an erasure of everything begins, while the person is active.

    Called with `subject_id` and `now`.
    """
    _before_start.append(step)


def begin_erasure(
    *,
    subject_id: UUID,
    address: str,
    by: Actor,
    now: datetime,
    basis: str = "",
    cooling_off: timedelta = NO_TIME,
    suppress: bool = False,
    approved: Sequence[planning.Planned] = (),
) -> ErasureRun:
    """Plan to erase a person; the worker does it once the cooling-off is over. Asked twice, the same run is returned.

    `address` receives the confirmation; it is kept sealed until then. The run's link is `progress_token(run)`. Until it
    begins the person stays active, everything held is used for nothing, and `cancel_erasure` calls it off. `suppress`
    keeps the person's addresses from being brought in again; `approved` is the plan a second person agreed to. While a
    legal hold stands it waits as if it cooled off. Raises SubjectGone.
    """
    with transaction.atomic():
        subject = DataSubject.objects.select_for_update().filter(pk=subject_id).first()
        if subject is None:
            raise SubjectGone
        started = _standing_runs(subject_id).first()
        if started is not None:
            return started
        if not subject.is_active:
            raise SubjectGone
        run = _new_run(subject, PlanScope.EVERYTHING, address, basis, now, starts_at=now + cooling_off)
        waits = bool(cooling_off) or everything_is_held(subject_id)
        if waits:
            run.state = ErasureState.COOLING
            set_limit(
                subject_id=subject_id, kind=LimitKind.COOLING_OFF, purpose="", basis=_own_basis(run), by=by, now=now
            )
        lines = planning.plan_everything(subject_id=subject_id, at=now, confirms=bool(address))
        _store(run, planning.as_approved(lines, approved), suppress=suppress, by=by, now=now)
        if not waits:
            _set_off(run, by=by, now=now)
    return run


def begin_deletion(
    *,
    subject_id: UUID,
    fields: Collection[str],
    by: Actor,
    now: datetime,
    basis: str = "",
    approved: Sequence[planning.Planned] = (),
) -> ErasureRun:
    """Plan to delete what some fields hold, but for what the law keeps. Raises SubjectGone, NotHeld, HeldForLaw."""
    with transaction.atomic():
        hold_active(subject_id)
        lines = planning.chosen_as_approved(subject_id=subject_id, fields=fields, approved=approved, at=now)
        if not lines:
            raise NotHeld
        check_not_held(subject_id, fields, lines, now=now)
        return _begin_chosen(subject_id, lines, basis, by, now)


def delete_at_once(*, subject_id: UUID, lines: list[planning.Planned], by: Actor, now: datetime) -> int:
    """Delete chosen rows by a plan as soon as the caller's transaction commits; how many values and files.

    For what a person deletes on a page: the answer comes after the deletion. What a fault leaves, the worker takes up.
    Raises SubjectGone, HeldForLaw, LawKeeps.
    """
    with transaction.atomic():
        hold_active(subject_id)
        if not lines:
            return 0
        check_not_held(subject_id, (), lines, whole=True, now=now)
        run = _begin_chosen(subject_id, lines, "", by, now, leased_until=now + LEASE)
        transaction.on_commit(partial(run_erasure, run_id=run.pk, now=now, by=by))
    return sum(line.rows for line in lines if line.target in planning.GIVEN)


def cancel_erasure(*, run_id: UUID, by: Actor, now: datetime) -> None:
    """Call off a deletion that has not begun; called off already, nothing happens. Raises TooLateToCancel."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state == ErasureState.CANCELLED:
            return
        if run.state != ErasureState.COOLING:
            raise TooLateToCancel
        check_not_announced(run, now=now)
        run.state, run.cancelled_at, run.sealed_address = ErasureState.CANCELLED, now, None
        run.save(update_fields=["state", "cancelled_at", "sealed_address"])
        end_limits(subject_id=run.subject_ref, basis=_own_basis(run), by=by, now=now)
        _record(AuditEvent.ERASURE_CANCELLED, run, by, now, {})
        tell_it_is_over(run)


def run_due_erasures(*, now: datetime, cooled_by: datetime | None = None) -> int:
    """Take up every run nobody is working on, of those that cool off what was over by then. The number completed."""
    done, cooling = 0, Q(state=ErasureState.COOLING, starts_at__gt=cooled_by or now)
    for run_id in [run.pk for run in _free_runs(now).exclude(cooling).order_by("asked_at") if not is_held(run)]:
        if _free_runs(now).filter(pk=run_id).update(leased_until=now + LEASE, attempts=F("attempts") + 1):
            try:
                done += run_erasure(run_id=run_id, now=now)
            except Exception as error:  # noqa: BLE001  one that cannot begin must not hold up the others
                logger.error("an erasure could not begin (%s)", type(error).__name__)
    return done


def run_erasure(*, run_id: UUID, now: datetime, by: Actor = SYSTEM) -> bool:
    """Carry out the steps in their order, up to one that fails. Safe to run again after any interruption.

    True when this call completed the run. `by` is who waits for it, if anybody does.
    """
    run = ErasureRun.objects.select_related("plan").get(pk=run_id)
    if run.is_done or not _may_go_on(run, now):
        return False
    for step in run.steps.exclude(state=StepState.DONE):
        if not _try(step, now, by=by):
            return False
    run.refresh_from_db()
    return run.is_done


def resume(*, run_id: UUID, by: Actor, now: datetime) -> None:
    """Set a run going again whose step had failed too often. Raises NothingStuck, ResumingRefused."""
    check_can_resume(by=by)
    with transaction.atomic():
        run = ErasureRun.objects.select_for_update().get(pk=run_id)
        stuck = run.steps.filter(state=StepState.STUCK)
        if not stuck.exists():
            raise NothingStuck
        stuck.update(state=StepState.WAITING, attempts=0, error="")
        ErasureRun.objects.filter(pk=run_id).update(state=ErasureState.RUNNING, leased_until=None)
        _record(AuditEvent.ERASURE_RESUMED, run, by, now, {})
        enqueue_on_commit("personal_data.run_erasures")


def check_none_stuck(*, now: datetime) -> None:
    """Raises StuckErasures while a run waits for a person, so that the failing job is told to administrators."""
    if ErasureRun.objects.filter(state=ErasureState.STUCK, asked_at__lte=now).exists():
        raise StuckErasures


def _begin_chosen(
    subject_id: UUID,
    lines: list[planning.Planned],
    basis: str,
    by: Actor,
    now: datetime,
    leased_until: datetime | None = None,
) -> ErasureRun:
    run = _new_run(DataSubject.objects.get(pk=subject_id), PlanScope.CHOSEN, "", basis, now, starts_at=now)
    run.leased_until = leased_until
    _store(run, lines, suppress=False, by=by, now=now)
    fields = sorted(planning.fields_of(lines))
    _order_deletion(run, fields, by=by, now=now)
    if leased_until is None:
        enqueue_on_commit("personal_data.run_erasures")
    announce_rows(run, lines, now=now)
    return run


def _new_run(
    subject: DataSubject, scope: PlanScope, address: str, basis: str, now: datetime, *, starts_at: datetime
) -> ErasureRun:
    run = ErasureRun(
        subject_ref=subject.pk,
        scope=scope,
        basis=basis,
        language=subject.language,
        asked_at=now,
        starts_at=starts_at,
        state=ErasureState.WAITING,
    )
    run.token_hash = token_hash(progress_token(run))
    run.sealed_address = wrap(address.encode(), context=address_context(run))
    return run


def _store(run: ErasureRun, lines: list[planning.Planned], *, suppress: bool, by: Actor, now: datetime) -> None:
    """Keep the plan, its hash and its steps, before anything happens."""
    plan = ErasurePlan.objects.create(
        subject_ref=run.subject_ref,
        scope=run.scope,
        asked_by=actor_reference(by),
        digest=planning.digest_of(subject_id=run.subject_ref, lines=lines),
        made_at=now,
    )
    PlanLine.objects.bulk_create(
        PlanLine(plan=plan, position=position, **{**vars(line), "refs": list(line.refs)})
        for position, line in enumerate(lines)
    )
    run.plan = plan
    run.save(force_insert=True)
    ErasureStep.objects.bulk_create(
        ErasureStep(run=run, subject_ref=run.subject_ref, position=position, kind=kind, target=target)
        for position, (kind, target) in enumerate(steps_of(lines, suppress=suppress))
    )
    details: dict[str, object] = {"scope": str(run.scope), "plan": plan.digest.hex()}
    _record(AuditEvent.ERASURE_BEGUN, run, by, now, details | ({"basis": run.basis} if run.basis else {}))


def _set_off(run: ErasureRun, *, by: Actor, now: datetime) -> None:
    """From here there is no way back: what must end first ends, recipients are told, and nobody adds anything."""
    note_missing(run)  # before: open sign-ins, which the run itself ends, were there when it began
    for begin in _before_start:
        begin(subject_id=run.subject_ref, now=now)
    _order_deletion(run, (), by=by, now=now)
    DataSubject.objects.filter(pk=run.subject_ref).update(state=SubjectState.ERASING)
    enqueue_on_commit("personal_data.run_erasures")
    announce_erasure(run, now=now)


def _may_go_on(run: ErasureRun, now: datetime) -> bool:
    """Begin a run whose turn has come. False while it is not, while it is held, and once the run was called off."""
    if run.state == ErasureState.CANCELLED:
        return False
    if run.state not in (ErasureState.COOLING, ErasureState.WAITING):
        return True
    if run.starts_at > now:
        return False
    with transaction.atomic():
        held = _locked(run.pk)
        cooled = held.state == ErasureState.COOLING
        if is_held(held):
            return False
        if cooled:
            _record(AuditEvent.ERASURE_STARTED, held, SYSTEM, now, {})
            _set_off(held, by=SYSTEM, now=now)
        elif held.scope == PlanScope.CHOSEN and held.state == ErasureState.WAITING:
            note_missing(held)
        if cooled or held.state == ErasureState.WAITING:
            ErasureRun.objects.filter(pk=held.pk).update(state=ErasureState.RUNNING)
    return held.state != ErasureState.CANCELLED


def _order_deletion(run: ErasureRun, fields: Collection[str], *, by: Actor, now: datetime) -> None:
    """Recipients delete too, and are still told whom. A request has its orders and its snapshot among its own steps."""
    if not run.basis:
        give_orders(
            subject_id=run.subject_ref,
            order=Order.DELETE,
            fields=fields,
            purposes=(),
            basis=_own_basis(run),
            by=by,
            now=now,
            keeps_names=True,
        )


def _standing_runs(subject_id: UUID) -> "models.QuerySet[ErasureRun]":
    return ErasureRun.objects.filter(subject_ref=subject_id, scope=PlanScope.EVERYTHING).exclude(
        state=ErasureState.CANCELLED
    )


def _locked(run_id: UUID) -> ErasureRun:
    """The run, locked after its person, as every writer does."""
    subject_ref = ErasureRun.objects.values_list("subject_ref", flat=True).get(pk=run_id)
    DataSubject.objects.select_for_update().filter(pk=subject_ref).first()
    return ErasureRun.objects.select_for_update().get(pk=run_id)


def _own_basis(run: ErasureRun) -> str:
    return f"erasure:{run.pk}"


def _try(step: ErasureStep, now: datetime, *, by: Actor = SYSTEM) -> bool:
    """Do one step; a failure is noted with its code and its next try. True when the step is done."""
    if step.state == StepState.STUCK or (step.next_try_at is not None and step.next_try_at > now):
        return False
    try:
        carry_out(step=step, by=by, now=now)
    except Exception as error:  # noqa: BLE001  whatever it was, the run must not be lost: a person reads the code
        logger.error("step %s of an erasure failed (%s)", step.kind, type(error).__name__)
        _note_failure(step, code_of(error), now)
        return False
    return True


def _note_failure(step: ErasureStep, code: StepError, now: datetime) -> None:
    with transaction.atomic():
        held = ErasureStep.objects.select_for_update().get(pk=step.pk)
        if held.state == StepState.DONE:
            return
        held.attempts += 1
        held.error = code
        if held.attempts > len(PAUSES):
            held.state, held.next_try_at = StepState.STUCK, None
            changes: dict[str, object] = {"state": ErasureState.STUCK}
        else:
            held.state, held.next_try_at = StepState.FAILED, now + PAUSES[held.attempts - 1]
            changes = {"state": ErasureState.RUNNING}
        held.save(update_fields=["attempts", "error", "state", "next_try_at"])
        ErasureRun.objects.filter(pk=held.run_id).update(leased_until=None, next_try_at=held.next_try_at, **changes)
        details = {"step": held.kind, "table": held.target, "reason": code.value, "attempt": held.attempts}
        _record(AuditEvent.ERASURE_FAILED, step.run, SYSTEM, now, details)


def _free_runs(now: datetime) -> "models.QuerySet[ErasureRun]":
    return (
        ErasureRun.objects.exclude(state__in=(ErasureState.DONE, ErasureState.STUCK, ErasureState.CANCELLED))
        .filter(starts_at__lte=now)
        .filter(Q(leased_until=None) | Q(leased_until__lt=now))
        .filter(Q(next_try_at=None) | Q(next_try_at__lte=now))
    )


def _record(event: str, run: ErasureRun, by: Actor, now: datetime, details: dict[str, object]) -> None:
    record(
        event=event,
        target=f"subject:{run.subject_ref}",
        subject_id=run.subject_ref,
        by=by,
        now=now,
        details={"run": str(run.pk), **details},
    )

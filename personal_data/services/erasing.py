"""Erasing a person's data. Nothing here can be undone, so:

1. a plan is stored first, with its hash and its steps; the state moves to ERASING with it, and from then on no writer
   can add anything (`hold_active`);
2. the data key is destroyed next: whatever a crash leaves behind is already unreadable;
3. files and rows go table by table, each step committed with its entry;
4. a run that stops half-way is simply run again: what is done is passed over, and a sweep finds the run;
5. a step that fails is tried again after growing pauses, then waits for a member of staff;
6. at the end what is there is compared with the plan, and only then is the run done.
"""

import hashlib
import hmac
import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, IntegrityError, models, transaction
from django.db.models import F, Q

from audit.services.recording import actor_reference, record
from core.actors import SYSTEM, Actor
from core.encryption import wrap
from core.queue import enqueue_on_commit
from personal_data import planning
from personal_data.enums import AuditEvent, ErasureState, PlanScope, StepError, StepState, SubjectState
from personal_data.errors import NotHeld, NothingStuck, RowsLeft, StuckErasures, SubjectGone
from personal_data.models import DataSubject, ErasurePlan, ErasureRun, ErasureStep, PlanLine
from personal_data.permissions import check_can_resume
from personal_data.services.erasure_steps import address_context, carry_out, steps_of
from personal_data.services.erasure_steps import before_rows_go as before_rows_go
from personal_data.services.erasure_steps import when_done as when_done
from personal_data.services.subjects import hold_active

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # a longer run may be taken up twice: every step is safe to repeat, and is marked locked
LINK_WORKS = timedelta(days=30)  # after the end
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)


def begin_erasure(*, subject_id: UUID, address: str, by: Actor, now: datetime) -> ErasureRun:
    """Plan to erase a person and begin; the worker does it. Asked twice, the same run is returned. Raises SubjectGone.

    `address` receives the confirmation; it is kept sealed until then. The run's link is `progress_token(run)`.
    """
    with transaction.atomic():
        subject = DataSubject.objects.select_for_update().filter(pk=subject_id).first()
        if subject is None:
            raise SubjectGone
        started = ErasureRun.objects.filter(subject_ref=subject_id, scope=PlanScope.EVERYTHING).first()
        if started is not None:
            return started
        if not subject.is_active:
            raise SubjectGone
        lines = planning.plan_everything(subject_id=subject_id, at=now, confirms=bool(address))
        run = _begin(subject, PlanScope.EVERYTHING, lines, address, by, now)
        DataSubject.objects.filter(pk=subject_id).update(state=SubjectState.ERASING)
    return run


def begin_deletion(*, subject_id: UUID, fields: Collection[str], by: Actor, now: datetime) -> ErasureRun:
    """Plan to delete what some fields hold, values and files, and begin. Raises SubjectGone, NotHeld."""
    with transaction.atomic():
        hold_active(subject_id)
        lines = planning.plan_chosen(subject_id=subject_id, fields=fields)
        if not lines:
            raise NotHeld
        return _begin(DataSubject.objects.get(pk=subject_id), PlanScope.CHOSEN, lines, "", by, now)


def progress_token(run: ErasureRun) -> str:
    """The unguessable part of the progress link; needs no session, and is stored only as a hash."""
    return hmac.new(settings.PORTAL_REGISTER_KEY, b"erasure-link:" + run.pk.bytes, hashlib.sha256).hexdigest()


def run_by_token(token: str, *, at: datetime) -> ErasureRun | None:
    """The run a progress link belongs to; None for 30 days after its end and later."""
    works = Q(finished_at=None) | Q(finished_at__gt=at - LINK_WORKS)
    return ErasureRun.objects.filter(works, token_hash=_token_hash(token)).select_related("plan").first()


def run_due_erasures(*, now: datetime) -> int:
    """Take up every run nobody is working on. The number completed."""
    done = 0
    for run_id in list(_free_runs(now).order_by("asked_at").values_list("pk", flat=True)):
        if _free_runs(now).filter(pk=run_id).update(leased_until=now + LEASE, attempts=F("attempts") + 1):
            done += run_erasure(run_id=run_id, now=now)
    return done


def run_erasure(*, run_id: UUID, now: datetime) -> bool:
    """Carry out the steps in their order, up to one that fails. Safe to run again after any interruption.

    True when this call completed the run.
    """
    run = ErasureRun.objects.select_related("plan").get(pk=run_id)
    if run.is_done:
        return False
    ErasureRun.objects.filter(pk=run_id, state=ErasureState.WAITING).update(state=ErasureState.RUNNING)
    for step in run.steps.exclude(state=StepState.DONE):
        if not _try(step, now):
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


def _begin(
    subject: DataSubject, scope: PlanScope, lines: list[planning.Planned], address: str, by: Actor, now: datetime
) -> ErasureRun:
    plan = ErasurePlan.objects.create(
        subject_ref=subject.pk,
        scope=scope,
        asked_by=actor_reference(by),
        digest=planning.digest_of(subject_id=subject.pk, lines=lines),
        made_at=now,
    )
    PlanLine.objects.bulk_create(
        PlanLine(
            plan=plan,
            position=position,
            target=line.target,
            fate=line.fate,
            rows=line.rows,
            files=line.files,
            shared=line.shared,
            refs=list(line.refs),
            ground=line.ground,
            clause=line.clause,
            kept_until=line.kept_until,
        )
        for position, line in enumerate(lines)
    )
    run = ErasureRun(plan=plan, subject_ref=subject.pk, scope=scope, language=subject.language, asked_at=now)
    run.token_hash = _token_hash(progress_token(run))
    run.sealed_address = wrap(address.encode(), context=address_context(run))
    run.save(force_insert=True)
    ErasureStep.objects.bulk_create(
        ErasureStep(run=run, subject_ref=subject.pk, position=position, kind=kind, target=target)
        for position, (kind, target) in enumerate(steps_of(lines))
    )
    _record(AuditEvent.ERASURE_BEGUN, run, by, now, {"scope": scope.value, "plan": plan.digest.hex()})
    enqueue_on_commit("personal_data.run_erasures")
    return run


def _try(step: ErasureStep, now: datetime) -> bool:
    """Do one step; a failure is noted with its code and its next try. True when the step is done."""
    if step.state == StepState.STUCK or (step.next_try_at is not None and step.next_try_at > now):
        return False
    try:
        carry_out(step=step, now=now)
    except Exception as error:  # noqa: BLE001  whatever it was, the run must not be lost: a person reads the code
        logger.error("step %s of an erasure failed (%s)", step.kind, type(error).__name__)
        _note_failure(step, _code_of(error), now)
        return False
    return True


def _code_of(error: Exception) -> StepError:
    if isinstance(error, RowsLeft):
        return StepError.LEFT_OVER
    if isinstance(error, IntegrityError):  # Django's ProtectedError and RestrictedError are of this family
        return StepError.REFERRED_TO
    if isinstance(error, DatabaseError):
        return StepError.DATABASE
    return StepError.DISK if isinstance(error, OSError) else StepError.UNEXPECTED


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
        ErasureRun.objects.exclude(state__in=(ErasureState.DONE, ErasureState.STUCK))
        .filter(Q(leased_until=None) | Q(leased_until__lt=now))
        .filter(Q(next_try_at=None) | Q(next_try_at__lte=now))
    )


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _record(event: str, run: ErasureRun, by: Actor, now: datetime, details: dict[str, object]) -> None:
    record(
        event=event,
        target=f"subject:{run.subject_ref}",
        subject_id=run.subject_ref,
        by=by,
        now=now,
        details={"run": str(run.pk), **details},
    )

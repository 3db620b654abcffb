"""Carrying out what was decided: steps in their order, each with its entry in one commit.

1. Steps are rows, made when the decision takes effect. The request is done only when every one is.
2. A step runs under the lock of its request: of two workers the second finds it done. What a step sets going elsewhere,
   an erasure, a copy or an order, is named by the request and asked for once, however often the step is repeated.
3. A step that waits changes nothing; whatever it waits for rings again, and a sweep looks.
4. A step that fails is tried again after growing pauses, then waits for the officer with its reason.
5. While requests from the address are held (LV-11), no step runs.
"""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Max

from cases.enums import CaseStatus
from cases.errors import RoleRefused
from cases.permissions import check_can_work_on
from cases.services.recording import note
from core.actors import SYSTEM, Actor
from core.errors import NotAllowed
from core.queue import enqueue_on_commit
from dsr_requests.enums import FulfilmentError, FulfilmentKind, RequestEvent
from dsr_requests.errors import NothingToResume
from dsr_requests.models import Decision, FulfilmentStep, Request
from dsr_requests.selectors_identity import is_held_back
from dsr_requests.services.fulfilment_ways import CalledOff, Done, Work, carry_out
from dsr_requests.services.locking import lock_request
from dsr_requests.services.setting_aside import call_off
from dsr_requests.services.snapshots import purge
from personal_data.enums import StepState
from personal_data.errors import KeyDestroyed, SubjectGone

logger = logging.getLogger(__name__)

TASK = "dsr_requests.fulfil"
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)


class StuckRequests(Exception):
    """A step of a request waits for a person."""


def begin_fulfilment(*, request: Request, decision: Decision, now: datetime) -> None:
    """Lay down the steps of a decision that takes effect, in the caller's transaction, under its entry and lock."""
    last = request.steps.aggregate(last=Max("position"))["last"]
    first = 0 if last is None else last + 1
    plan = decision.plan or [{"kind": FulfilmentKind.FINISH.value, "target": ""}]
    FulfilmentStep.objects.bulk_create(
        FulfilmentStep(case=request, position=first + place, kind=entry["kind"], target=entry["target"])
        for place, entry in enumerate(plan)
    )
    enqueue_on_commit(TASK, request_id=request.pk)


def run_due(*, now: datetime) -> int:
    """Go on with every request that is being carried out. How many are done now."""
    running = Request.objects.filter(status=CaseStatus.FULFILLING).order_by("limit_at", "pk")
    return sum(run_request(request_id=pk, now=now) for pk in list(running.values_list("pk", flat=True)))


def run_request(*, request_id: int, now: datetime) -> bool:
    """Do the steps in their order, up to one that waits or fails. Safe to run again, and twice at once.

    True when this call finished the request.
    """
    while True:
        step = _next_step(request_id, now)
        if step is None:
            return False
        try:
            done = _do_one(request_id, step.pk, now)
        except Exception as error:  # noqa: BLE001  whatever it was, the request must not be lost: a person reads the code
            logger.error("step %s of a request failed (%s)", step.kind, type(error).__name__)
            _note_failure(request_id, step.pk, _code_of(error), now)
            return False
        if not done:
            return False
        if step.kind == FulfilmentKind.FINISH:
            return True


def resume(*, request_id: int, by: Actor, now: datetime) -> None:
    """Set a request going again whose step had failed too often.

    Raises NothingToResume, RoleRefused, NotYours, OwnCase.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_can_work_on(request, by=by)
        if by.audit_role != "dpo":
            raise RoleRefused
        stuck = request.steps.filter(state=StepState.STUCK)
        if not stuck.exists():
            raise NothingToResume
        stuck.update(state=StepState.WAITING, attempts=0, error="")
        note(request, RequestEvent.STEPS_RESUMED, by=by, now=now)
        enqueue_on_commit(TASK, request_id=request_id)


def erase_again(*, basis: str, now: datetime, **_: object) -> None:
    """Go on with the request whose deletion was announced and never committed: it is asked for as it was then."""
    pk = basis.partition(":")[2]
    if pk.isdigit():
        run_request(request_id=int(pk), now=now)


def check_none_stuck(*, now: datetime) -> None:
    """Raises StuckRequests while a step waits for a person, so that the failing job is told to administrators."""
    stuck = FulfilmentStep.objects.filter(state=StepState.STUCK, case__status=CaseStatus.FULFILLING)
    if stuck.filter(case__received_at__lte=now).exists():
        raise StuckRequests


def _next_step(request_id: int, now: datetime) -> FulfilmentStep | None:
    """The step whose turn it is, if it may be tried now."""
    waiting = FulfilmentStep.objects.filter(case_id=request_id, case__status=CaseStatus.FULFILLING)
    step = waiting.exclude(state=StepState.DONE).order_by("position").first()
    if step is None or step.state == StepState.STUCK or (step.next_try_at is not None and step.next_try_at > now):
        return None
    return step


def _do_one(request_id: int, step_id: int, now: datetime) -> bool:
    """Do one step under the lock of the request, and mark it.

    False when it waits or is held, or another worker was faster.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        step = request.steps.exclude(state=StepState.DONE).order_by("position").first()
        if step is None or step.pk != step_id or request.status != CaseStatus.FULFILLING or is_held_back(request):
            return False
        decision = request.decisions.get(dropped_at__isnull=True)
        try:
            done = carry_out(Work(request, decision, step, _entry(decision, step), now))
        except CalledOff:
            take_back_steps(request, now=now)
            return False
        if done is not None:
            _mark_done(request, step, done, now)
        return done is not None


def _entry(decision: Decision, step: FulfilmentStep) -> dict[str, object]:
    """What the plan says of a step."""
    found = (entry for entry in decision.plan if (entry["kind"], entry["target"]) == (step.kind, step.target))
    return next(found, {})


def _mark_done(request: Request, step: FulfilmentStep, done: Done, now: datetime) -> None:
    step.state, step.done_at, step.count, step.result = StepState.DONE, now, done.count, done.result
    step.error, step.next_try_at = "", None
    step.save(update_fields=["state", "done_at", "count", "result", "error", "next_try_at"])
    details = {"step": step.kind, "on": step.target, "count": done.count, "result": done.result}
    note(request, RequestEvent.STEP_DONE, by=SYSTEM, now=now, details=details)


def take_back_steps(request: Request, *, by: Actor = SYSTEM, now: datetime) -> None:
    """A deletion was called off, or a copy is held back: what was not done is not to be done, and the locked request is
    examined again.
    """
    request.steps.exclude(state=StepState.DONE).delete()
    purge(request, now=now)
    call_off(request=request, by=by, now=now)


def _note_failure(request_id: int, step_id: int, code: FulfilmentError, now: datetime) -> None:
    with transaction.atomic():
        request = lock_request(request_id)
        step = request.steps.exclude(state=StepState.DONE).filter(pk=step_id).first()
        if step is None:
            return
        step.attempts += 1
        step.error = code
        if step.attempts > len(PAUSES):
            step.state, step.next_try_at = StepState.STUCK, None
        else:
            step.state, step.next_try_at = StepState.FAILED, now + PAUSES[step.attempts - 1]
        step.save(update_fields=["attempts", "error", "state", "next_try_at"])
        details = {"step": step.kind, "on": step.target, "reason": code.value, "attempt": step.attempts}
        note(request, RequestEvent.STEP_FAILED, by=SYSTEM, now=now, details=details)


def _code_of(error: Exception) -> FulfilmentError:
    if isinstance(error, SubjectGone | KeyDestroyed):
        return FulfilmentError.GONE
    if isinstance(error, NotAllowed):
        return FulfilmentError.CHANGED
    if isinstance(error, DatabaseError):
        return FulfilmentError.DATABASE
    return FulfilmentError.DISK if isinstance(error, OSError) else FulfilmentError.UNEXPECTED

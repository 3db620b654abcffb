"""Requests brought as far as their steps, and what was recorded of the steps."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connections

from accounts.models import User
from audit.models import AuditEntry
from cases.services.assigning import take
from dsr_requests.enums import RequestKind, Verdict
from dsr_requests.models import Request
from dsr_requests.services.fulfilling import run_request
from dsr_requests.wishes import Wish
from personal_data.enums import StepState
from personal_data.models import ErasureRun, RecipientTask
from personal_data.services.erasing import run_due_erasures
from personal_data.services.ordering import confirm
from personal_data.services.packaging import make_due
from tests.dsr_requests import steps

COOLED = timedelta(hours=24, minutes=1)
NAME, PHONE = "Trần Thị Lan", "0912345678"


def decided(
    member: User, wish: Wish, *, by: User, second_by: User, now: datetime, verdict: Verdict = Verdict.ACCEPT, **how: Any
) -> Request:
    """A member's request whose decision is in effect; nothing of it has run yet."""
    request = steps.by_member(member, wish, now=now, proved=True)
    if steps.fresh(request).status != "FULFILLING":
        take(kind="request", case_id=request.pk, by=by, now=now)
        decision = steps.judge(request, verdict, by=by, now=now, **how)
        if decision.needs_second:
            steps.approve(decision, by=second_by, now=now)
    return steps.fresh(request)


def all_of_it(kind: RequestKind) -> Wish:
    return Wish(kind, everything=True)


def run(request: Request, *, now: datetime) -> bool:
    return run_request(request_id=request.pk, now=now)


def to_the_end(request: Request, *, by: User, now: datetime) -> Request:
    """Everything that has to happen until the request is done: a day later the deletion, then the recipients."""
    run(request, now=now)
    make_due(now=now)
    run_due_erasures(now=now + COOLED)
    run(request, now=now + COOLED)
    for task in RecipientTask.objects.filter(basis=request.target, confirmed_at=None):
        confirm(task_id=task.pk, words="", by=by, now=now + COOLED)
    run(request, now=now + COOLED)
    return steps.fresh(request)


def states(request: Request) -> list[tuple[str, str]]:
    return list(request.steps.values_list("kind", "state"))


def undone(request: Request) -> list[str]:
    return list(request.steps.exclude(state=StepState.DONE).values_list("kind", flat=True))


def recorded(request: Request, event: str = "step_done") -> list[str]:
    entries = AuditEntry.objects.filter(target=request.target, event=f"request.{event}").order_by("id")
    return [f"{entry.details['step']} {entry.details['on']}".strip() for entry in entries]


def run_of(request: Request) -> ErasureRun:
    return ErasureRun.objects.get(basis=request.target)


def in_a_thread(work: Callable[[], object]) -> Callable[[], None]:
    """Work that gives its own database connections back."""

    def worker() -> None:
        try:
            work()
        finally:
            connections.close_all()

    return worker

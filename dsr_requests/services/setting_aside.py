"""Decisions that no longer count: declined, overtaken, or called off by the person. Callers hold the request."""

from datetime import datetime

from cases.enums import CaseStatus
from cases.services.moving import move
from cases.services.recording import note
from core.actors import SYSTEM, Actor
from dsr_requests.enums import RequestEvent
from dsr_requests.models import Decision, Request


def set_aside(request: Request, decision: Decision, *, by: Actor, now: datetime, words: str = "") -> None:
    """Keep a decision on record as one that does not count; `words` say why."""
    decision.dropped_at, decision.effective_at = now, None
    decision.save(update_fields=["dropped_at", "effective_at"])
    note(request, RequestEvent.DECISION_DROPPED, by=by, now=now, details={"verdict": decision.verdict}, words=words)


def call_off(*, request: Request, by: Actor = SYSTEM, now: datetime) -> None:
    """Back to the examination: the person called a deletion off while it could be, or two hold the copy back.

    What was decided on it counts no more, so that the rest of what was asked for can be decided anew.
    """
    decision = request.decisions.filter(dropped_at__isnull=True).first()
    if decision is not None:
        set_aside(request, decision, by=by, now=now)
    move(request, to=CaseStatus.INVESTIGATING, now=now)

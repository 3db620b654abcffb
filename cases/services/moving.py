"""The only place where a case changes its state, and with it what its clock will do next. Callers hold the lock and
record why.
"""

from datetime import datetime
from typing import Any

from cases.enums import FINAL_STATES, OPEN_STATES, CaseStatus, ClockKind
from cases.guards import check_may_move
from cases.models import Case
from cases.services.scheduling import schedule


def move(case: Case, *, to: str, now: datetime, resumed_at: datetime | None = None, **changes: Any) -> None:
    """Move a locked case along the table of transitions, with what changes beside. Raises MoveNotAllowed.

    The time spent waiting for the person is kept as a pause of the clock, which ends at `resumed_at` or now.
    """
    check_may_move(case, to=to)
    if case.status == CaseStatus.WAITING:
        _end_pause(case, at=resumed_at or now)
    if to == CaseStatus.WAITING:
        _begin_pause(case, now=now)
    case.status = to
    if to in OPEN_STATES:
        case.settled_at = None
    elif case.settled_at is None:
        case.settled_at = now
    case.closed_at = now if to in FINAL_STATES else None
    for name, value in changes.items():
        setattr(case, name, value)
    schedule(case, now=now, save=False)
    case.save(update_fields=["status", "settled_at", "closed_at", "next_mark", "next_mark_at", *changes])


def _begin_pause(case: Case, *, now: datetime) -> None:
    """Within its round, and after the last pause: a clock set back makes neither an early one nor two that overlap."""
    last = case.clock_events.filter(kind=ClockKind.PAUSE).order_by("-until").first()
    earliest = max(case.round_started_at, last.until) if last else case.round_started_at
    case.clock_events.create(kind=ClockKind.PAUSE, at=max(now, earliest))


def _end_pause(case: Case, *, at: datetime) -> None:
    for pause in case.clock_events.filter(kind=ClockKind.PAUSE, until=None):
        pause.until = max(at, pause.at)
        pause.save(update_fields=["until"])

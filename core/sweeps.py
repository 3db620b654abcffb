"""Running a periodic job so that its failing is noticed.

A failure is recorded by its class name only: messages may carry values.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from core import clock
from core.models import SweepState

logger = logging.getLogger(__name__)

FAILURES_BEFORE_ALERT = 3

# Filled at start: what keeps every job from its work, and the jobs that go on all the same.
_closed: list[Callable[[], object]] = []
_go_on = {"core.heartbeat"}


def close_while(answer: Callable[[], object]) -> None:
    """Register a reason for which no job does anything while `answer()` is true."""
    if answer not in _closed:
        _closed.append(answer)


def goes_on(name: str) -> None:
    """Name a job that works although the others may not."""
    _go_on.add(name)


def is_closed() -> bool:
    """Whether jobs do nothing for now."""
    return any(answer() for answer in _closed)


def run_sweep(name: str, function: Callable[..., object], **kwargs: object) -> object:
    """Call `function(now=…, **kwargs)` and note how it went: a number it returns is how many things it did.

    Re-raises what the function raises.

    While jobs may not work, nothing happens and nothing is noted.
    """
    if name not in _go_on and is_closed():
        return None
    now = clock.now()
    SweepState.objects.update_or_create(name=name, defaults={"last_started_at": now})
    try:
        result = function(now=now, **kwargs)
    except Exception as error:
        _note_failure(name, error)
        raise
    SweepState.objects.filter(name=name).update(
        last_succeeded_at=clock.now(),
        failures_in_a_row=0,
        last_error="",
        alerted_at=None,
        last_done=result if isinstance(result, int) else None,
    )
    return result


def failing(*, threshold: int = FAILURES_BEFORE_ALERT) -> list[SweepState]:
    """Jobs that failed at least `threshold` times in a row."""
    return list(SweepState.objects.filter(failures_in_a_row__gte=threshold).order_by("name"))


def claim_alerts(*, now: datetime) -> list[str]:
    """Names of failing jobs nobody was mailed about yet; each is handed out once until it recovers."""
    names = []
    for state in failing():
        claimed = SweepState.objects.filter(name=state.name, alerted_at=None).update(alerted_at=now)
        if claimed:
            names.append(state.name)
    return names


def _note_failure(name: str, error: Exception) -> None:
    from django.db.models import F

    logger.error("periodic job %s failed (%s)", name, type(error).__name__)
    SweepState.objects.filter(name=name).update(
        failures_in_a_row=F("failures_in_a_row") + 1, last_error=type(error).__name__
    )

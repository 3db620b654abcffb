"""How fast due dates are computed: complaints received on every hour of a year, by one process on one core."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from benchmarks.figures import Figure
from core.deadlines import ClockEvent, ClockEventKind, compute
from core.rules import period_rule
from core.selectors import working_calendar

HOURS = 365 * 24
TURNS = 7
_FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def measure() -> list[Figure]:
    """Plain complaints, and complaints that were triaged, waited for and reopened."""
    calendar = working_calendar()
    rule = period_rule("complaint", on=date(2026, 3, 1)).with_days(target=7, limit=15, acknowledge_working_days=2)

    def plain(received_at: datetime) -> None:
        compute(rule, received_at=received_at, calendar=calendar)

    def eventful(received_at: datetime) -> None:
        day = timedelta(days=1)
        history = (
            ClockEvent(ClockEventKind.TARGET, received_at + day, days=10),
            ClockEvent(ClockEventKind.PAUSE, received_at + 2 * day, received_at + 4 * day),
            ClockEvent(ClockEventKind.REOPENING, received_at + 12 * day),
            ClockEvent(ClockEventKind.TARGET, received_at + 13 * day, days=8),
        )
        compute(rule, received_at=received_at, calendar=calendar, events=history)

    return [
        _figure("due dates of a complaint, a second a core", plain, ">= 20000"),
        _figure("the same, triaged, waited for and reopened", eventful, ""),
    ]


def _figure(name: str, one: Callable[[datetime], None], goal: str) -> Figure:
    """Processor time, not time on the wall: other work on the machine comes and goes."""
    moments = [_FIRST + timedelta(hours=past) for past in range(HOURS)]
    rates = []
    for _turn in range(TURNS):
        began = time.process_time()
        for moment in moments:
            one(moment)
        rates.append(HOURS / (time.process_time() - began))
    note = f"median of {TURNS}, {min(rates):.0f} to {max(rates):.0f}"
    return Figure(name, round(statistics.median(rates)), "/s", goal, note)

"""The dates of a stored case: its row and what happened to its clock, folded by the deadline engine.

A case is always read with the rule and the calendar it was last computed with, so that a date and the sentence beside
it agree. What rule that is, only the package of a kind knows: it hands it in at start.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from cases.explaining import last_day
from cases.models import Case
from core.calendars import WorkingCalendar
from core.deadlines import ClockEvent, ClockEventKind, Deadlines, PeriodRule, compute
from core.explaining import sentence
from core.selectors import working_calendar


@dataclass(frozen=True)
class Further:
    """Times a kind of case knows besides its periods."""

    return_days: int
    address_reminder_hours: int
    address_end_days: int


@dataclass(frozen=True)
class Periods:
    """What a kind of case is timed by; `further_of` is None for a kind that knows nothing further.

    `reasons` are the codes and words of why one of its dates was moved.
    """

    rule_of: Callable[[Any], PeriodRule]
    further_of: Callable[[Any], Further] | None = None
    reasons: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Explained:
    """Each date of a case with how it came about."""

    first_reply_on: date
    first_reply_why: str
    target_on: date
    target_why: str
    limit_on: date
    limit_why: str


_periods: dict[str, Periods] = {}


def time_with(kind: str, periods: Periods) -> None:
    """Hand in what cases of a kind are timed by."""
    _periods[kind] = periods


def rule_of(case: Case) -> PeriodRule:
    """The rule in the version the case was received under, with the figures its policy promised."""
    return _periods[case.kind].rule_of(case)


def further_of(case: Case) -> Further | None:
    """The further times of its kind, in the same version."""
    find = _periods[case.kind].further_of
    return find(case) if find else None


def calendar_of(case: Case) -> WorkingCalendar:
    """The calendar the stored dates were computed with."""
    return working_calendar(version=case.calendar_version)


def events_of(case: Case) -> list[ClockEvent]:
    """What happened to the clock of a stored case. Reads `clock_events`, prefetched or not."""
    if case.pk is None:
        return []
    return [
        ClockEvent(ClockEventKind(row.kind), row.at, until=row.until, days=row.days, reason=row.reason)
        for row in case.clock_events.all()
    ]


def deadlines_of(
    case: Case, *, events: Sequence[ClockEvent] | None = None, calendar: WorkingCalendar | None = None
) -> Deadlines:
    """What the dates of a case have to be, by its present category, events and the calendar it names."""
    return compute(
        rule_of(case),
        received_at=case.received_at,
        calendar=calendar or calendar_of(case),
        events=events_of(case) if events is None else events,
    )


def told_deadlines_of(
    case: Case, *, events: Sequence[ClockEvent] | None = None, calendar: WorkingCalendar | None = None
) -> Deadlines:
    """The dates as the person was told them: the first reply keeps the number of working days it was promised in, also
    after another category was set.
    """
    return compute(
        replace(rule_of(case), acknowledge_working_days=_promised_days(case)),
        received_at=case.received_at,
        calendar=calendar or calendar_of(case),
        events=events_of(case) if events is None else events,
    )


def explained(case: Case) -> Explained:
    """Why the dates of a case are what they are, in the active language."""
    found = told_deadlines_of(case)
    assert found.acknowledge is not None
    reasons = _periods[case.kind].reasons
    return Explained(
        first_reply_on=found.acknowledge.last,
        first_reply_why=sentence(found.acknowledge, reasons=reasons),
        target_on=found.target.last,
        target_why=sentence(found.target, reasons=reasons),
        limit_on=found.limit.last,
        limit_why=sentence(found.limit, reasons=reasons),
    )


def _promised_days(case: Case) -> int:
    """Within how many working days the stored first reply is due."""
    calendar = calendar_of(case)
    day, last, count = calendar.local_date(case.round_started_at), last_day(case.first_reply_due_at), 0
    while day < last:
        day = calendar.working_days_after(day, 1)
        count += 1
    return count

"""Due moments, computed from a rule, a moment of receipt, a calendar and what happened since. Pure.

A period in days ends at 24:00 of its last day in Vietnam; the day it starts on is not counted (Civil Code, articles
147 and 148). A statutory last day that is a day of rest moves to the next working day (article 148.5): the target is
the day before that move, the limit the day after it. The organisation's own promises never move. Hours are real hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from core.calendars import WorkingCalendar
from core.clock_events import ClockEvent, ClockEventKind, ClockFault, in_order
from core.rules import PeriodRule, Unit
from core.steps import Course, Role, Step, steps

__all__ = ["ClockEvent", "ClockEventKind", "ClockFault", "Deadlines", "Due", "PeriodRule", "compute", "last_day"]

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Due:
    """One due moment: the first moment too late, in UTC, and the last day on which there is still time."""

    at: datetime
    last: date
    role: Role = field(compare=False)
    course: Course = field(compare=False, repr=False)

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the date came about; `core.explaining.sentence` puts it into words."""
        return steps(self.course, self.role, self.last)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The dates of the round that runs now. `target` is never later than `limit`; warn on the earlier one.

    `paused_since` is set while a clock that may stand still does: its dates will move when the pause ends.
    """

    round: int
    started_at: datetime
    acknowledge: Due | None
    target: Due
    limit: Due
    paused_since: datetime | None = None


def last_day(due_at: datetime, *, calendar: WorkingCalendar) -> date:
    """The last day of a period whose due moment is its 24:00."""
    return calendar.local_date(due_at - _INSTANT)


def compute(
    rule: PeriodRule, *, received_at: datetime, calendar: WorkingCalendar, events: Sequence[ClockEvent] = ()
) -> Deadlines:
    """Every date of one matter. Raises ClockFault for events that cannot be.

    A reopening starts a round counted from its own moment: only what happened since then moves its dates.
    """
    course = _course(rule, received_at, calendar, events)
    due = Due(course.target_at, course.target, Role.TARGET, course)
    last = calendar.on_or_after(course.limit) if rule.rolls else course.limit
    limit = Due(course.target_at if last == course.target else calendar.end_of(last), last, Role.LIMIT, course)
    acknowledge = None
    if rule.acknowledge_working_days:
        day = calendar.working_days_after(course.start, rule.acknowledge_working_days)
        acknowledge = Due(calendar.end_of(day), day, Role.ACKNOWLEDGE, course)
    return Deadlines(course.round, course.started_at, acknowledge, due, limit, _paused_since(course))


def _course(rule: PeriodRule, received_at: datetime, calendar: WorkingCalendar, events: Sequence[ClockEvent]) -> Course:
    course = Course(rule, calendar, 1, received_at, calendar.local_date(received_at))
    if events:
        told = in_order(events, received_at=received_at)
        reopenings = [place for place, event in enumerate(told) if event.kind == ClockEventKind.REOPENING]
        if reopenings:
            at = told[reopenings[-1]].at
            course = Course(rule, calendar, 1 + len(reopenings), at, calendar.local_date(at))
            told = told[reopenings[-1] + 1 :]
        course.events = told
        if rule.pausable:
            course.pauses = [event for event in told if event.kind == ClockEventKind.PAUSE and event.until is not None]
    _count(course)
    for event in course.events:
        _apply(course, event)
    return course


def _apply(course: Course, event: ClockEvent) -> None:
    """What one event does to the periods. Pauses are looked at where days are counted."""
    rule = course.rule
    if event.kind == ClockEventKind.PROCESSOR:
        if not rule.processor:
            raise ClockFault("no-processor-period")
        course.processor = True
    elif event.kind == ClockEventKind.EXTENSION:
        _check_extension(course, event)
        course.extended += event.days
    elif event.kind == ClockEventKind.TARGET:
        if rule.rolls or rule.unit == Unit.HOURS:
            raise ClockFault("target-of-law")
        if event.days < 1:
            raise ClockFault("target-empty")
        course.target_set = event
    else:
        return
    _count(course)


def _check_extension(course: Course, event: ClockEvent) -> None:
    rule = course.rule
    made = sum(1 for other in course.events if other.kind == ClockEventKind.EXTENSION and other.at <= event.at)
    if made > rule.extension_count:
        raise ClockFault("extension-too-often")
    if not 1 <= event.days <= rule.extension_days:
        raise ClockFault("extension-too-long")
    if event.at >= course.target_at:
        raise ClockFault("extension-too-late")


def _count(course: Course) -> None:
    """Set where target and limit of a round end, the limit before it moves off a day of rest."""
    target, limit = course.base
    if course.rule.unit == Unit.HOURS:
        course.target_at = _after_hours(course, target)
        course.target = course.limit = last_day(course.target_at, calendar=course.calendar)
        return
    course.limit = _after_days(course, limit)
    if course.target_set is not None:
        target = course.target_set.days
    course.target = course.limit if target >= limit else _after_days(course, target)
    course.target_at = course.calendar.end_of(course.target)


def _after_days(course: Course, count: int) -> date:
    """The last of `count` days. A day on which the clock stands still as it begins is not counted."""
    calendar, day = course.calendar, course.start
    working = course.rule.unit == Unit.WORKING_DAYS
    if not course.pauses:
        return calendar.working_days_after(day, count) if working else day + timedelta(days=count)
    while count:
        day += _DAY
        if not _stands_still(course, calendar.start_of(day)):
            count -= not working or calendar.is_working(day)
    return day


def _stands_still(course: Course, moment: datetime) -> bool:
    return any(pause.at <= moment and (pause.until is None or moment < pause.until) for pause in course.pauses)


def _after_hours(course: Course, hours: int) -> datetime:
    moment = course.started_at.astimezone(UTC) + timedelta(hours=hours)
    for pause in course.pauses:
        if pause.until is not None and pause.at < moment:
            moment += pause.until - pause.at
    return moment


def _paused_since(course: Course) -> datetime | None:
    if not course.rule.pausable or not course.events:
        return None
    return next((event.at for event in course.events if event.kind == ClockEventKind.PAUSE and not event.until), None)

"""How a date came about, as facts: what `core.explaining` puts into a sentence. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.calendars import WorkingCalendar
from core.clock_events import ClockEvent, ClockEventKind
from core.rules import PeriodRule, Start, Unit

_DAY = timedelta(days=1)


class Role(StrEnum):
    """Which of the dates of a matter."""

    ACKNOWLEDGE = "ACKNOWLEDGE"
    TARGET = "TARGET"
    LIMIT = "LIMIT"


class StepKind(StrEnum):
    """One fact on the way to a date."""

    RECEIVED = "RECEIVED"
    REOPENED = "REOPENED"
    DETECTED = "DETECTED"
    PROCESSOR = "PROCESSOR"
    TARGET_SET = "TARGET_SET"
    EXTENDED = "EXTENDED"
    PAUSED = "PAUSED"
    PAUSE_WITHOUT_EFFECT = "PAUSE_WITHOUT_EFFECT"
    COUNTED = "COUNTED"
    CAPPED = "CAPPED"
    NOT_WORKED = "NOT_WORKED"
    ROLLED = "ROLLED"
    AIMED_BEFORE = "AIMED_BEFORE"
    ARTICLE = "ARTICLE"
    PROMISE = "PROMISE"


@dataclass(frozen=True, slots=True)
class RestDay:
    """A day on which nobody works; `vi` and `en` name the holiday and are empty for a plain day of rest."""

    day: date
    vi: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One fact. Which of the fields hold something depends on the kind:

    RECEIVED, REOPENED, DETECTED     `at` that moment, `day` the day it falls on
    PROCESSOR, TARGET_SET, EXTENDED  `at` when, `count` days, `reason` its code
    PAUSED, PAUSE_WITHOUT_EFFECT     from `at` to `until` (None: still), `count` the days or hours not counted
    COUNTED                          `count` of `unit` end on `day`; `at` the very moment where hours are counted
    CAPPED                           the target set lies past the limit, which is `day`
    NOT_WORKED                       `rest` the days of rest left out
    ROLLED                           `rest` the days of rest passed from the last day on, `day` the next working day
    AIMED_BEFORE                     the law allows until `day`
    ARTICLE                          `article` sets the period
    PROMISE                          the organisation's own figure, published under `article`; `role` says which date
    """

    kind: StepKind
    day: date | None = None
    at: datetime | None = None
    until: datetime | None = None
    count: int = 0
    unit: Unit = Unit.CALENDAR_DAYS
    reason: str = ""
    article: str = ""
    role: Role = Role.TARGET
    rest: tuple[RestDay, ...] = ()


@dataclass(slots=True)
class Course:
    """One round of a clock as computed: what it started from, what happened in it, and where its periods end."""

    rule: PeriodRule
    calendar: WorkingCalendar
    round: int
    started_at: datetime
    start: date
    events: Sequence[ClockEvent] = ()
    pauses: Sequence[ClockEvent] = ()
    processor: bool = False
    extended: int = 0
    target_set: ClockEvent | None = None
    target: date = field(init=False)
    limit: date = field(init=False)
    target_at: datetime = field(init=False)

    @property
    def base(self) -> tuple[int, int]:
        """The figures of target and limit, extensions included."""
        rule, more = self.rule, self.extended
        if self.processor:
            return rule.processor + more, rule.processor + more
        return rule.target + more, rule.limit + more


def steps(course: Course, role: Role, last: date) -> tuple[Step, ...]:
    """Everything that led to one date of a round, in the order it is told."""
    found = [_start(course)]
    if role == Role.ACKNOWLEDGE:
        found.append(_counted(course, course.rule.acknowledge_working_days, Unit.WORKING_DAYS, last))
        found += _not_worked(course, last, unit=Unit.WORKING_DAYS)
        return (*found, *_source(course, role))
    target_set = course.target_set if role == Role.TARGET else None
    count = course.base[role == Role.LIMIT] if target_set is None else target_set.days
    ends = course.limit if role == Role.LIMIT else course.target
    found += [_event(course, event, ends) for event in course.events if _is_told(event, target_set)]
    if target_set is not None and target_set.days > course.base[1]:
        found.append(Step(StepKind.CAPPED, day=last))
    else:
        found.append(_counted(course, count, course.rule.unit, ends))
    found += _not_worked(course, ends, unit=course.rule.unit)
    found += _moved(course, role, last)
    return (*found, *_source(course, role))


def _is_told(event: ClockEvent, target_set: ClockEvent | None) -> bool:
    return event is target_set or event.kind != ClockEventKind.TARGET


def _start(course: Course) -> Step:
    if course.round > 1:
        kind = StepKind.REOPENED
    else:
        kind = StepKind.DETECTED if course.rule.starts == Start.DETECTION else StepKind.RECEIVED
    return Step(kind, day=course.start, at=course.started_at, unit=course.rule.unit)


def _event(course: Course, event: ClockEvent, ends: date) -> Step:
    if event.kind == ClockEventKind.PAUSE:
        stood = _stood(course, event, ends) if event in course.pauses else 0
        kind = StepKind.PAUSED if stood else StepKind.PAUSE_WITHOUT_EFFECT
        return Step(kind, at=event.at, until=event.until, count=stood, unit=course.rule.unit)
    kind, count = {
        ClockEventKind.PROCESSOR: (StepKind.PROCESSOR, course.rule.processor),
        ClockEventKind.EXTENSION: (StepKind.EXTENDED, event.days),
        ClockEventKind.TARGET: (StepKind.TARGET_SET, event.days),
    }[event.kind]
    return Step(kind, at=event.at, count=count, reason=event.reason)


def _stood(course: Course, pause: ClockEvent, ends: date) -> int:
    """How many days, or hours begun, a pause took out of a period that ends on a day."""
    assert pause.until is not None
    if course.rule.unit == Unit.HOURS:
        return -((pause.at - pause.until) // timedelta(hours=1)) if pause.at < course.target_at else 0
    calendar = course.calendar
    day, last = max(calendar.local_date(pause.at), course.start + _DAY), min(calendar.local_date(pause.until), ends)
    stood = 0
    while day <= last:
        if pause.at <= calendar.start_of(day) < pause.until:
            stood += course.rule.unit == Unit.CALENDAR_DAYS or calendar.is_working(day)
        day += _DAY
    return stood


def _counted(course: Course, count: int, unit: Unit, last: date) -> Step:
    at = course.target_at if unit == Unit.HOURS else None
    return Step(StepKind.COUNTED, count=count, unit=unit, day=last, at=at)


def _not_worked(course: Course, last: date, *, unit: Unit) -> list[Step]:
    if unit != Unit.WORKING_DAYS:
        return []
    rest = rest_days(course.calendar, course.start + _DAY, last)
    return [Step(StepKind.NOT_WORKED, rest=rest)] if rest else []


def _moved(course: Course, role: Role, last: date) -> list[Step]:
    """What Civil Code article 148.5 did to the last day."""
    if role == Role.LIMIT and last != course.limit:
        return [Step(StepKind.ROLLED, day=last, rest=rest_days(course.calendar, course.limit, last))]
    if role == Role.TARGET and course.rule.rolls:
        allowed = course.calendar.on_or_after(course.limit)
        if allowed != last:
            return [Step(StepKind.AIMED_BEFORE, day=allowed)]
    return []


def _source(course: Course, role: Role) -> list[Step]:
    if course.rule.rolls or course.rule.unit == Unit.HOURS:
        return [Step(StepKind.ARTICLE, article=course.rule.article)]
    return [Step(StepKind.PROMISE, role=role, article=course.rule.article)]


def rest_days(calendar: WorkingCalendar, first: date, last: date) -> tuple[RestDay, ...]:
    """The days from `first` to `last` on which nobody works."""
    found = []
    for past in range((last - first).days + 1):
        day = first + timedelta(days=past)
        if not calendar.is_working(day):
            found.append(RestDay(day, calendar.why_not_working(day, "vi"), calendar.why_not_working(day, "en")))
    return tuple(found)

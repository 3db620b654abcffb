"""The engine against the slow calculator: any rule, any calendar, any history, at any hour of three years."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from core.calendars import MON_FRI, MON_SAT, WorkingCalendar
from core.deadlines import ClockEvent, ClockEventKind, ClockFault, Deadlines, Due, compute
from core.explaining import sentence
from core.rules import PeriodRule, Start, Unit
from core.steps import StepKind
from tests.core.slow_calendar import DAY, HOUR, Refused, Slow, SlowEvent, local

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
UNITS = {"days": Unit.CALENDAR_DAYS, "working": Unit.WORKING_DAYS, "hours": Unit.HOURS}
KINDS = {
    "pause": ClockEventKind.PAUSE,
    "extension": ClockEventKind.EXTENSION,
    "reopening": ClockEventKind.REOPENING,
    "processor": ClockEventKind.PROCESSOR,
    "target": ClockEventKind.TARGET,
}
# Before Tet, the year's ends, the leap day, the long weekends, and the week of 24 November.
TURNS = ("2026-02-10", "2026-04-22", "2026-08-27", "2026-11-19", "2026-12-28", "2027-01-29", "2027-04-27", "2027-12-30")
TURNS += ("2028-01-18", "2028-02-26")
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 3, 31, tzinfo=UTC)

hours = st.integers(min_value=0, max_value=int((LAST - FIRST) / HOUR)).map(lambda count: FIRST + count * HOUR)
near_turns = st.builds(
    lambda turn, count: datetime.fromisoformat(turn).replace(tzinfo=UTC) + count * HOUR,
    st.sampled_from(TURNS),
    st.integers(min_value=0, max_value=14 * 24),
)
moments = st.one_of(near_turns, hours)
swaps = st.dictionaries(
    st.one_of(moments.map(lambda moment: moment.date()), st.dates(date(2026, 1, 1), date(2028, 5, 31))),
    st.booleans(),
    max_size=8,
)


@st.composite
def matters(draw: st.DrawFn) -> Slow:
    unit = draw(st.sampled_from(["days", "days", "working", "hours"]))
    most = 72 if unit == "hours" else 30
    target = draw(st.integers(1, most))
    return Slow(
        saturday_worked=draw(st.booleans()),
        unit=unit,
        rolls=unit != "hours" and draw(st.booleans()),
        pausable=draw(st.booleans()),
        first=draw(st.sampled_from([0, 1, 2, 5])),
        target=target,
        limit=target if unit == "hours" else draw(st.integers(target, most)),
        processor=draw(st.sampled_from([0, 15, 30])),
        longest_extension=draw(st.sampled_from([0, 10, 20])),
        extensions=draw(st.integers(0, 2)),
        swapped=draw(swaps),
    )


@st.composite
def histories(draw: st.DrawFn, matter: Slow, received: datetime) -> list[SlowEvent]:
    """One event after another, most of them possible, some not; told in any order."""
    possible = ["pause", "pause", "reopening"]
    possible += ["target"] if matter.unit != "hours" and not matter.rolls else []
    possible += ["processor"] if matter.processor else []
    possible += ["extension"] if matter.extensions and matter.longest_extension else []
    found: list[SlowEvent] = []
    at = received
    for _ in range(draw(st.integers(1, 5))):
        at += draw(st.integers(0, 10 * 24)) * HOUR
        what = draw(st.sampled_from(possible))
        until, days = None, 0
        if what == "pause":
            until = at + draw(st.integers(0, 9 * 24)) * HOUR
        elif what in ("extension", "target"):
            days = draw(st.integers(1, matter.longest_extension if what == "extension" else 22))
        found.append(SlowEvent(what, at, until, days))
        at = (until or at + HOUR) if what != "pause" or draw(st.integers(0, 9)) else at + HOUR
    if draw(st.integers(0, 4)) == 0:
        found.append(SlowEvent(draw(st.sampled_from(list(KINDS))), received - HOUR + len(found) * 5 * DAY))
    return draw(st.permutations(found))


def engine_dates(matter: Slow, received: datetime, events: list[SlowEvent]) -> Deadlines:
    rule = PeriodRule(
        code="any",
        version=date(2026, 1, 1),
        starts=Start.RECEIPT,
        unit=UNITS[matter.unit],
        rolls=matter.rolls,
        pausable=matter.pausable,
        acknowledge_working_days=matter.first,
        target=matter.target,
        limit=matter.limit,
        processor=matter.processor,
        extension_days=matter.longest_extension,
        extension_count=matter.extensions,
        article="CC Art. 147.2",
        right="",
    )
    calendar = WorkingCalendar(
        zone=HANOI, working_week=MON_SAT if matter.saturday_worked else MON_FRI, overrides=matter.swapped
    )
    told = [ClockEvent(KINDS[event.what], event.at, event.until, event.days) for event in events]
    return compute(rule, received_at=received, calendar=calendar, events=told)


def agree(matter: Slow, received: datetime, events: list[SlowEvent]) -> None:
    try:
        expected = matter.dates(received, events)
    except Refused:
        with pytest.raises(ClockFault):
            engine_dates(matter, received, events)
        return
    found = engine_dates(matter, received, events)
    reply = found.acknowledge.at if found.acknowledge else None
    assert (found.round, reply, found.target.at, found.limit.at) == expected
    for due in filter(None, (found.acknowledge, found.target, found.limit)):
        assert due.at.tzinfo is UTC
        assert due.last == (due.at.astimezone(HANOI) - timedelta(microseconds=1)).date()
        assert sentence(due)
    for due in (found.target, found.limit):
        assert_told_days_add_up(matter, found.started_at, due)


def assert_told_days_add_up(matter: Slow, started_at: datetime, due: Due) -> None:
    """The days a sentence names, counted and not counted, are all the days there were."""
    counted = next((step for step in due.steps if step.kind == StepKind.COUNTED), None)
    if counted is None or counted.day is None or matter.unit == "hours":
        return
    stood = sum(step.count for step in due.steps if step.kind == StepKind.PAUSED)
    day, passed = local(started_at), 0
    while day < counted.day:
        day += DAY
        passed += matter.unit == "days" or matter.worked(day)
    assert passed == counted.count + stood


def request_of(**changed: Any) -> Slow:
    figures: dict[str, Any] = {
        "saturday_worked": False, "unit": "days", "rolls": True, "pausable": False, "first": 2, "target": 10,
        "limit": 10, "processor": 15, "longest_extension": 10, "extensions": 1,
    }  # fmt: skip
    return Slow(**{**figures, **changed})


NEW_YEARS_EVE = datetime(2027, 12, 31, 3, tzinfo=UTC)
LEAP_DAY = datetime(2028, 2, 28, 16, tzinfo=UTC)


@settings(deadline=None, max_examples=300)
@given(matter=matters(), received=moments)
@example(request_of(), datetime(2027, 1, 25, 2, tzinfo=UTC))
@example(request_of(unit="working", target=7, limit=7), datetime(2027, 2, 3, 16, tzinfo=UTC))
@example(request_of(saturday_worked=True, unit="working", target=7, limit=7), datetime(2027, 2, 3, 17, tzinfo=UTC))
@example(request_of(target=1, limit=3), LEAP_DAY)
@example(request_of(target=2, limit=2), NEW_YEARS_EVE)
def test_the_engine_and_the_slow_calculator_agree(matter: Slow, received: datetime) -> None:
    agree(matter, received, [])


@settings(deadline=None, max_examples=500)
@given(matter=matters(), received=moments, data=st.data())
def test_they_agree_on_every_history(matter: Slow, received: datetime, data: st.DataObject) -> None:
    agree(matter, received, data.draw(histories(matter, received)))


@settings(deadline=None, max_examples=100)
@given(matter=matters(), received=moments, data=st.data())
def test_pauses_side_by_side_count_as_one(matter: Slow, received: datetime, data: st.DataObject) -> None:
    begins, lasts, cut = (data.draw(st.integers(1, 20 * 24)) for _ in range(3))
    at, until = received + begins * HOUR, received + (begins + lasts) * HOUR
    between = min(at + cut * HOUR, until)
    whole = [SlowEvent("pause", at, until)]
    parts = [SlowEvent("pause", between, until), SlowEvent("pause", at, between)]
    assert engine_dates(matter, received, whole) == engine_dates(matter, received, parts)
    agree(matter, received, parts)


@settings(deadline=None, max_examples=100)
@given(received=moments, swapped=swaps, saturday=st.booleans())
def test_seventy_two_hours_are_real_hours(received: datetime, swapped: dict[date, bool], saturday: bool) -> None:
    breach = request_of(
        unit="hours", rolls=False, first=0, target=72, limit=72, swapped=swapped, saturday_worked=saturday
    )
    found = engine_dates(breach, received, [])
    assert found.limit.at == found.target.at == received + 3 * DAY
    agree(breach, received, [])


@settings(deadline=None, max_examples=100)
@given(matter=matters(), received=moments, data=st.data())
def test_nothing_that_happened_before_a_reopening_moves_the_new_round(
    matter: Slow, received: datetime, data: st.DataObject
) -> None:
    earlier = [event for event in data.draw(histories(matter, received)) if event.what != "reopening"]
    again = received + 100 * DAY
    history = [event for event in earlier if event.what != "pause" or event.until]
    try:
        found = engine_dates(matter, received, [*history, SlowEvent("reopening", again)])
    except ClockFault:  # of a history that cannot be, by itself
        assume(False)
    fresh = engine_dates(matter, again, [])
    assert found.round == 2
    assert (found.started_at, found.acknowledge, found.target, found.limit) == (
        again,
        fresh.acknowledge,
        fresh.target,
        fresh.limit,
    )


IMPOSSIBLE: dict[str, tuple[Slow, Callable[[datetime], list[SlowEvent]]]] = {
    "before-receipt": (request_of(), lambda at: [SlowEvent("processor", at - HOUR)]),
    "pause-backwards": (request_of(), lambda at: [SlowEvent("pause", at + DAY, at)]),
    "pauses-overlap": (
        request_of(),
        lambda at: [SlowEvent("pause", at, at + 3 * DAY), SlowEvent("pause", at + DAY, at + 2 * DAY)],
    ),
    "extension-too-often": (
        request_of(),
        lambda at: [SlowEvent("extension", at, days=1), SlowEvent("extension", at + DAY, days=1)],
    ),
    "extension-too-long": (request_of(), lambda at: [SlowEvent("extension", at, days=11)]),
    "extension-too-late": (request_of(), lambda at: [SlowEvent("extension", at + 11 * DAY, days=5)]),
    "no-processor-period": (request_of(processor=0), lambda at: [SlowEvent("processor", at)]),
    "target-of-law": (request_of(), lambda at: [SlowEvent("target", at, days=5)]),
    "target-empty": (request_of(rolls=False), lambda at: [SlowEvent("target", at)]),
}


@pytest.mark.parametrize("code", IMPOSSIBLE)
def test_an_impossible_history_is_refused_by_its_name(code: str) -> None:
    matter, history = IMPOSSIBLE[code]
    with pytest.raises(ClockFault) as refusal:
        engine_dates(matter, LEAP_DAY, history(LEAP_DAY))
    assert refusal.value.code == code


def test_the_day_of_receipt_is_not_left_out_twice() -> None:
    midnight = datetime(2026, 2, 12, 17, tzinfo=UTC)
    agree(request_of(rolls=False, pausable=True), midnight, [SlowEvent("pause", midnight, midnight + DAY)])


def test_an_open_pause_after_which_another_begins_overlaps_it() -> None:
    with pytest.raises(ClockFault, match="pauses-overlap"):
        engine_dates(request_of(), LEAP_DAY, [SlowEvent("pause", LEAP_DAY), SlowEvent("pause", LEAP_DAY + DAY)])


def test_a_clock_that_stands_still_says_since_when() -> None:
    pausable = request_of(pausable=True)
    waiting = [SlowEvent("pause", LEAP_DAY + HOUR, LEAP_DAY + DAY), SlowEvent("pause", LEAP_DAY + 2 * DAY)]
    assert engine_dates(pausable, LEAP_DAY, waiting).paused_since == LEAP_DAY + 2 * DAY
    assert engine_dates(pausable, LEAP_DAY, waiting[:1]).paused_since is None
    assert engine_dates(request_of(), LEAP_DAY, waiting).paused_since is None


@pytest.mark.parametrize("hours_before", [0, 1])
def test_an_extension_is_told_before_the_first_date_or_not_at_all(hours_before: int) -> None:
    aim = engine_dates(request_of(), LEAP_DAY, []).target.at
    told = [SlowEvent("extension", aim - hours_before * HOUR, days=10)]
    if hours_before:
        assert engine_dates(request_of(), LEAP_DAY, told).target.at == aim + 10 * DAY
    else:
        with pytest.raises(ClockFault, match="extension-too-late"):
            engine_dates(request_of(), LEAP_DAY, told)

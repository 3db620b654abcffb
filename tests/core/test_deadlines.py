"""The worked examples of law.md 1.3 (Civil Code, articles 147 and 148), and the promises that never roll."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.calendars import WorkingCalendar
from core.deadlines import ClockEvent, ClockEventKind, Due, compute, last_day
from core.rules import PeriodRule, period_rule

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = WorkingCalendar(zone=HANOI)
PROCESSOR, EXTENSION, TARGET = ClockEventKind.PROCESSOR, ClockEventKind.EXTENSION, ClockEventKind.TARGET
FRIDAY = date(2026, 11, 20)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HANOI)


def rule(code: str) -> PeriodRule:
    return period_rule(code, on=date(2026, 11, 20))


COMPLAINT = rule("complaint").with_days(target=7, limit=15, acknowledge_working_days=2)


def ends(due: Due | None) -> str:
    """The last day of a date, checked against its moment: 24:00 in Vietnam, kept in UTC."""
    assert due is not None
    assert due.at.tzinfo is UTC
    assert due.at == at(due.last + timedelta(days=1), 0)
    assert last_day(due.at, calendar=CALENDAR) == due.last
    return due.last.isoformat()


# Received; two working days; 10, 15, 20 and 30 days, and where they roll the legal day; seven working days.
WORKED_EXAMPLES = """
2026-11-20 2026-11-25 2026-11-30 2026-12-05>2026-12-07 2026-12-10 2026-12-20>2026-12-21 2026-12-02
2026-11-21 2026-11-25 2026-12-01 2026-12-06>2026-12-07 2026-12-11 2026-12-21 2026-12-02
2026-11-23 2026-11-26 2026-12-03 2026-12-08 2026-12-13>2026-12-14 2026-12-23 2026-12-03
2026-11-24 2026-11-26 2026-12-04 2026-12-09 2026-12-14 2026-12-24 2026-12-03
2026-12-18 2026-12-22 2026-12-28 2027-01-02>2027-01-04 2027-01-07 2027-01-17>2027-01-18 2026-12-29
""".split("\n")[1:-1]


@pytest.mark.parametrize("moment", [(0, 0), (9, 0), (23, 59)], ids=["00:00", "09:00", "23:59"])
@pytest.mark.parametrize("example", WORKED_EXAMPLES, ids=lambda example: example[:10])
def test_the_worked_examples(example: str, moment: tuple[int, int]) -> None:
    received, acknowledged, ten, fifteen, twenty, thirty, seven_working = example.split()
    moment_received = at(date.fromisoformat(received), *moment)
    for kind, processor, expected in (
        ("view", False, ten),
        ("correct", False, ten),
        ("copy", True, fifteen),
        ("withdraw", False, fifteen),
        ("protect", True, fifteen),
        ("restrict", True, twenty),
        ("object", True, twenty),
        ("delete", False, twenty),
        ("delete", True, thirty),
    ):
        events = [ClockEvent(PROCESSOR, moment_received)] if processor else []
        found = compute(rule(kind), received_at=moment_received, calendar=CALENDAR, events=events)
        target, _, legal = expected.partition(">")
        assert ends(found.acknowledge) == acknowledged
        assert (ends(found.target), ends(found.limit)) == (target, legal or target)
    negotiation = compute(rule("negotiation"), received_at=moment_received, calendar=CALENDAR)
    assert ends(negotiation.target) == ends(negotiation.limit) == seven_working


@pytest.mark.parametrize("minute", [(0, 0), (23, 59)])
def test_a_complaint_of_20_november_is_due_on_saturday_5_december(minute: tuple[int, int]) -> None:
    found = compute(COMPLAINT, received_at=at(FRIDAY, *minute), calendar=CALENDAR)
    assert ends(found.limit) == "2026-12-05"
    assert found.limit.at == datetime(2026, 12, 5, 17, tzinfo=UTC)
    assert found.limit.last.strftime("%A") == "Saturday"
    assert ends(found.target) == "2026-11-27"
    assert ends(found.acknowledge) == "2026-11-25"
    assert CALENDAR.last_working_on_or_before(found.limit.last) == date(2026, 12, 4)


def test_a_day_begins_at_midnight_in_hanoi_not_in_utc() -> None:
    evening_utc = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # 00:30 on the 21st in Hanoi
    assert ends(compute(COMPLAINT, received_at=evening_utc, calendar=CALENDAR).limit) == "2026-12-06"


def test_the_leap_day_is_a_day() -> None:
    found = compute(COMPLAINT, received_at=at(date(2028, 2, 21)), calendar=CALENDAR)
    assert (ends(found.target), ends(found.limit)) == ("2028-02-28", "2028-03-07")
    assert ends(compute(COMPLAINT, received_at=at(date(2028, 2, 22)), calendar=CALENDAR).target) == "2028-02-29"


def test_a_period_that_ends_in_tet_ends_after_it_by_law_and_within_it_by_promise() -> None:
    request = compute(rule("view"), received_at=at(date(2027, 1, 27)), calendar=CALENDAR)
    assert (ends(request.target), ends(request.limit)) == ("2027-02-06", "2027-02-11")
    complaint = compute(COMPLAINT, received_at=at(date(2027, 1, 22)), calendar=CALENDAR)
    assert ends(complaint.limit) == "2027-02-06"


@pytest.mark.parametrize("days_to_target", [7, 10, 15, 40])
def test_a_tier_sets_the_target_and_never_passes_the_limit(days_to_target: int) -> None:
    tier = ClockEvent(TARGET, at(FRIDAY, 10), days=days_to_target)
    found = compute(COMPLAINT, received_at=at(FRIDAY), calendar=CALENDAR, events=[tier])
    assert found.target.last == FRIDAY + timedelta(days=min(days_to_target, 15))
    assert ends(found.limit) == "2026-12-05"


def test_the_last_target_counts_and_waiting_for_the_complainant_moves_nothing() -> None:
    events = [
        ClockEvent(TARGET, at(FRIDAY, 10), days=10, reason="tier"),
        ClockEvent(ClockEventKind.PAUSE, at(FRIDAY, 11), at(date(2026, 11, 29))),
        ClockEvent(TARGET, at(date(2026, 11, 28)), days=13, reason="postponed"),
    ]
    found = compute(COMPLAINT, received_at=at(FRIDAY), calendar=CALENDAR, events=events)
    assert (ends(found.target), ends(found.limit)) == ("2026-12-03", "2026-12-05")


def test_a_reopened_complaint_gets_the_whole_period_again() -> None:
    reopened = ClockEvent(ClockEventKind.REOPENING, at(date(2026, 12, 31), 23, 59))
    tier = ClockEvent(TARGET, at(FRIDAY, 10), days=15)
    found = compute(COMPLAINT, received_at=at(FRIDAY), calendar=CALENDAR, events=[reopened, tier])
    assert (found.round, found.started_at) == (2, reopened.at)
    assert (ends(found.acknowledge), ends(found.target)) == ("2027-01-05", "2027-01-07")
    assert ends(found.limit) == "2027-01-15"


def test_an_extension_goes_on_from_the_target_not_from_the_rolled_day() -> None:
    told = ClockEvent(EXTENSION, at(date(2026, 12, 4)), days=15)
    found = compute(rule("restrict"), received_at=at(FRIDAY), calendar=CALENDAR, events=[told])
    assert (ends(found.target), ends(found.limit)) == ("2026-12-20", "2026-12-21")


def test_seventy_two_hours_run_through_a_weekend_and_a_holiday() -> None:
    detected = at(date(2026, 11, 21), 22, 41)
    found = compute(rule("breach"), received_at=detected, calendar=CALENDAR)
    assert found.limit.at == found.target.at == at(date(2026, 11, 24), 22, 41)
    assert (found.limit.last, found.acknowledge) == (date(2026, 11, 24), None)


def test_a_negotiation_stands_still_while_the_consumer_keeps_us_waiting() -> None:
    waited = ClockEvent(ClockEventKind.PAUSE, at(date(2026, 11, 23), 15), at(date(2026, 11, 26), 8))
    found = compute(rule("negotiation"), received_at=at(FRIDAY), calendar=CALENDAR, events=[waited])
    assert ends(found.limit) == "2026-12-04"  # of 24 to 26 November, two days would have been worked


def test_a_worked_saturday_counts_and_a_company_day_does_not() -> None:
    swapped = WorkingCalendar(zone=HANOI, overrides={date(2026, 11, 28): True, date(2026, 11, 23): False})
    received = at(FRIDAY)
    assert ends(compute(rule("view"), received_at=received, calendar=swapped).acknowledge) == "2026-11-26"
    week = compute(rule("view"), received_at=at(date(2026, 11, 18)), calendar=swapped)
    assert ends(week.target) == ends(week.limit) == "2026-11-28"

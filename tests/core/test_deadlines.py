"""The worked examples of law.md 1.3 (Civil Code, articles 147 and 148), and the promises that never roll."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import deadlines, rules
from core.calendars import WorkingCalendar

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = WorkingCalendar(zone=HANOI, working_week=("MON", "TUE", "WED", "THU", "FRI"))


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HANOI)


def last_day(moment: datetime) -> date:
    assert moment.tzinfo is UTC
    return (moment.astimezone(HANOI) - timedelta(microseconds=1)).date()


# received; two working days; then 10, 15, 20 and 30 days: the target, and the legal day where it rolls.
WORKED_EXAMPLES = """
2026-11-20 2026-11-25 2026-11-30 2026-12-05>2026-12-07 2026-12-10 2026-12-20>2026-12-21
2026-11-21 2026-11-25 2026-12-01 2026-12-06>2026-12-07 2026-12-11 2026-12-21
2026-11-23 2026-11-26 2026-12-03 2026-12-08 2026-12-13>2026-12-14 2026-12-23
2026-11-24 2026-11-26 2026-12-04 2026-12-09 2026-12-14 2026-12-24
2026-12-18 2026-12-22 2026-12-28 2027-01-02>2027-01-04 2027-01-07 2027-01-17>2027-01-18
""".split("\n")[1:-1]


@pytest.mark.parametrize("example", WORKED_EXAMPLES, ids=lambda example: example[:10])
def test_the_worked_examples(example: str) -> None:
    received, acknowledged, ten, fifteen, twenty, thirty = example.split()
    for kind, processor, expected in (
        ("correct", False, ten),
        ("restrict", False, fifteen),
        ("delete", False, twenty),
        ("delete", True, thirty),
    ):
        found = deadlines.request_deadlines(
            rule=rules.request_rule(kind, on=date.fromisoformat(received)),
            received_at=at(date.fromisoformat(received)),
            calendar=CALENDAR,
            processor_involved=processor,
        )
        assert str(last_day(found.acknowledge_due)) == acknowledged
        target, _, legal = expected.partition(">")
        assert (str(last_day(found.due_target)), str(last_day(found.due_legal))) == (target, legal or target)


def test_a_complaint_of_20_november_is_due_on_saturday_5_december() -> None:
    found = deadlines.complaint_deadlines(
        received_at=at(date(2026, 11, 20), 23, 59), target_days=7, limit_days=15, calendar=CALENDAR
    )
    assert last_day(found.limit_at) == date(2026, 12, 5)
    assert last_day(found.target_at) == date(2026, 11, 27)


def test_a_day_begins_at_midnight_in_hanoi_not_in_utc() -> None:
    evening_utc = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # 00:30 on the 21st in Hanoi
    found = deadlines.complaint_deadlines(received_at=evening_utc, target_days=7, limit_days=15, calendar=CALENDAR)
    assert last_day(found.limit_at) == date(2026, 12, 6)


def test_a_worked_weekend_day_set_by_staff_is_a_working_day() -> None:
    swapped = WorkingCalendar(
        zone=HANOI, working_week=CALENDAR.working_week, overrides={date(2026, 11, 28): True, date(2026, 11, 23): False}
    )
    assert swapped.working_days_after(date(2026, 11, 20), 2) == date(2026, 11, 26)
    assert swapped.on_or_after(date(2026, 11, 28)) == date(2026, 11, 28)


def test_an_unknown_kind_has_no_period() -> None:
    with pytest.raises(LookupError):
        rules.request_rule("dance", on=date(2026, 11, 20))

"""Worked days, holidays and the hours of service."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.calendars import MON_FRI, MON_SAT, WorkingCalendar
from core.public_holidays import public_holidays
from tests.core.slow_calendar import FIVE_DAY_WEEK, SIX_DAY_WEEK

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CALENDAR = WorkingCalendar(zone=HANOI)
SATURDAYS_TOO = WorkingCalendar(zone=HANOI, working_week=MON_SAT)


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


@pytest.mark.parametrize(("week", "by_hand"), [(MON_FRI, FIVE_DAY_WEEK), (MON_SAT, SIX_DAY_WEEK)], ids=["five", "six"])
@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_the_holidays_of_a_year(year: int, week: tuple[str, ...], by_hand: frozenset[date]) -> None:
    expected = {day for day in by_hand if day.year == year}
    assert set(public_holidays(year, week)) == expected
    assert set(public_holidays(year, week, "en")) == expected


def test_holidays_are_named_in_both_languages() -> None:
    culture_day, tet, sunday = date(2026, 11, 24), date(2026, 2, 17), date(2026, 11, 22)
    assert CALENDAR.why_not_working(culture_day) == "Ngày Văn hóa Việt Nam"
    assert CALENDAR.why_not_working(culture_day, "en") == "Vietnam Cultural Day"
    assert (CALENDAR.why_not_working(tet), CALENDAR.why_not_working(tet, "en")) == ("Tết Nguyên Đán", "Lunar New Year")
    assert CALENDAR.why_not_working(sunday) == ""
    assert SATURDAYS_TOO.why_not_working(date(2026, 4, 27)) == "Ngày Giỗ Tổ Hùng Vương (nghỉ bù)"


def test_a_day_state_offices_swap_binds_nobody_else() -> None:
    assert CALENDAR.is_working(date(2026, 8, 31))
    assert not CALENDAR.is_working(date(2026, 8, 22))


def test_what_staff_set_stands_above_the_holidays_and_the_week() -> None:
    calendar = WorkingCalendar(
        zone=HANOI,
        overrides={date(2026, 11, 24): True, date(2026, 11, 28): True, date(2026, 11, 23): False},
        override_names={date(2026, 11, 23): "Ngày thành lập công ty"},
    )
    assert calendar.is_working(date(2026, 11, 24))
    assert calendar.is_working(date(2026, 11, 28))
    assert not calendar.is_working(date(2026, 11, 23))
    assert calendar.why_not_working(date(2026, 11, 23), "en") == "Ngày thành lập công ty"


def test_walking_back_over_a_weekend_and_a_holiday() -> None:
    assert CALENDAR.last_working_on_or_before(date(2026, 12, 5)) == date(2026, 12, 4)
    assert CALENDAR.last_working_on_or_before(date(2026, 12, 4)) == date(2026, 12, 4)
    assert SATURDAYS_TOO.last_working_on_or_before(date(2026, 12, 5)) == date(2026, 12, 5)
    assert CALENDAR.last_working_on_or_before(date(2027, 2, 10)) == date(2027, 2, 3)
    assert CALENDAR.working_days_before(date(2026, 11, 26), 3) == date(2026, 11, 20)
    assert CALENDAR.working_days_before(date(2026, 11, 26), 0) == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("moment", "served"),
    [
        ("2026-11-20T08:00", "2026-11-20T08:00"),
        ("2026-11-20T17:29:59", "2026-11-20T17:29:59"),
        ("2026-11-20T07:59:59", "2026-11-20T08:00"),
        ("2026-11-20T17:30", "2026-11-23T08:00"),
        ("2026-11-21T12:00", "2026-11-23T08:00"),
        ("2026-11-22T23:59", "2026-11-23T08:00"),
        ("2026-11-23T17:30", "2026-11-25T08:00"),
        ("2027-02-03T18:00", "2027-02-11T08:00"),
    ],
)
def test_reminders_wait_for_the_hours_of_service(moment: str, served: str) -> None:
    assert CALENDAR.next_service_moment(here(moment)) == here(served)


def test_the_hours_of_service_are_the_calendars_own() -> None:
    evenings = WorkingCalendar(zone=HANOI, working_week=MON_SAT, opens=time(13), closes=time(21))
    assert evenings.next_service_moment(here("2026-11-21T12:00")) == here("2026-11-21T13:00")
    assert evenings.next_service_moment(here("2026-11-21T20:00")) == here("2026-11-21T20:00")
    assert evenings.next_service_moment(here("2026-11-21T21:00")) == here("2026-11-23T13:00")
    assert evenings.start_of_service(date(2026, 11, 22)) == here("2026-11-22T13:00")

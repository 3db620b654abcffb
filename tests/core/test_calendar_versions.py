"""The calendar as staff keep it: stored versions, and reading them."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core import calendar_versions
from core.calendar_versions import snapshot
from core.calendars import MON_FRI, MON_SAT
from core.models import CalendarSetting, CalendarVersion, Holiday
from core.selectors import newest_calendar_version, working_calendar

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def kept() -> int:
    version = snapshot(now=NOW)
    assert version is not None
    return version.number


def test_before_anything_is_kept_the_calendar_is_the_default_one() -> None:
    calendar = working_calendar()
    assert newest_calendar_version() == calendar.version == 0
    assert (calendar.working_week, calendar.opens, calendar.closes) == (MON_FRI, time(8), time(17, 30))
    assert working_calendar(version=0) == calendar


def test_a_version_is_kept_once_and_again_only_after_a_change() -> None:
    first = kept()
    assert snapshot(now=NOW) is None
    Holiday.objects.create(day=date(2026, 11, 23), name="Ngày thành lập công ty")
    second = kept()
    assert second > first > 0
    assert snapshot(now=NOW) is None
    Holiday.objects.all().delete()
    assert kept() > second


def test_an_old_version_stays_what_it_was() -> None:
    swapped, off = date(2026, 11, 28), date(2026, 11, 23)
    Holiday.objects.create(day=swapped, name="Làm bù", is_working=True)
    Holiday.objects.create(day=off, name="Ngày thành lập công ty")
    before = kept()
    Holiday.objects.filter(day=off).delete()
    CalendarSetting.objects.create(working_week="MON_SAT", opens=time(7), closes=time(19))
    after = kept()
    old, new = working_calendar(version=before), working_calendar()
    assert (old.version, new.version) == (before, after)
    assert old.is_working(swapped) and not old.is_working(off)
    assert (old.why_not_working(off), old.why_not_working(swapped)) == ("Ngày thành lập công ty", "")
    assert new.is_working(off)
    assert (old.working_week, new.working_week) == (MON_FRI, MON_SAT)
    assert (new.opens, new.closes) == (time(7), time(19))


def test_other_holidays_in_the_package_make_a_new_version(monkeypatch: pytest.MonkeyPatch) -> None:
    first = kept()

    def with_one_more(year: int, week: tuple[str, ...]) -> dict[date, str]:
        return {date(year, 6, 1): "Ngày Quốc tế Thiếu nhi"}

    monkeypatch.setattr(calendar_versions, "public_holidays", with_one_more)
    assert kept() > first


def test_an_old_version_is_read_from_the_database_once(django_assert_num_queries: Any) -> None:
    number = kept()
    working_calendar(version=number)
    with django_assert_num_queries(0):
        assert working_calendar(version=number).version == number
    with django_assert_num_queries(1):
        assert working_calendar().version == number


def test_a_number_lost_in_a_rollback_is_not_given_to_another_calendar() -> None:
    lost = 0
    with pytest.raises(LookupError), transaction.atomic():
        Holiday.objects.create(day=date(2026, 11, 23), name="Ngày thành lập công ty")
        lost = kept()
        assert not working_calendar().is_working(date(2026, 11, 23))
        raise LookupError
    assert kept() > lost
    assert working_calendar().is_working(date(2026, 11, 23))


def test_there_is_one_setting_and_service_opens_before_it_closes() -> None:
    with pytest.raises(IntegrityError, match="calendar_setting_single"), transaction.atomic():
        CalendarSetting.objects.create(pk=2)
    with pytest.raises(IntegrityError, match="calendar_setting_opens_first"), transaction.atomic():
        CalendarSetting.objects.create(opens=time(18), closes=time(9))
    with pytest.raises(IntegrityError, match="calendar_version_opens_first"), transaction.atomic():
        CalendarVersion.objects.create(working_week="MON_FRI", opens=time(18), closes=time(9), made_at=NOW)

"""Reading the calendar as staff keep it."""

from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max

from core.calendars import WorkingCalendar
from core.models import CalendarVersion, WorkingWeek
from core.rules import in_effect


def newest_calendar_version() -> int:
    """The number of the calendar in use; 0 while nobody has edited it."""
    return CalendarVersion.objects.aggregate(newest=Max("number"))["newest"] or 0


def working_calendar(*, version: int | None = None) -> WorkingCalendar:
    """The calendar in use, or the one a case was computed with."""
    return _calendar(newest_calendar_version() if version is None else version)


@lru_cache(maxsize=64)
def _calendar(number: int) -> WorkingCalendar:
    """A version never changes once it is there, so it is read once."""
    zone = ZoneInfo(settings.STATUTORY_TIME_ZONE)
    if number == 0:
        return WorkingCalendar(zone=zone, working_week=tuple(in_effect("calendar", on=date.max)["working_week"]))
    row = CalendarVersion.objects.get(pk=number)
    return WorkingCalendar(
        zone=zone,
        working_week=WorkingWeek(row.working_week).days,
        overrides={date.fromisoformat(day): worked for day, worked in row.overrides.items()},
        override_names={date.fromisoformat(day): name for day, name in row.names.items()},
        version=row.number,
        opens=row.opens,
        closes=row.closes,
    )

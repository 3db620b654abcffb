"""Reading the calendar as staff keep it."""

from zoneinfo import ZoneInfo

from django.conf import settings

from core import rules
from core.calendars import WorkingCalendar
from core.models import Holiday


def working_calendar(*, on: object = None) -> WorkingCalendar:
    """The calendar in use: the statutory week and holidays, and what staff set over them."""
    from datetime import date

    day = on if isinstance(on, date) else date.max
    rows = list(Holiday.objects.all())
    return WorkingCalendar(
        zone=ZoneInfo(settings.STATUTORY_TIME_ZONE),
        working_week=tuple(rules.in_effect("calendar", on=day)["working_week"]),
        overrides={row.day: row.is_working for row in rows},
        override_names={row.day: row.name for row in rows if not row.is_working},
    )

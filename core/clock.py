"""The only reader of the wall clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> datetime:
    """The present moment in UTC; in the demo shifted by `PORTAL_CLOCK_OFFSET` seconds."""
    return datetime.now(tz=UTC) + timedelta(seconds=settings.PORTAL_CLOCK_OFFSET)


def local_date(moment: datetime) -> date:
    """The calendar day in Vietnam on which `moment` falls (Decision 134/2002: UTC+7)."""
    return moment.astimezone(ZoneInfo(settings.STATUTORY_TIME_ZONE)).date()


def midnight(day: date) -> datetime:
    """The moment at which a calendar day begins in Vietnam."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(settings.STATUTORY_TIME_ZONE))

"""The last day of a period. Why a date is what it is: `cases.clock.explained`."""

from datetime import date, datetime, timedelta

from core.clock import local_date


def last_day(due_at: datetime) -> date:
    """The last day of a period whose due moment is its 24:00."""
    return local_date(due_at - timedelta(microseconds=1))

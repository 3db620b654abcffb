"""What a change of the calendar would do to open cases, before it is made."""

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from cases.enums import OPEN_STATES
from cases.registry import case_kinds
from cases.services.recalculating import moves_under
from core.calendars import WorkingCalendar
from core.models import WorkingWeek
from core.selectors import working_calendar

MOST_LOOKED_AT = 2000


@dataclass(frozen=True)
class Effect:
    """How many of the open cases looked at would have a date moved; `all_looked_at` is False for a very long desk."""

    moving: int
    looked_at: int
    all_looked_at: bool


def with_day(*, day: date, is_working: bool | None, instead_of: date | None = None) -> WorkingCalendar:
    """The calendar in use with one day set otherwise; None lets the default hold again."""
    now = working_calendar()
    overrides = {known: worked for known, worked in now.overrides.items() if known not in (day, instead_of)}
    if is_working is not None:
        overrides[day] = is_working
    return replace(now, overrides=overrides)


def with_hours(*, working_week: str, opens: time, closes: time) -> WorkingCalendar:
    """The calendar in use with another week and other hours."""
    return replace(working_calendar(), working_week=WorkingWeek(working_week).days, opens=opens, closes=closes)


def effect_of(calendar: WorkingCalendar) -> Effect:
    """Compute open cases, those due next first, with another calendar; writes nothing."""
    moving = looked_at = 0
    complete = True
    for model in case_kinds().values():
        rows: Any = model._default_manager.filter(status__in=OPEN_STATES).order_by("target_at", "id")
        rows = rows.select_related("policy_version").defer("sealed_text", "policy_version__document")
        cases = list(rows.prefetch_related("clock_events")[: MOST_LOOKED_AT + 1])
        complete = complete and len(cases) <= MOST_LOOKED_AT
        for case in cases[:MOST_LOOKED_AT]:
            looked_at += 1
            moving += bool(moves_under(case, calendar))
    return Effect(moving, looked_at, complete)

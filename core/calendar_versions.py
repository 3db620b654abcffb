"""Keeping the calendar as it stands. The caller holds the transaction and records the new version."""

import hashlib
import json
from datetime import date, datetime
from typing import Final

from django.db import connection

from core.models import CalendarSetting, CalendarVersion, Holiday, WorkingWeek
from core.public_holidays import public_holidays

_LOCK: Final = 7301
_YEARS: Final = range(2026, 2046)


def snapshot(*, now: datetime) -> CalendarVersion | None:
    """Keep the calendar as staff set it, where it differs from the newest one kept; None where it does not.

    A later release of the holidays package may know other days: these too make a new version, so that the dates of
    open cases are computed again and nobody wonders why they moved.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    setting = CalendarSetting.objects.first() or CalendarSetting()
    rows = list(Holiday.objects.order_by("day"))
    wanted = {
        "working_week": setting.working_week,
        "overrides": {row.day.isoformat(): row.is_working for row in rows},
        "names": {row.day.isoformat(): row.name for row in rows if not row.is_working},
        "opens": setting.opens,
        "closes": setting.closes,
        "defaults_hash": defaults_hash(WorkingWeek(setting.working_week)),
    }
    newest = CalendarVersion.objects.order_by("number").last()
    if newest is not None and all(getattr(newest, name) == value for name, value in wanted.items()):
        return None
    return CalendarVersion.objects.create(**wanted, made_at=now)


def defaults_hash(week: WorkingWeek) -> str:
    """What the default holidays of the coming years come to, under a working week."""
    days: dict[date, str] = {}
    for year in _YEARS:
        days |= public_holidays(year, week.days)
    listed = json.dumps(sorted((day.isoformat(), name) for day, name in days.items()))
    return hashlib.sha256(listed.encode()).hexdigest()

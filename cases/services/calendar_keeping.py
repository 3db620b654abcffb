"""Changing the calendar. Each change says why, makes a version of its own, and is recorded under that version; the
cases computed with an older one follow (`cases.services.recalculating`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.services.recording import record
from cases.enums import CalendarReason
from cases.errors import CalendarUnchanged, ReasonMissing, RoleRefused
from core.actors import SYSTEM, Actor
from core.calendar_versions import defaults_hash, snapshot
from core.models import CalendarSetting, CalendarVersion, Holiday, WorkingWeek

CHANGED = "calendar.changed"
KEEPERS = frozenset({"dpo", "administrator"})


@dataclass(frozen=True)
class Hours:
    """The working week, and when service opens and closes on a worked day."""

    working_week: str
    opens: time
    closes: time


def calendar_target(number: int) -> str:
    """How the audit trail names a version of the calendar."""
    return f"calendar:{number}"


def set_day(*, day: date, name: str, is_working: bool, reason: str, by: Actor, now: datetime) -> CalendarVersion:
    """Make a day one of rest or a worked one, whatever it was. Raises RoleRefused, ReasonMissing, CalendarUnchanged."""

    def change() -> None:
        Holiday.objects.update_or_create(day=day, defaults={"name": name, "is_working": is_working})

    details = {"day": day.isoformat(), "worked": is_working}
    return _keep(change, details=details, reason=reason, by=by, now=now)


def move_day(
    *, before: date, day: date, name: str, is_working: bool, reason: str, by: Actor, now: datetime
) -> CalendarVersion:
    """Correct a day that was set, also to another date. Raises RoleRefused, ReasonMissing, CalendarUnchanged."""

    def change() -> None:
        Holiday.objects.filter(day=before).delete()
        Holiday.objects.update_or_create(day=day, defaults={"name": name, "is_working": is_working})

    details = {"before": before.isoformat(), "day": day.isoformat(), "worked": is_working}
    return _keep(change, details=details, reason=reason, by=by, now=now)


def forget_day(*, day: date, reason: str, by: Actor, now: datetime) -> CalendarVersion:
    """Let the default calendar hold again for a day. Raises RoleRefused, ReasonMissing, CalendarUnchanged."""

    def change() -> None:
        Holiday.objects.filter(day=day).delete()

    return _keep(change, details={"forgotten": day.isoformat()}, reason=reason, by=by, now=now)


def set_hours(*, hours: Hours, reason: str, by: Actor, now: datetime) -> CalendarVersion:
    """Set working week and hours of service. Raises RoleRefused, ReasonMissing, CalendarUnchanged."""

    def change() -> None:
        CalendarSetting.objects.update_or_create(
            id=1, defaults={"working_week": hours.working_week, "opens": hours.opens, "closes": hours.closes}
        )

    details: dict[str, object] = {
        "week": hours.working_week,
        "opens": hours.opens.strftime("%H:%M"),
        "closes": hours.closes.strftime("%H:%M"),
    }
    return _keep(change, details=details, reason=reason, by=by, now=now)


def note_defaults(*, by: Actor = SYSTEM, now: datetime) -> CalendarVersion | None:
    """Make a version when the public holidays known by this release are others than those of the newest one."""
    newest = CalendarVersion.objects.order_by("number").last()
    if newest is not None and newest.defaults_hash == defaults_hash(WorkingWeek(newest.working_week)):
        return None
    with transaction.atomic():
        version = snapshot(now=now)
        if version is not None:
            _record(version, {}, CalendarReason.DEFAULTS, by, now)
    return version


def check_can_keep_calendar(*, by: Actor) -> None:
    """Raises RoleRefused."""
    if by.audit_role not in KEEPERS:
        raise RoleRefused


def _keep(
    change: Callable[[], None], *, details: dict[str, object], reason: str, by: Actor, now: datetime
) -> CalendarVersion:
    check_can_keep_calendar(by=by)
    if reason not in CalendarReason.values:
        raise ReasonMissing(_("Please say why the calendar changes."))
    with transaction.atomic():
        change()
        version = snapshot(now=now)
        if version is None:
            raise CalendarUnchanged
        _record(version, details, reason, by, now)
    return version


def _record(version: CalendarVersion, details: dict[str, object], reason: str, by: Actor, now: datetime) -> None:
    record(
        event=CHANGED, target=calendar_target(version.pk), by=by, now=now, details={**details, "reason": str(reason)}
    )

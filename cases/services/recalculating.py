"""Open cases follow the calendar. What was promised does not move; first replies and the periods of the law do.

A case names the calendar it was computed with, so a sweep finds those behind by one index; each is recomputed under its
lock, once, and a run that dies is taken up by the next.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from audit.selectors import entries_about
from audit.services.recording import Fact, record_many
from cases.clock import told_deadlines_of
from cases.enums import OPEN_STATES, CalendarReason, CaseEvent
from cases.explaining import last_day
from cases.models import Case
from cases.readers import Desk
from cases.registry import case_kinds
from cases.services.calendar_keeping import calendar_target, note_defaults
from cases.services.scheduling import open_marks, set_next
from cases.services.telling import staff_path
from core.actors import SYSTEM
from core.calendars import WorkingCalendar
from core.selectors import newest_calendar_version, working_calendar
from core.templatetags.portal import day
from outbound.services.queueing import Letter, queue_letters

BATCH = 200
DATES = ("first_reply_due_at", "target_at", "limit_at")
STORED = (*DATES, "calendar_version", "next_mark", "next_mark_at")


@dataclass(frozen=True)
class Move:
    """One date of a case before and after."""

    name: str
    before: datetime
    after: datetime


def moves_under(case: Case, calendar: WorkingCalendar) -> list[Move]:
    """Which dates of an open case another calendar moves. A first reply that was sent is due no more."""
    found = told_deadlines_of(case, calendar=calendar)
    assert found.acknowledge is not None
    reply = found.acknowledge.at if case.replied_at is None else case.first_reply_due_at
    after = dict(zip(DATES, (reply, found.target.at, found.limit.at), strict=True))
    return [Move(name, getattr(case, name), after[name]) for name in DATES if getattr(case, name) != after[name]]


def recalculate_behind(*, now: datetime) -> int:
    """Bring every open case to the newest calendar. Returns how many had a date moved."""
    note_defaults(now=now)
    newest = newest_calendar_version()
    reason = _reason_of(newest)
    desk = Desk()
    moved = 0
    for model in case_kinds().values():
        passed: set[int] = set()
        while ids := _behind(model, newest, passed):
            moved += _bring_up(model, ids, calendar=working_calendar(version=newest), reason=reason, desk=desk, now=now)
            # Whoever is working on a case now has it locked; the next sweep finds it.
            passed |= set(ids)
    return moved


def _behind(model: type[Case], newest: int, passed: set[int]) -> list[int]:
    rows = model._default_manager.filter(status__in=OPEN_STATES, calendar_version__lt=newest).exclude(pk__in=passed)
    return list(rows.order_by("calendar_version").values_list("pk", flat=True)[:BATCH])


def _bring_up(
    model: type[Case], ids: list[int], *, calendar: WorkingCalendar, reason: str, desk: Desk, now: datetime
) -> int:
    facts, letters, cases = [], [], []
    moved = 0
    with transaction.atomic():
        rows: Any = model._default_manager.filter(
            pk__in=ids, status__in=OPEN_STATES, calendar_version__lt=calendar.version
        ).defer("sealed_text")
        for case in rows.select_for_update(skip_locked=True, of=("self",)).prefetch_related("clock_events"):
            moves = moves_under(case, calendar)
            for move in moves:
                setattr(case, move.name, move.after)
            case.calendar_version = calendar.version
            set_next(case, open_marks(case))
            cases.append(case)
            if not moves:
                facts.append(Fact(case.event(CaseEvent.DATES_KEPT), case.target))
                continue
            moved += 1
            details: dict[str, object] = {"calendar": calendar.version, "reason": reason}
            for move in moves:
                name = move.name.removesuffix("_at")
                details[f"{name}_before"] = last_day(move.before).isoformat()
                details[f"{name}_after"] = last_day(move.after).isoformat()
            facts.append(Fact(case.event(CaseEvent.DATES_MOVED), case.target, case.subject_id, details))
            letters += _letters(case, desk)
        record_many(facts, by=SYSTEM, now=now)
        queue_letters(letters, now=now, not_before=calendar.next_service_moment(now))
        model._default_manager.bulk_update(cases, STORED)
    return moved


def _letters(case: Case, desk: Desk) -> list[Letter]:
    """To the colleague who has it, and nobody else."""
    holder = desk.has(case)
    if holder is None:
        return []
    with override(holder.language):
        context = {
            "reference": case.reference,
            "link": settings.PORTAL_URL + staff_path(case),
            "first_reply": day(last_day(case.first_reply_due_at)),
            "target": day(last_day(case.target_at)),
            "limit": day(last_day(case.limit_at)),
        }
    dedup = f"moved:{case.target}:{case.calendar_version}"
    return [Letter("staff-case-dates-moved", holder.address, holder.language, context, holder.user.subject_id, dedup)]


def _reason_of(number: int) -> str:
    """Why the newest calendar was made."""
    entry = entries_about(calendar_target(number)).first()
    return str(entry.details.get("reason", "")) if entry else CalendarReason.DEFAULTS.value

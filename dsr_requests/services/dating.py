"""The dates of a locked request: always those the deadline engine makes of its rule and what happened."""

from datetime import datetime

from django.utils.translation import override

from cases.clock import deadlines_of
from cases.enums import ClockKind
from cases.explaining import last_day
from cases.services.scheduling import schedule
from core.templatetags.portal import day
from dsr_requests.models import Request


def move_dates(request: Request, *, kind: ClockKind, days: int = 0, reason: str = "", now: datetime) -> dict[str, str]:
    """Note what happened to the clock and store the dates that follow. Returns the last days before and after."""
    before = _days(request)
    request.clock_events.create(kind=kind, at=max(now, request.received_at), days=days, reason=reason)
    dates = deadlines_of(request)
    request.target_at, request.limit_at = dates.target.at, dates.limit.at
    schedule(request, now=now, save=False)
    request.save(update_fields=["target_at", "limit_at", "next_mark", "next_mark_at"])
    after = _days(request)
    return {f"{name}_before": before[name] for name in before} | {f"{name}_after": after[name] for name in after}


def dates_told(request: Request) -> dict[str, str]:
    """The days a mail names, in the person's language."""
    with override(request.language):
        return {"target": day(last_day(request.target_at)), "limit": day(last_day(request.limit_at))}


def _days(request: Request) -> dict[str, str]:
    return {
        "target": last_day(request.target_at).isoformat(),
        "limit": last_day(request.limit_at).isoformat(),
    }

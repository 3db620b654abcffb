"""The dates of a locked complaint: always those the deadline engine makes of its rule and what happened."""

from datetime import datetime
from typing import Any

from django.utils.translation import override

from cases.clock import deadlines_of
from cases.enums import ClockKind
from cases.explaining import last_day
from cases.services.telling import tell_person
from complaints.models import Complaint
from complaints.selectors import rules_of
from core.selectors import newest_calendar_version
from core.templatetags.portal import day, days


def set_target(complaint: Complaint, *, days: int, reason: str, now: datetime) -> None:
    """Set another target, `days` after its round began, and keep why; the caller saves `target_at`."""
    at = max(now, complaint.round_started_at)
    complaint.clock_events.create(kind=ClockKind.TARGET, at=at, days=days, reason=reason)
    complaint.target_at = deadlines_of(complaint).target.at


def begin_round(complaint: Complaint, *, now: datetime) -> dict[str, Any]:
    """What changes when a complaint is reopened: every date is counted anew from now, with the calendar in use."""
    # Never before what happened in the round that ended, also when the clock was set back.
    at = max([now, complaint.round_started_at, *complaint.clock_events.values_list("at", flat=True)])
    complaint.clock_events.create(kind=ClockKind.REOPENING, at=at)
    complaint.calendar_version = newest_calendar_version()
    dates = deadlines_of(complaint)
    assert dates.acknowledge is not None
    return {
        "round": dates.round,
        "round_started_at": dates.started_at,
        "calendar_version": complaint.calendar_version,
        "first_reply_due_at": dates.acknowledge.at,
        "target_at": dates.target.at,
        "limit_at": dates.limit.at,
    }


def dates_told(complaint: Complaint) -> dict[str, str]:
    """The days a mail names, in the person's language."""
    with override(complaint.language):
        return times_told(complaint) | {
            "reply": day(last_day(complaint.first_reply_due_at)),
            "target": day(last_day(complaint.target_at)),
            "limit": day(last_day(complaint.limit_at)),
        }


def times_told(complaint: Complaint) -> dict[str, str]:
    """How long a mail says something takes, by the rules of the complaint."""
    rules = rules_of(complaint)
    with override(complaint.language):
        return {"confirming": days(rules.unverified_end_days), "returning": days(rules.reopen_within_days)}


def tell_date(complaint: Complaint, *, notice: str, now: datetime) -> None:
    """Tell the person the new date; the reason stands with the complaint."""
    tell_person(
        complaint,
        notice=notice,
        context=dates_told(complaint),
        now=now,
        dedup=f"{notice}:{complaint.target}:{complaint.round}:{last_day(complaint.target_at):%Y%m%d}",
    )

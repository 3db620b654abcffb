"""Due moments, computed from a rule, a moment of receipt and a calendar. Pure.

Statutory last days that fall on a rest day move to the next worked day (Civil Code, article 148.5); the
organisation's own
promises never do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.calendars import WorkingCalendar
from core.rules import RequestRule


@dataclass(frozen=True)
class RequestDeadlines:
    """When a request must be acknowledged and fulfilled. `due_target` is unrolled and never later than `due_legal`."""

    acknowledge_due: datetime
    due_target: datetime
    due_legal: datetime
    explanation: object


@dataclass(frozen=True)
class ComplaintDeadlines:
    """When a complaint should be and must be settled; both are calendar days and never move past a rest day."""

    target_at: datetime
    limit_at: datetime


def request_deadlines(
    *, rule: RequestRule, received_at: datetime, calendar: WorkingCalendar, processor_involved: bool = False
) -> RequestDeadlines:
    """The three moments of one request, with a sentence saying how they came about."""
    received = calendar.local_date(received_at)
    days = rule.processor_days if processor_involved else rule.own_days
    last = received + timedelta(days=days)
    rolled = calendar.on_or_after(last)
    explanation = format_lazy(
        _("Received on {received}, a day that is not counted. {days} days end on {last} ({article})."),
        received=f"{received:%d/%m/%Y}",
        days=days,
        last=f"{last:%d/%m/%Y}",
        article=rule.article,
    )
    if rolled != last:
        explanation = format_lazy(
            _("{counted} That is a day of rest, so the legal limit is {rolled}; we still aim for the earlier date."),
            counted=explanation,
            rolled=f"{rolled:%d/%m/%Y}",
        )
    return RequestDeadlines(
        acknowledge_due=calendar.end_of(calendar.working_days_after(received, rule.acknowledge_working_days)),
        due_target=calendar.end_of(last),
        due_legal=calendar.end_of(rolled),
        explanation=explanation,
    )


def complaint_deadlines(
    *, received_at: datetime, target_days: int, limit_days: int, calendar: WorkingCalendar
) -> ComplaintDeadlines:
    """Target and limit of a complaint in calendar days; the day of receipt is not counted (Civil Code, article
    147.2).
    """
    received = calendar.local_date(received_at)
    return ComplaintDeadlines(
        target_at=calendar.end_of(received + timedelta(days=target_days)),
        limit_at=calendar.end_of(received + timedelta(days=limit_days)),
    )

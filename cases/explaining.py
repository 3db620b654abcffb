"""Why a date is what it is, in a sentence made from what is stored, so that it agrees with the date shown. Pure."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext

from core.clock import local_date
from core.templatetags.portal import day, days


class DateKind(StrEnum):
    """What a due date rests on."""

    PROMISE_TARGET = "promise-target"
    PROMISE_LIMIT = "promise-limit"
    LAW_TARGET = "law-target"
    LAW_LIMIT = "law-limit"


def last_day(due_at: datetime) -> date:
    """The last day of a period whose due moment is its 24:00."""
    return local_date(due_at - timedelta(microseconds=1))


def why(kind: DateKind, *, received_at: datetime, target_at: datetime, limit_at: datetime, article: str = "") -> str:
    """How the date came about: what was counted from when, and what happens on days of rest."""
    received, target, limit = local_date(received_at), last_day(target_at), last_day(limit_at)
    shown = target if kind in (DateKind.PROMISE_TARGET, DateKind.LAW_TARGET, DateKind.LAW_LIMIT) else limit
    counted = gettext("Received on %(received)s; that day is not counted. %(days)s end on %(last)s.") % {
        "received": day(received),
        "days": days((shown - received).days),
        "last": day(shown),
    }
    return f"{counted} {_rest(kind, target, limit, article)}".strip()


def _rest(kind: DateKind, target: date, limit: date, article: str) -> str:
    if kind == DateKind.PROMISE_TARGET:
        return gettext("This is what we aim for. Weekends and holidays count, and do not move the date.")
    if kind == DateKind.PROMISE_LIMIT:
        return gettext("This is the longest we may take. Weekends and holidays count, and do not move the date.")
    if kind == DateKind.LAW_LIMIT and limit != target:
        return gettext(
            "The period is set by %(article)s. It ends on a day of rest, so the legal limit is %(limit)s."
        ) % {
            "article": article,
            "limit": day(limit),
        }
    return gettext("The period is set by %(article)s.") % {"article": article}

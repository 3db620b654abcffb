"""Ending sessions: one, all others, or all at once."""

from collections.abc import Iterable
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import pgettext_lazy

from accounts.enums import AuditEvent
from accounts.models import User
from accounts.session_limits import NOTED_EVERY, limits_of
from audit.services.recording import record
from core.actors import Actor
from personal_data.own_records import Kind


@transaction.atomic
def end_all_sessions(*, user: User, by: Actor, now: datetime, but: str | None = None) -> int:
    """End every session of an account but the one named; its browsers must prove themselves again. How many ended."""
    keys = UserSession.objects.filter(user=user).exclude(session_key=but or "").values_list("session_key", flat=True)
    ended = _end(keys)
    User.objects.filter(pk=user.pk).update(browsers_known_since=now)
    _record_end(user=user, ended=ended, by=by, now=now)
    return ended


@transaction.atomic
def end_session(*, user: User, session_id: int, by: Actor, now: datetime) -> int:
    """End one session of an account. Safe to repeat: 0 when it had ended."""
    ended = _end(UserSession.objects.filter(user=user, pk=session_id).values_list("session_key", flat=True))
    if ended:
        _record_end(user=user, ended=ended, by=by, now=now)
    return ended


def forget_dead_sessions(*, now: datetime) -> int:
    """Remove what is kept of sessions that are over: contents, network address, browser. How many."""
    _sessions_over(now).delete()
    live = Session.objects.values("session_key")
    removed, _ = UserSession.objects.exclude(session_key__in=live).delete()
    return removed


def _end(keys: Iterable[str]) -> int:
    found = list(keys)
    Session.objects.filter(session_key__in=found).delete()
    UserSession.objects.filter(session_key__in=found).delete()
    return len(found)


def _record_end(*, user: User, ended: int, by: Actor, now: datetime) -> None:
    record(
        event=AuditEvent.SESSIONS_ENDED,
        target=f"user:{user.pk}",
        by=by,
        now=now,
        subject_id=user.subject_id,
        details={"ended": ended},
    )


def _sessions_over(now: datetime) -> "QuerySet[Session]":
    """One that nobody comes back to is over as well, by the rules that would end it on the next click."""
    over = Q(expire_date__lt=now)
    for is_staff in (False, True):
        idle, whole = limits_of(is_staff=is_staff)
        left = Q(last_seen_at__lt=now - idle - NOTED_EVERY) | Q(created_at__lt=now - whole)
        mine = UserSession.objects.filter(left, user__is_staff=is_staff)
        over |= Q(session_key__in=mine.values("session_key"))
    return Session.objects.filter(over)


SESSIONS = Kind(
    "sessions",
    pgettext_lazy("own record", "Sessions, with network address and browser"),
    pgettext_lazy("own record", "when they end, %(retention_days)s after the sign-in at the latest"),
    Session.objects.all,
    lambda ages: _sessions_over(ages.now),
)

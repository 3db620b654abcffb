"""How long a sign-in lasts. Staff see other people's data, so theirs is shorter."""

from datetime import UTC, datetime, timedelta

from allauth.usersessions.models import UserSession
from django.http import HttpRequest

IDLE_PERSON = timedelta(hours=2)
IDLE_STAFF = timedelta(minutes=30)
WHOLE_PERSON = timedelta(hours=12)
WHOLE_STAFF = timedelta(hours=8)
# How exactly the last click is noted; every click would be a write.
NOTED_EVERY = timedelta(minutes=2)

_BEGAN = "signed_in_at"
_SEEN = "seen_at"


def mark_signed_in(request: HttpRequest, *, now: datetime) -> None:
    """Start both clocks of a session."""
    request.session[_BEGAN] = request.session[_SEEN] = int(now.timestamp())


def limits_of(*, is_staff: bool) -> tuple[timedelta, timedelta]:
    """How long a session lasts without a click, and at the longest."""
    return (IDLE_STAFF, WHOLE_STAFF) if is_staff else (IDLE_PERSON, WHOLE_PERSON)


def has_ended(request: HttpRequest, *, is_staff: bool, now: datetime) -> bool:
    """Whether the session of this request is over."""
    idle, whole = limits_of(is_staff=is_staff)
    return now - _moment(request, _SEEN, now) > idle or now - _moment(request, _BEGAN, now) > whole


def note_click(request: HttpRequest, *, now: datetime) -> None:
    """Keep the session going; a session without marks gets them."""
    if _BEGAN not in request.session:
        mark_signed_in(request, now=now)
    elif now - _moment(request, _SEEN, now) > NOTED_EVERY:
        request.session[_SEEN] = int(now.timestamp())
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)


def _moment(request: HttpRequest, mark: str, default: datetime) -> datetime:
    value = request.session.get(mark)
    return datetime.fromtimestamp(value, tz=UTC) if isinstance(value, int) else default

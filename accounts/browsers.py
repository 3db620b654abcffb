"""Browsers that proved themselves before.

A cookie holds, for each account that signed in here, a random mark and a keyed hash over mark, moment and alias. It
serves twice: a sign-in from a browser without one is told by mail, and wrong passwords are counted apart for browsers
with one, so that nobody can lock a person out of the browser they always use. The server stores nothing.
"""

import secrets
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

COOKIE_AGE = timedelta(days=180)
KEPT = 5
_SALT = "accounts.browsers"


def cookie_name() -> str:
    """The cookie's name; bound to the host where the connection is encrypted."""
    return "__Host-browser" if settings.SESSION_COOKIE_SECURE else "browser"


def is_known(request: HttpRequest | None, alias: str, *, since: datetime | None = None) -> bool:
    """Whether this browser signed in to the account of `alias` before, and not before `since`."""
    return any(_proves(entry, alias, since) for entry in _entries(request))


def mark_known(request: HttpRequest, response: HttpResponseBase, *, alias: str, now: datetime) -> None:
    """Let this browser count as known for the account of `alias`."""
    kept = [entry for entry in _entries(request) if not _proves(entry, alias, None)][-(KEPT - 1) :]
    nonce, at = secrets.token_urlsafe(12), str(int(now.timestamp()))
    kept.append(f"{nonce}.{at}.{_hash(nonce, at, alias)}")
    response.set_cookie(
        cookie_name(),
        "~".join(kept),
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _entries(request: HttpRequest | None) -> list[str]:
    if request is None:
        return []
    return request.COOKIES.get(cookie_name(), "")[:1000].split("~")[:KEPT]


def _proves(entry: str, alias: str, since: datetime | None) -> bool:
    nonce, _, rest = entry.partition(".")
    at, _, mac = rest.partition(".")
    if not (at.isdecimal() and at.isascii() and len(at) < 12 and mac):
        return False
    if not compare_digest(mac.encode(), _hash(nonce, at, alias).encode()):
        return False
    return since is None or datetime.fromtimestamp(int(at), tz=UTC) >= since.replace(microsecond=0)


def _hash(nonce: str, at: str, alias: str) -> str:
    return salted_hmac(_SALT, f"{nonce}|{at}|{alias}", algorithm="sha256").hexdigest()[:40]

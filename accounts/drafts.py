"""A form that arrived after its session had ended, kept until its sender has signed in again.

It stands in the new session, which is sealed, for a quarter of an hour. Passwords, codes and files are never kept.
When it is known whose session had ended, nobody else gets to see it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest

KEPT_FOR = timedelta(minutes=15)
_KEY = "late_form"
_LARGEST = 60_000
_NEVER_KEPT = ("csrfmiddlewaretoken",)
_NEVER_IN_NAME = ("password", "code", "credential", "secret")
# Applications whose forms only a signed-in person sends.
_SIGNED_IN_ONLY = ("accounts", "admin")
# But for these: whoever holds the link may press the button.
_FOR_ANYBODY = ("accounts:erase_cancel",)


@dataclass(frozen=True)
class Draft:
    """What was sent, and to which page."""

    path: str
    fields: list[tuple[str, str]]
    had_files: bool


def arrived_too_late(request: HttpRequest) -> bool:
    """Whether this request sends a form for which its sender is not signed in any more."""
    match = request.resolver_match
    if request.method != "POST" or request.user.is_authenticated or match is None:
        return False
    if (match.url_name or "").startswith(("account_", "mfa_")) or match.view_name in _FOR_ANYBODY:
        return False
    if hasattr(request, "session_ended_for"):
        return True
    return bool(set(match.app_names) & set(_SIGNED_IN_ONLY))


def keep(request: HttpRequest, *, now: datetime) -> None:
    """Keep the form of this request for whoever was signed in; too large a form is not kept."""
    fields = [
        [name, value]
        for name, values in request.POST.lists()
        if name not in _NEVER_KEPT and not any(part in name.lower() for part in _NEVER_IN_NAME)
        for value in values
        if isinstance(value, str)
    ]
    if sum(len(name) + len(value) for name, value in fields) > _LARGEST:
        return
    request.session[_KEY] = {
        "path": request.path,
        "fields": fields,
        "files": bool(request.FILES),
        "at": int(now.timestamp()),
        "owner": getattr(request, "session_ended_for", None),
    }


def waiting(request: HttpRequest, *, now: datetime) -> Draft | None:
    """The form waiting for the person now signed in."""
    kept = request.session.get(_KEY)
    if not isinstance(kept, dict) or not request.user.is_authenticated:
        return None
    if now - datetime.fromtimestamp(kept["at"], tz=UTC) > KEPT_FOR or kept["owner"] not in (None, str(request.user.pk)):
        drop(request)
        return None
    return Draft(kept["path"], [(name, value) for name, value in kept["fields"]], bool(kept["files"]))


def drop(request: HttpRequest) -> None:
    """Forget the form."""
    request.session.pop(_KEY, None)


def same_origin(request: HttpRequest) -> bool:
    """Whether the browser itself says that this request comes from one of our own pages."""
    origin = request.headers.get("Origin", "")
    return origin == f"{request.scheme}://{request.get_host()}" or origin in settings.CSRF_TRUSTED_ORIGINS

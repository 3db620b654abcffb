"""What every answer gets: no caching of personal pages, headers the framework does not set, the person's own
language.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

_PERSONAL = ("account", "auth", "track", "complaints", "requests", "staff")


class PersonalPagesMiddleware:
    """Personal pages are never stored by a browser or a proxy; every answer may be used by this site alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=(), payment=()"
        )
        if is_personal(request.path):
            response.headers["Cache-Control"] = "no-store, private"
        return response


class StaffLanguageMiddleware:
    """The staff desk has no language in its address: it speaks the language chosen there, else that of the account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/staff/") and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            language = getattr(request.user, "language", "") or settings.LANGUAGE_CODE
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)


def is_personal(path: str) -> bool:
    """Whether a page at this path shows or takes personal data."""
    parts = path.strip("/").split("/")
    if parts and parts[0] in ("vi", "en"):
        parts = parts[1:]
    return bool(parts) and parts[0] in _PERSONAL

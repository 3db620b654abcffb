"""What every answer gets: no caching of personal pages, headers the framework does not set, the person's own
language.
"""

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from core.uploads import PATIENCE

_CHUNK = 64 * 1024
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


class ReadToTheEndMiddleware:
    """Reads what is left of a refused form before answering.

    A browser still sending when the connection closes shows an error of its own instead of our page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        body = getattr(request, "_stream", None)
        if response.status_code >= HTTPStatus.BAD_REQUEST and body is not None:
            patience = settings.PORTAL_UPLOAD_MAX_BYTES * PATIENCE
            with suppress(OSError):
                while patience > 0 and (read := body.read(_CHUNK)):
                    patience -= len(read)
        return response


class NoNullMiddleware:
    """Refuses an address with a null character in it: no text of ours holds one, and PostgreSQL takes none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return render(request, "400.html", status=400)
        return self.get_response(request)


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

"""Keeping the doors shut while the database does not know what the erasure register says: a restored one, mostly."""

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext, override

from personal_data.errors_register import RegisterUnavailable
from personal_data.services.register_standing import closed

RETRY_SECONDS = 60
_ALWAYS = ("/healthz", "/readyz")


class RestoredMiddleware:
    """Answers everything but health and static files with one page in both languages while the portal may not serve."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in _ALWAYS or not _is_shut():
            return self.get_response(request)
        answer = HttpResponse(
            loader.render_to_string("restoring.html", _in_both_languages(_again(request))), status=503
        )
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What a register that cannot be written stops is said in words, wherever it was asked for."""
        if not isinstance(exception, RegisterUnavailable):
            return None
        page = loader.render_to_string("register_unavailable.html", {"reason": exception.message})
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"})


def _again(request: HttpRequest) -> str:
    """Where to try again: the page that was asked for; after something was sent, the start."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else "/"


def _in_both_languages(again: str) -> dict[str, object]:
    titles, sections = [], []
    for number, (code, _name) in enumerate(settings.LANGUAGES):
        with override(code):
            titles.append(gettext("Back in a few minutes"))
            sections.append(
                loader.render_to_string(
                    "_partials/restoring.html", {"code": code, "first": number == 0, "again": again}
                )
            )
    return {"title": " · ".join(titles), "sections": sections}


def _is_shut() -> bool:
    """While the database is away, pages say so themselves."""
    try:
        return bool(closed())
    except DatabaseError:
        return False

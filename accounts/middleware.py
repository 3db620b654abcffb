"""Sessions that end in time, and sign-in confirmed again without leaving a form's contents in the session."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import drafts, session_limits
from core import clock

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionLimitsMiddleware:
    """Ends a session that was idle or open for too long, and keeps what was being sent when it had ended.

    Stands after the middlewares of authentication and messages. The form check against forged requests has run before
    `process_view` does, so only the person's own form is ever kept.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._limit(request, request.user)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Lead to sign-in when a form arrives after the session's end;

        lead to the password page when one must be chosen.
        """
        if drafts.arrived_too_late(request):
            drafts.keep(request, now=clock.now())
            messages.info(request, _("Your session had ended. Sign in again; what you typed is kept for 15 minutes."))
            return _to_sign_in(reverse("account_resume"))
        user = request.user
        if user.is_authenticated and user.password_is_temporary and not _is_at_the_door(request):
            messages.info(request, _("Please choose your own password first."))
            return HttpResponseRedirect(reverse("account_change_password"))
        return None

    def _limit(self, request: HttpRequest, user: Any) -> None:
        now = clock.now()
        if not session_limits.has_ended(request, is_staff=user.is_staff, now=now):
            session_limits.note_click(request, now=now)
            return
        logout(request)
        request.session_ended_for = str(user.pk)  # type: ignore[attr-defined]
        if request.method in ("GET", "HEAD"):
            messages.info(request, _("You were signed out because the session was idle or open for too long."))


class ReauthenticationMiddleware:
    """Asks for the password again without storing the form that was sent.

    The sign-in library keeps the whole body of such a request in the session; this stands after its middleware, so it
    is asked first, and keeps nothing but the address of the page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn the library's exception into a redirect to the confirmation page."""
        if not isinstance(exception, ReauthenticationRequired):
            return None
        methods = get_adapter().get_reauthentication_methods(request.user)
        where = methods[0]["url"] if methods else reverse("account_login")
        return HttpResponseRedirect(f"{where}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}")


def _is_at_the_door(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and (match.url_name or "").startswith(
        ("account_", "mfa_", "usersessions_", "set_language")
    )


def _to_sign_in(then: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: then})}")

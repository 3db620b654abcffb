"""Coming in: signing up, proving an address, signing in, a forgotten password, a session that ended too early."""

import time
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, cast

from allauth.account import views as account_views
from allauth.account.internal.decorators import login_not_required
from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base import views as factor_views
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_GET, require_http_methods

from accounts import drafts, sealed_address
from accounts.enums import AgeAnswer, Factor
from core import clock

RESET_TAKES_SECONDS = 0.2


class LoginView(account_views.LoginView):
    """Address and password on one page; a passkey beside them where the browser allows one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context.update(passkey_context(self.request))
        return context


class SignupView(account_views.SignupView):
    """Age band, address and password. Who is under 16 goes on to the page for representatives, and nothing is kept."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Looked at before the form is: for a child not even a check against stored addresses takes place.
        if request.POST.get("age") in (AgeAnswer.CHILD, AgeAnswer.YOUNG_CHILD):
            return HttpResponseRedirect(reverse("account_representative"))
        return cast(HttpResponse, super().post(request, *args, **kwargs))

    def get_initial(self) -> dict[str, Any]:
        """Nothing from the address line: it would stand in the server's log."""
        return {}


@require_GET
def representative(request: HttpRequest) -> HttpResponse:
    """What a representative can do for someone under 16."""
    return render(request, "account/representative.html")


class ConfirmAddressView(account_views.ConfirmEmailVerificationCodeView):
    """The code from the mail. A code that ran out is said to have, and a form sent twice is no error."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        had_code = EMAIL_VERIFICATION_CODE_SESSION_KEY in request.session
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        if self._process is None:
            if request.user.is_authenticated:
                return HttpResponseRedirect(reverse("account_security" if had_code else "accounts:home"))
            if had_code:
                messages.info(request, _("The code has run out. Sign in with your password to get a new one."))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["address"] = sealed_address.typed_address(self._process.email, self.request) or ""
        return context

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        sent_before = self._process.state["resend_count"]
        response: HttpResponse = super()._resend_form_valid(form)
        if self._process.state["resend_count"] > sent_before:
            messages.success(self.request, _("A new code is on its way. The one before does not work any more."))
        return response


class AskResetView(account_views.PasswordResetView):
    """Where to send the code. Known and unknown addresses take the same time, whatever the database needs."""

    def form_valid(self, form: Any) -> HttpResponse:
        begun = time.monotonic()
        response: HttpResponse = super().form_valid(form)
        time.sleep(max(0.0, RESET_TAKES_SECONDS - (time.monotonic() - begun)))
        return response


class ConfirmResetView(account_views.ConfirmPasswordResetCodeView):
    """The code that allows a new password; the same page for known and unknown addresses."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        if self._process is None:
            messages.info(request, _("The code has run out. Ask for a new one."))
            return HttpResponseRedirect(reverse("account_reset_password"))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["address"] = sealed_address.typed_address(self._process.state["email"], self.request) or ""
        return context


class CompleteResetView(account_views.CompletePasswordResetView):
    """The new password. Sign-in follows, with the second factor: a mailbox alone never opens an account."""

    def get_success_url(self) -> str:
        return reverse("account_login")


class FactorView(factor_views.AuthenticateView):
    """The second step."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context.update(passkey_context(self.request))
        kinds = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        context["has_app"], context["has_passkey"] = Factor.TOTP in kinds, Factor.WEBAUTHN in kinds
        return context


login = LoginView.as_view()
signup = SignupView.as_view()
confirm_address = login_not_required(never_cache(ConfirmAddressView.as_view()))
ask_reset = AskResetView.as_view()
confirm_reset = never_cache(ConfirmResetView.as_view())
complete_reset = never_cache(CompleteResetView.as_view())
factor = FactorView.as_view()


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Offer a form that had arrived after the end of its session; sending it is the person's click, not ours."""
    draft = drafts.waiting(request, now=clock.now())
    if request.method == "POST":
        drafts.drop(request)
        return HttpResponseRedirect(reverse("accounts:home"))
    if draft is None:
        return HttpResponseRedirect(reverse("accounts:home"))
    return render(request, "account/resume.html", {"draft": draft})


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose secret had gone stale: signed in or out in another window, sent twice, or cookies cleared.

    A form of ours is kept or taken for done; anything else is refused in the person's language.
    """
    match = request.resolver_match
    if drafts.same_origin(request) and match is not None:
        at_the_door = (match.url_name or "") in ("account_login", "account_signup", "account_email_verification_sent")
        if at_the_door and request.user.is_authenticated:
            return HttpResponseRedirect(get_next_redirect_url(request) or reverse("accounts:home"))
        if at_the_door:
            messages.info(request, _("This page had become stale. Please try once more."))
            return HttpResponseRedirect(request.get_full_path())
        if request.user.is_authenticated or drafts.arrived_too_late(request):
            drafts.keep(request, now=clock.now())
            target = reverse("account_resume")
            if not request.user.is_authenticated:
                target = f"{reverse('account_login')}?{urlencode({'next': target})}"
            return HttpResponseRedirect(target)
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)


def passkey_context(request: HttpRequest) -> dict[str, Any]:
    """Browsers refuse passkeys on an IP address; on this machine itself `localhost` serves the same pages."""
    host, _colon, port = request.get_host().rpartition(":")
    host, port = (host, port) if port.isdecimal() else (request.get_host(), "")
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return {"passkey_here": True, "passkey_elsewhere": ""}
    elsewhere = ""
    if address.is_loopback:
        elsewhere = f"{request.scheme}://localhost{':' + port if port else ''}{request.get_full_path()}"
    return {"passkey_here": False, "passkey_elsewhere": elsewhere}

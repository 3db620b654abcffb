"""Sign-in and security of one's own account: address, password, second factors, sessions."""

from typing import Any, cast

from allauth.account import views as account_views
from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as passkey_views
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import browsers
from accounts.enums import Factor
from accounts.models import User
from accounts.permissions import needs_second_factor
from accounts.sealed_address import masked_address, real_address
from accounts.selectors import address_state, browser_words, has_second_factor
from accounts.services.address_care import confirm_address
from accounts.services.ending import end_all_sessions, end_session
from accounts.views.sign_in import passkey_context
from core import clock


@login_required
@never_cache
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """All of it at a glance."""
    user = cast(User, request.user)
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    recovery = next((found for found in factors if found.type == Factor.RECOVERY_CODES), None)
    return render(
        request,
        "account/security.html",
        {
            "address": masked_address(user),
            "state": address_state(user=user, at=clock.now()),
            "app": next((found for found in factors if found.type == Factor.TOTP), None),
            "passkeys": [found for found in factors if found.type == Factor.WEBAUTHN],
            "codes_left": len(recovery.wrap().get_unused_codes()) if recovery else 0,
            "has_recovery": recovery is not None,
            "session_count": UserSession.objects.filter(user=user).count(),
            "factor_needed": needs_second_factor(user) and not has_second_factor(user=user),
        },
    )


@method_decorator(never_cache, name="dispatch")
@method_decorator(reauthentication_required(app="allauth.account"), name="dispatch")
class AddressView(account_views.EmailView):
    """Another sign-in address. Asked for the password first, so that nothing typed here is lost to that question."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["address"] = real_address(cast(User, self.request.user))
        return context


address = login_required(AddressView.as_view())


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def address_check(request: HttpRequest) -> HttpResponse:
    """Once a year, and after mail came back: does the sign-in address still work?"""
    user = cast(User, request.user)
    onward = get_next_redirect_url(request) or reverse("accounts:home")
    if request.method == "POST":
        confirm_address(user=user, by=user, now=clock.now())
        messages.success(request, _("Thank you. We will ask again in a year."))
        return HttpResponseRedirect(onward)
    state = address_state(user=user, at=clock.now())
    context = {"address": real_address(user), "state": state, "onward": onward}
    return render(request, "account/address_check.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in. POST signs out everywhere else."""
    user = cast(User, request.user)
    if request.method == "POST":
        now = clock.now()
        end_all_sessions(user=user, by=user, now=now, but=request.session.session_key)
        messages.success(request, _("You are signed out everywhere else."))
        response = HttpResponseRedirect(reverse("usersessions_list"))
        browsers.mark_known(request, response, alias=user.email, now=now)
        return response
    live = UserSession.objects.purge_and_list(user)
    listed = [
        {
            "id": found.pk,
            "browser": browser_words(found.user_agent),
            "ip": found.ip,
            "began": found.created_at,
            "seen": found.last_seen_at,
            "current": found.session_key == request.session.session_key,
        }
        for found in sorted(live, key=lambda found: found.last_seen_at, reverse=True)
    ]
    return render(request, "usersessions/usersession_list.html", {"listed": listed, "others": len(listed) - 1})


@login_required
@require_POST
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one other session."""
    user = cast(User, request.user)
    end_session(user=user, session_id=session_id, by=user, now=clock.now())
    messages.success(request, _("That session has ended."))
    return HttpResponseRedirect(reverse("usersessions_list"))


class AddPasskeyView(passkey_views.AddWebAuthnView):
    """A new passkey, where the browser allows one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return cast(HttpResponseBase, super().dispatch(request, *args, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context.update(passkey_context(self.request))
        return context


add_passkey = AddPasskeyView.as_view()

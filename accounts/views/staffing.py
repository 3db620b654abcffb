"""How staff come in, and how someone who lost the second factor asks to be let back."""

from typing import cast

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts.errors import AddressTaken
from accounts.forms import InvitationPasswordForm
from accounts.models import StaffInvitation, User
from accounts.selectors import open_invitation, open_recovery
from accounts.services import recovering
from accounts.services.inviting import accept_as_new, accept_as_oneself
from core import clock
from core.actors import GUEST
from core.errors import NotAllowed

_TOKEN = "invitation_token"  # noqa: S105  the name of a session entry


@require_GET
@never_cache
def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address line, where history and logs would keep it."""
    request.session[_TOKEN] = token
    return HttpResponseRedirect(reverse("account_invitation"))


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """What one is invited to, and the button to take it up."""
    token = str(request.session.get(_TOKEN, ""))
    found = open_invitation(token=token, at=clock.now())
    if found is None:
        return render(request, "account/invitation_gone.html")
    known = User.objects.filter(email=found.alias).exists()
    if known and not request.user.is_authenticated:
        login = f"{reverse('account_login')}?{urlencode({'next': reverse('account_invitation')})}"
        return render(request, "account/invitation.html", {"invitation": found, "login_url": login})
    form = None if known else InvitationPasswordForm(request.POST or None)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            return _accept(request, found, token, form)
        except NotAllowed as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(reverse("account_invitation"))
    return render(request, "account/invitation.html", {"invitation": found, "form": form})


def _accept(
    request: HttpRequest, found: StaffInvitation, token: str, form: InvitationPasswordForm | None
) -> HttpResponse:
    now = clock.now()
    if form is None:
        accept_as_oneself(token=token, by=cast(User, request.user), now=now)
        request.session.pop(_TOKEN, None)
        return HttpResponseRedirect(reverse("admin:index"))
    if request.user.is_authenticated:
        raise AddressTaken(_("You are signed in with another account. Sign out, then open the link again."))
    user = accept_as_new(token=token, password=form.cleaned_data["password1"], by=GUEST, now=now)
    request.session.pop(_TOKEN, None)
    return cast(
        HttpResponse,
        perform_password_login(request, {"email": user.email}, Login(user=user, email=user.email, signup=True)),
    )


@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")
@never_cache
@require_http_methods(["GET", "POST"])
def factor_lost(request: HttpRequest) -> HttpResponse:
    """The password was right, the second factor is gone: ask two colleagues."""
    user = cast(User, request._login_stage.login.user)  # type: ignore[attr-defined]
    now = clock.now()
    if request.method == "POST" and user.is_staff:
        recovering.ask(user_id=user.pk, by=user, now=now)
        return HttpResponseRedirect(reverse("account_factor_lost"))
    context = {"is_staff": user.is_staff, "recovery": open_recovery(user=user, at=now)}
    return render(request, "account/factor_lost.html", context)

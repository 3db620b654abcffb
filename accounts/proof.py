"""That it is really the person, once more: the password on the page itself, or a passkey or app shortly before."""

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate, get_reauthentication_flows
from allauth.core import ratelimit
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.member_pages import person


def is_proved(http: HttpRequest) -> bool:
    """Whether the person has just shown it another way, so that this page need not ask for the password."""
    return did_recently_reauthenticate(http)


def other_ways(http: HttpRequest) -> str:
    """Where a passkey or an app can stand in for the password; empty when the person has neither."""
    if not any(flow["id"] == "mfa_reauthenticate" for flow in get_reauthentication_flows(person(http))):
        return ""
    return f"{reverse('mfa_reauthenticate')}?{urlencode({'next': http.path})}"


def check_password(http: HttpRequest, form: Form) -> bool:
    """Check the password of a valid form and put the reason beside the field when it is refused. Tries are limited."""
    user = person(http)
    if not ratelimit.consume(http, action="reauthenticate", user=user):
        form.add_error("password", _("Too many tries. Wait a few minutes, then try again."))
        return False
    if not user.check_password(form.cleaned_data["password"]):
        form.add_error("password", _("This is not your password."))
        return False
    return True

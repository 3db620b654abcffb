"""A guest fetches the copy that answers the request a code opened."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cases import guest_session
from cases.pages import guest_place
from core import clock
from core.actors import GUEST
from dsr_requests import copy_steps
from dsr_requests.models import Request


@require_http_methods(["GET", "POST"])
def copy(http: HttpRequest) -> HttpResponseBase:
    """Have a code sent."""
    found = guest_session.opened(http, now=clock.now())
    if not isinstance(found, Request):
        return guest_session.look_up_again(http)
    return copy_steps.copy(http, found, place=guest_place(found))


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def code(http: HttpRequest) -> HttpResponseBase:
    """Type it, and get the copy."""
    found = guest_session.opened(http, now=clock.now())
    if not isinstance(found, Request):
        return guest_session.look_up_again(http)
    return copy_steps.copy_code(http, found, place=guest_place(found), by=GUEST)

"""A guest shows who is asking: on the request a code opened, or the one just sent from this browser."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from cases import guest_session
from cases.pages import Place, guest_place
from core import clock
from core.actors import GUEST
from dsr_requests import identity_steps
from dsr_requests.models import Request


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("contact")
def identity(http: HttpRequest) -> HttpResponse:
    """Choose an address or number already held."""
    return _step(http, identity_steps.identity)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def code(http: HttpRequest) -> HttpResponse:
    """Type the code that went there."""
    return _step(http, identity_steps.identity_code)


@require_POST
def alone(http: HttpRequest) -> HttpResponse:
    """Nothing else is held."""
    return _step(http, identity_steps.identity_alone)


@require_http_methods(["GET", "POST"])
def evidence(http: HttpRequest) -> HttpResponse:
    """Send files that show it."""
    return _step(http, identity_steps.evidence)


@require_http_methods(["GET", "POST"])
def child(http: HttpRequest) -> HttpResponse:
    """The child's own agreement."""
    return _step(http, identity_steps.child)


def _step(http: HttpRequest, take: identity_steps.Step) -> HttpResponse:
    found, place = _found(http)
    if found is None or place is None:
        return guest_session.look_up_again(http)
    return take(http, found, place=place, by=GUEST)


def _found(http: HttpRequest) -> tuple[Request | None, Place | None]:
    """The request this browser may speak for. Just sent counts only once its address was proved from here."""
    opened = guest_session.opened(http, now=clock.now())
    if isinstance(opened, Request):
        return opened, guest_place(opened)
    sent = guest_session.filed(http)
    if sent is None or not isinstance(sent.case, Request) or not (sent.case.is_verified and sent.case.from_guest):
        return None, None
    return sent.case, replace(guest_place(sent.case), page=reverse("cases:received"))

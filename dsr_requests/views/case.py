"""What a guest does with the request a code opened."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from cases import guest_session
from cases.pages import guest_place
from core import clock
from core.actors import GUEST
from dsr_requests import steps
from dsr_requests.models import Request


@require_http_methods(["GET", "POST"])
def take_back(http: HttpRequest) -> HttpResponse:
    """Take the request back."""
    return _step(http, steps.take_back)


@require_POST
def correction(http: HttpRequest) -> HttpResponse:
    """Answer a correction our staff proposed."""
    return _step(http, steps.correction)


@require_POST
def call_off(http: HttpRequest) -> HttpResponse:
    """Call a deletion off."""
    return _step(http, steps.call_off)


def _step(http: HttpRequest, take: steps.Step) -> HttpResponse:
    found = guest_session.opened(http, now=clock.now())
    if not isinstance(found, Request):
        return guest_session.look_up_again(http)
    return take(http, found, place=guest_place(found), by=GUEST)

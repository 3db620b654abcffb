"""What the sender of a request does with it: take it back, answer a correction, call a deletion off.

For guests and members alike.
"""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.pages import Place
from core import clock
from core.actors import Actor
from core.errors import NotAllowed
from dsr_requests.enums import RequestKind
from dsr_requests.guards import may_take_back
from dsr_requests.models import Request
from dsr_requests.person_part import run_of
from dsr_requests.services import offering, withdrawing
from personal_data.enums import ErasureState
from personal_data.services.erasing import cancel_erasure

Step = Callable[..., HttpResponse]


def take_back(http: HttpRequest, request: Request, *, place: Place, by: Actor) -> HttpResponse:
    """Ask once, then take the request back."""
    if http.method == "POST":
        try:
            withdrawing.take_back(request_id=request.pk, by=by, now=clock.now())
        except NotAllowed as refusal:
            messages.error(http, refusal.message)
        else:
            messages.success(http, _("You took back your request."))
        return redirect(place.page)
    if not may_take_back(request):
        return redirect(place.page)
    context = {
        "about": f"{request.reference}: {RequestKind(request.asked_for).label}",
        "goes": [_("We stop working on it. What was not done yet is not done.")],
        "stays": [
            _("What was written stays with us as proof, encrypted, until the keeping period ends."),
            _("What was done already stays as it is."),
            _("You can send a new request at any time."),
        ],
        "place": place,
    }
    return render(http, "dsr_requests/take_back.html", context)


def correction(http: HttpRequest, request: Request, *, place: Place, by: Actor) -> HttpResponse:
    """Accept or decline a correction our staff proposed. Comes by POST alone."""
    accept = http.POST.get("answer") == "accept"
    try:
        offering.answer_offer(
            request_id=request.pk, field=http.POST.get("field", ""), accept=accept, by=by, now=clock.now()
        )
    except NotAllowed as refusal:
        messages.error(http, refusal.message)
    else:
        done = _("Thank you. The correction is made now.") if accept else _("Noted. Nothing is changed.")
        messages.success(http, done)
    return redirect(place.page)


def call_off(http: HttpRequest, request: Request, *, place: Place, by: Actor) -> HttpResponse:
    """Call a deletion off before it begins. Comes by POST alone."""
    run = run_of(request)
    if run is None or run.state != ErasureState.COOLING:
        messages.error(http, _("The deletion has begun and cannot be called off any more."))
        return redirect(place.page)
    try:
        cancel_erasure(run_id=run.pk, by=by, now=clock.now())
    except NotAllowed as refusal:
        messages.error(http, refusal.message)
    else:
        messages.success(http, _("The deletion is called off. Nothing was deleted."))
    return redirect(place.page)

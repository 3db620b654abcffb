"""Showing who is asking, page by page, for guests and members alike. What they say never depends on what is held."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases import throttle
from cases.enums import CodeAnswer
from cases.pages import Place
from cases.services.codes import LIFETIME
from core import clock
from core.actors import Actor
from core.errors import NotAllowed
from dsr_requests.enums import DemandReason, Method
from dsr_requests.forms_identity import EvidenceForm, HeldContactForm, IdentityCodeForm
from dsr_requests.models import Request
from dsr_requests.selectors_identity import open_demands, running_check, takes_evidence
from dsr_requests.services.codes_to_held import answer_code, begin_code
from dsr_requests.services.demanding import give_evidence
from dsr_requests.services.identifying import ask_for_sender_alone
from dsr_requests.services.representing import child_agrees

Step = Callable[..., HttpResponse]
CODE_MINUTES = int(LIFETIME.total_seconds() // 60)
CHECKS_AN_HOUR = 20


def identity(http: HttpRequest, request: Request, *, place: Place, by: Actor) -> HttpResponse:
    """Choose an address or number already held; the answer is the same whether it is."""
    if request.is_identified or not request.is_open or hasattr(request, "representative"):
        return redirect(place.page)
    form = HeldContactForm(http.POST if http.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if not throttle.within_limit(http, action="identity", limit=CHECKS_AN_HOUR):
            form.add_error(None, _("Too many tries from here. Please wait an hour, then try again."))
        else:
            try:
                begin_code(
                    request_id=request.pk,
                    method=Method(form.cleaned_data["method"]),
                    typed=form.cleaned_data["contact"],
                    by=by,
                    now=clock.now(),
                )
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            else:
                return redirect(place.steps["identity_code"])
    check = running_check(request, at=clock.now())
    context = {"request_case": request, "form": form, "place": place, "is_running": check is not None}
    return render(http, "dsr_requests/identity.html", context, status=422 if form.is_bound else 200)


def identity_code(http: HttpRequest, request: Request, *, place: Place, by: Actor) -> HttpResponse:
    """The code that went to what is held, if it is."""
    if request.is_identified:
        return redirect(place.page)
    now = clock.now()
    check = running_check(request, at=now)
    if check is None:
        messages.error(http, _("This code does not work any more. Get a new one."))
        return redirect(place.steps["identity"])
    form = IdentityCodeForm(http.POST if http.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            outcome = answer_code(
                request_id=request.pk,
                verification_id=check.pk,
                typed=form.cleaned_data["code"],
                by=by,
                now=now,
            )
        except NotAllowed as refusal:
            messages.error(http, refusal.message)
            return redirect(place.page)
        if outcome == CodeAnswer.RIGHT:
            messages.success(http, _("Thank you. We know now that it is you, and your request goes on."))
            return redirect(place.page)
        if outcome == CodeAnswer.SPENT:
            messages.error(http, _("This code does not work any more. Get a new one."))
            return redirect(place.steps["identity"])
        form.add_error("code", _("This code is not right. Please check it and try again."))
    context = {"form": form, "place": place, "by_phone": check.method == Method.CODE_PHONE, "minutes": CODE_MINUTES}
    return render(http, "dsr_requests/identity_code.html", context, status=422 if form.is_bound else 200)


def identity_alone(http: HttpRequest, request: Request, *, place: Place, by: Actor) -> HttpResponse:
    """Nothing else is to be shown: the request is about what was sent under the proved address. Comes by POST alone."""
    try:
        ask_for_sender_alone(request_id=request.pk, by=by, now=clock.now())
    except NotAllowed as refusal:
        messages.error(http, refusal.message)
    else:
        messages.success(http, _("Thank you. Your request goes on, for what you sent us under this address."))
    return redirect(place.page)


def evidence(http: HttpRequest, request: Request, *, place: Place, by: Actor) -> HttpResponse:
    """Files that show a mandate, or what staff asked for with a reason."""
    if not takes_evidence(request):
        return redirect(place.page)
    posted = http.method == "POST"
    form = EvidenceForm(http.POST if posted else None, http.FILES if posted else None)
    if form.is_bound and form.is_valid():
        try:
            give_evidence(request_id=request.pk, uploads=form.cleaned_data["files"], by=by, now=clock.now())
        except NotAllowed as refusal:
            form.add_error(None, refusal.message)
        except OSError:
            form.add_error(None, _("The file could not be stored just now. Please try again in a few minutes."))
        else:
            messages.success(http, _("Thank you. We have the files; a colleague looks at them."))
            return redirect(place.page)
    context = {
        "form": form,
        "place": place,
        "reasons": [DemandReason(row.reason).label for row in open_demands(request)],
        "is_mandate": hasattr(request, "representative"),
    }
    return render(http, "dsr_requests/identity_evidence.html", context, status=422 if form.is_bound else 200)


def child(http: HttpRequest, request: Request, *, place: Place, by: Actor) -> HttpResponse:
    """A child of 7 or older reads in its own words what is asked for, and agrees."""
    mandate = getattr(request, "representative", None)
    if mandate is None or not mandate.child_is_seven or mandate.child_agreed_at or not request.is_open:
        return redirect(place.page)
    if http.method == "POST":
        try:
            child_agrees(request_id=request.pk, by=by, now=clock.now())
        except NotAllowed as refusal:
            messages.error(http, refusal.message)
        else:
            messages.success(http, _("Thank you. It is noted that you agree."))
        return redirect(place.page)
    return render(http, "dsr_requests/identity_child.html", {"request_case": request, "place": place})

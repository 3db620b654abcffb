"""What the sender of a complaint does with it: accept the answer, reopen it, take it back. For guests and members."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.pages import Place
from complaints.forms import ReopenForm
from complaints.models import Complaint
from complaints.selectors import category_name
from complaints.services import answering, reopening, withdrawing
from complaints.wording import next_steps
from core import clock
from core.actors import Actor
from core.errors import NotAllowed

Step = Callable[..., HttpResponse]


def accept(http: HttpRequest, complaint: Complaint, *, place: Place, by: Actor) -> HttpResponse:
    """One press: the answer is accepted. Comes by POST alone."""
    try:
        answering.accept(complaint_id=complaint.pk, by=by, now=clock.now())
    except NotAllowed as refusal:
        messages.error(http, refusal.message)
    else:
        messages.success(http, _("Thank you. We noted that you accept the answer."))
    return redirect(place.page)


def reopen(http: HttpRequest, complaint: Complaint, *, place: Place, by: Actor) -> HttpResponse:
    """Say what is not settled; a new period starts with it."""
    now = clock.now()
    steps = next_steps(complaint, now)
    form = ReopenForm(http.POST if http.method == "POST" else None, unanswered=steps.unanswered)
    if not form.is_bound and steps.reopen_until is None:
        return redirect(place.page)
    if form.is_bound and form.is_valid():
        try:
            reopening.reopen(
                complaint_id=complaint.pk,
                text=form.cleaned_data["text"],
                form_token=form.cleaned_data["form_token"],
                by=by,
                now=now,
            )
        except NotAllowed as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(http, _("Your complaint is open again. The new dates are below."))
            return redirect(place.page)
    context = {"complaint": complaint, "steps": steps, "form": form, "place": place}
    return render(http, "complaints/reopen.html", context, status=422 if form.is_bound else 200)


def withdraw(http: HttpRequest, complaint: Complaint, *, place: Place, by: Actor) -> HttpResponse:
    """Ask once, then take the complaint back."""
    if http.method == "POST":
        try:
            withdrawing.withdraw(complaint_id=complaint.pk, by=by, now=clock.now())
        except NotAllowed as refusal:
            messages.error(http, refusal.message)
        else:
            messages.success(http, _("You took back your complaint."))
        return redirect(place.page)
    if not next_steps(complaint, clock.now()).can_withdraw:
        return redirect(place.page)
    context = {
        "about": f"{complaint.reference}: {category_name(complaint)}",
        "goes": [
            _("We stop examining it, and you get no answer."),
            _("You cannot reopen it. You can send a new complaint at any time."),
        ],
        "stays": [
            _("What was written stays with us as proof, encrypted, until the keeping period ends."),
            _("You keep your right to turn to the authorities or to a court."),
        ],
        "place": place,
    }
    return render(http, "complaints/withdraw.html", context)

"""A member shows who is asking in a request: the password or passkey once more, a mandate, a child's own agreement."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts import proof
from accounts.forms_data import PasswordAgainForm
from accounts.member_pages import member_page, person
from accounts.views.cases import place_of
from core import clock
from core.errors import NotAllowed
from dsr_requests import identity_steps
from dsr_requests import selectors as requests
from dsr_requests.models import Request
from dsr_requests.services.identifying import identify_member


@member_page
@sensitive_post_parameters("password")
def request_identity(http: HttpRequest, reference: str) -> HttpResponse:
    """The password once more for a request that was sent without it."""
    request = _own(http, reference)
    place = place_of(request)
    if request.is_identified or not request.is_open or hasattr(request, "representative"):
        return redirect(place.page)
    proved = proof.is_proved(http)
    form = None if proved else PasswordAgainForm(http.POST if http.method == "POST" else None)
    shown = form is None or (form.is_valid() and proof.check_password(http, form))
    if http.method == "POST" and shown:
        try:
            identify_member(request_id=request.pk, by=person(http), now=clock.now())
        except NotAllowed as refusal:
            messages.error(http, refusal.message)
        else:
            messages.success(http, _("Thank you. We know now that it is you, and your request goes on."))
        return redirect(place.page)
    context = {"form": form, "place": place, "other_way": "" if proved else proof.other_ways(http)}
    return render(http, "accounts/request_identity.html", context, status=422 if form and form.is_bound else 200)


@member_page
def request_evidence(http: HttpRequest, reference: str) -> HttpResponse:
    """Send files that show it."""
    request = _own(http, reference)
    return identity_steps.evidence(http, request, place=place_of(request), by=person(http))


@member_page
def request_child(http: HttpRequest, reference: str) -> HttpResponse:
    """The child's own agreement."""
    request = _own(http, reference)
    return identity_steps.child(http, request, place=place_of(request), by=person(http))


def _own(http: HttpRequest, reference: str) -> Request:
    found = requests.of_subject(person(http).subject_id).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found

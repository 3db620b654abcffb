"""Copies of everything held on a person: have one made, see how far it is, fetch it once after signing in again."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts import proof
from accounts.copies import copies_of, how_far
from accounts.forms_data import CopyForm, PasswordAgainForm
from accounts.member_pages import member_page, person, typed
from accounts.sealed_address import real_address
from cases.services.filing import Sender
from core import clock
from core.clock import local_date
from core.errors import NotAllowed
from core.rules import request_terms
from dsr_requests.copy_steps import download
from dsr_requests.enums import RequestKind
from dsr_requests.services.filing import file_request
from dsr_requests.services.handing_over import fetch_own
from dsr_requests.wishes import Wish
from personal_data.enums import PackageState
from personal_data.models import Package


@member_page
@sensitive_post_parameters("password")
def export(http: HttpRequest) -> HttpResponseBase:
    """The copies there are, and the form that has another made."""
    user, now = person(http), clock.now()
    found = copies_of(user.subject_id, at=now)
    if "application/json" in http.headers.get("Accept", ""):
        return JsonResponse(how_far(found))
    proved = proof.is_proved(http)
    form = CopyForm(typed(http), initial={"form_token": uuid4()})
    if proved:
        del form.fields["password"]
    if http.method == "POST" and form.is_valid() and (proved or proof.check_password(http, form)):
        try:
            filed = file_request(
                form_token=form.cleaned_data["form_token"],
                sender=Sender(real_address(user), get_language() or user.language, user.subject_id),
                wish=Wish(RequestKind.COPY, everything=True),
                text="",
                proved=True,
                by=user,
                now=now,
            )
        except NotAllowed as refusal:
            form.add_error(None, refusal.message)
        else:
            if not filed.request.decisions.exists():
                messages.info(http, _("Your request is with us. A colleague looks at it first, and you hear from us."))
            return redirect("accounts:export")
    context = {
        "form": form,
        "copies": found,
        "far": how_far(found),
        "keep": request_terms(on=local_date(now)).package_days,
        "other_way": "" if proved else proof.other_ways(http),
    }
    return render(http, "accounts/export.html", context, status=422 if form.is_bound else 200)


@member_page
@sensitive_post_parameters("password")
def fetch(http: HttpRequest, package_id: UUID) -> HttpResponseBase:
    """Hand one copy over, after the password. It goes with it."""
    user = person(http)
    package = Package.objects.filter(pk=package_id, subject_id=user.subject_id).first()
    if package is None:
        raise Http404
    if package.state != PackageState.READY:
        return redirect("accounts:export")
    proved = proof.is_proved(http)
    form = PasswordAgainForm(typed(http))
    if proved:
        del form.fields["password"]
    if http.method == "POST" and form.is_valid() and (proved or proof.check_password(http, form)):
        return _handed_over(http, package)
    context = {"form": form, "package": package, "other_way": "" if proved else proof.other_ways(http)}
    return render(http, "accounts/export_fetch.html", context, status=422 if form.is_bound else 200)


def _handed_over(http: HttpRequest, package: Package) -> HttpResponseBase:
    user = person(http)
    try:
        return download(fetch_own(package_id=package.pk, subject_id=user.subject_id, by=user, now=clock.now()))
    except NotAllowed as refusal:
        messages.error(http, refusal.message)
        return redirect("accounts:export")

"""Sending a complaint, and what a guest does with the one a code opened."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases import guest_session, intake
from cases.pages import guest_place
from cases.selectors import filed_with
from complaints import steps
from complaints.contesting import contestable
from complaints.forms import ComplaintForm
from complaints.models import Complaint
from complaints.services.filing import ComplaintText, file_complaint
from core import clock
from core.actors import GUEST
from core.errors import NotAllowed
from dsr_requests.models import Request
from policies import selectors as policies


@require_http_methods(["GET", "POST"])
def new(http: HttpRequest) -> HttpResponse:
    """The complaint form, for members and guests alike."""
    now = clock.now()
    version = policies.version_in_force(now)
    if version is None:
        return render(http, "cases/not_yet.html", status=503)
    pack = policies.document(version)
    opened = _opened_request(http)
    form = ComplaintForm(
        http.POST if http.method == "POST" else None,
        http.FILES if http.method == "POST" else None,
        pack=pack,
        asks_address=not intake.known_address(http),
        initial={"contests": f"request:{opened.reference}" if opened else http.GET.get("contests", "")},
        contests=contestable(subject_id=getattr(http.user, "subject_id", None), pack=pack, at=now, opened=opened),
    )
    if form.is_bound:
        form.full_clean()
        sent = filed_with(Complaint, form.cleaned_data["form_token"])
        if sent is not None:
            return intake.go_on(http, sent, None)
        if form.is_valid() and intake.check_not_too_often(http, form, now=now):
            request, consent = form.contested
            try:
                filed = file_complaint(
                    form_token=form.cleaned_data["form_token"],
                    sender=intake.sender(http, form),
                    content=ComplaintText(
                        text=form.cleaned_data["text"],
                        category=form.cleaned_data["category"],
                        remedy=form.cleaned_data["remedy"],
                        fields=form.cleaned_data["fields_concerned"],
                        purposes=form.cleaned_data["purposes_concerned"],
                        contested_request=request,
                        contested_consent=consent,
                        opened_request=opened.pk if opened else None,
                    ),
                    uploads=form.cleaned_data["attachments"],
                    by=intake.actor(http),
                    now=now,
                )
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            except OSError:
                form.add_error("attachments", _("The files could not be stored now. Try again, or leave them out."))
            else:
                return intake.go_on(http, filed.complaint, filed.code)
    context = {"form": form, "pack": pack, "had_files": bool(http.FILES)}
    return render(http, "complaints/new.html", context, status=422 if form.is_bound else 200)


@require_POST
def case_accept(http: HttpRequest) -> HttpResponse:
    """A guest accepts the answer."""
    return _guest_step(http, steps.accept)


@require_http_methods(["GET", "POST"])
def case_reopen(http: HttpRequest) -> HttpResponse:
    """A guest comes back to a complaint that was answered."""
    return _guest_step(http, steps.reopen)


@require_http_methods(["GET", "POST"])
def case_withdraw(http: HttpRequest) -> HttpResponse:
    """A guest takes a complaint back."""
    return _guest_step(http, steps.withdraw)


def _opened_request(http: HttpRequest) -> Request | None:
    """The request a guest may contest: the one a code opened in this browser."""
    found = None if http.user.is_authenticated else guest_session.opened(http, now=clock.now())
    return found if isinstance(found, Request) else None


def _guest_step(http: HttpRequest, take: steps.Step) -> HttpResponse:
    found = guest_session.opened(http, now=clock.now())
    if not isinstance(found, Complaint):
        return guest_session.look_up_again(http)
    return take(http, found, place=guest_place(found), by=GUEST)

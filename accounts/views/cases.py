"""A person's complaints and requests: the lists, and one case with its dates, thread and answers."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.member_pages import member_action, member_page, person
from cases.models import Case
from cases.pages import STEPS, Place
from cases.person_pages import case_file, case_page
from complaints import selectors as complaints
from complaints import steps
from complaints.models import Complaint
from core import clock
from dsr_requests import selectors as requests
from dsr_requests.models import Request


@member_page
def complaint_list(http: HttpRequest) -> HttpResponse:
    """All complaints, newest first."""
    found = complaints.complaints_of(person(http).subject_id)
    return render(http, "accounts/complaints.html", {"cases": found, "now": clock.now()})


@member_page
def request_list(http: HttpRequest) -> HttpResponse:
    """All requests, newest first."""
    found = requests.requests_of(person(http).subject_id)
    return render(http, "accounts/requests.html", {"cases": found, "now": clock.now()})


@member_page
def complaint(http: HttpRequest, reference: str) -> HttpResponse:
    """One complaint."""
    return _case(http, _complaint(http, reference))


@member_page
def request(http: HttpRequest, reference: str) -> HttpResponse:
    """One request."""
    return _case(http, _request(http, reference))


@member_page
def complaint_file(http: HttpRequest, reference: str, file_id: UUID) -> HttpResponse:
    """A file of a complaint, for keeping."""
    return case_file(_complaint(http, reference), file_id, with_first=True)


@member_page
def request_file(http: HttpRequest, reference: str, file_id: UUID) -> HttpResponse:
    """A file of a request, for keeping."""
    return case_file(_request(http, reference), file_id, with_first=True)


@member_action(back_to="accounts:complaints")
def complaint_accept(http: HttpRequest, reference: str) -> HttpResponse:
    """Accept the answer to a complaint."""
    return _step(http, reference, steps.accept)


@member_page
def complaint_reopen(http: HttpRequest, reference: str) -> HttpResponse:
    """Come back to a complaint that was answered."""
    return _step(http, reference, steps.reopen)


@member_page
def complaint_withdraw(http: HttpRequest, reference: str) -> HttpResponse:
    """Take a complaint back."""
    return _step(http, reference, steps.withdraw)


def _complaint(http: HttpRequest, reference: str) -> Complaint | None:
    return complaints.of_subject(person(http).subject_id).filter(reference=reference).first()


def _request(http: HttpRequest, reference: str) -> Request | None:
    return requests.of_subject(person(http).subject_id).filter(reference=reference).first()


def _case(http: HttpRequest, case: Case | None) -> HttpResponse:
    if case is None:
        raise Http404
    return case_page(http, case, place=_place(case), by=person(http))


def _step(http: HttpRequest, reference: str, take: steps.Step) -> HttpResponse:
    case = _complaint(http, reference)
    if case is None:
        raise Http404
    return take(http, case, place=_place(case), by=person(http))


def _place(case: Case) -> Place:
    """The page of a case in the account."""
    offered = STEPS if case.kind == "complaint" else ()
    return Place(
        frame="accounts/_case_frame.html",
        page=reverse(f"accounts:{case.kind}", args=[case.reference]),
        file_url=lambda file_id: reverse(f"accounts:{case.kind}_file", args=[case.reference, file_id]),
        steps={step: reverse(f"accounts:complaint_{step}", args=[case.reference]) for step in offered},
        back=reverse(f"accounts:{case.kind}s"),
        back_label=_("My complaints") if case.kind == "complaint" else _("My requests"),
        complain=f"{reverse('complaints:new')}?contests=request:{case.reference}" if case.kind == "request" else "",
    )

"""A person's complaints and requests: the lists, and one case with its dates, thread and answers."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.member_pages import member_action, member_page, person, version_shown
from cases.models import Case
from cases.pages import REQUEST_STEPS, STEPS, Place
from cases.person_pages import case_file, case_page
from complaints import selectors as complaints
from complaints import steps
from complaints.models import Complaint
from core import clock
from dsr_requests import selectors as requests
from dsr_requests import steps as request_steps
from dsr_requests.models import Request
from dsr_requests.person_part import limit_words
from policies import selectors as policies


@member_page
def complaint_list(http: HttpRequest) -> HttpResponse:
    """All complaints, newest first."""
    found = complaints.complaints_of(person(http).subject_id)
    return render(http, "accounts/complaints.html", {"cases": found, "now": clock.now()})


@member_page
def request_list(http: HttpRequest) -> HttpResponse:
    """All requests, newest first, and by reference alone those about the person that came another way."""
    subject_id = person(http).subject_id
    found, others = requests.requests_of(subject_id), requests.sent_by_others(subject_id)
    context = {"cases": found, "others": others, "restrictions": _restrictions(http), "now": clock.now()}
    return render(http, "accounts/requests.html", context)


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


@member_page
def request_take_back(http: HttpRequest, reference: str) -> HttpResponse:
    """Take a request back."""
    return _request_step(http, reference, request_steps.take_back)


@member_action(back_to="accounts:requests")
def request_correction(http: HttpRequest, reference: str) -> HttpResponse:
    """Answer a correction our staff proposed."""
    return _request_step(http, reference, request_steps.correction)


@member_action(back_to="accounts:requests")
def request_call_off(http: HttpRequest, reference: str) -> HttpResponse:
    """Call a deletion off before it begins."""
    return _request_step(http, reference, request_steps.call_off)


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


def _restrictions(http: HttpRequest) -> list[tuple[int, str]]:
    """Restrictions the person may end, in words."""
    version = version_shown(http)
    pack = policies.document(version) if version else None
    return [(row.pk, limit_words(row, pack)) for row in requests.own_restrictions(person(http).subject_id)]


def _complaint(http: HttpRequest, reference: str) -> Complaint | None:
    return complaints.of_subject(person(http).subject_id).filter(reference=reference).first()


def _request(http: HttpRequest, reference: str) -> Request | None:
    return requests.of_subject(person(http).subject_id).filter(reference=reference).first()


def _case(http: HttpRequest, case: Case | None) -> HttpResponse:
    if case is None:
        raise Http404
    return case_page(http, case, place=place_of(case), by=person(http))


def _step(http: HttpRequest, reference: str, take: steps.Step) -> HttpResponse:
    case = _complaint(http, reference)
    if case is None:
        raise Http404
    return take(http, case, place=place_of(case), by=person(http))


def _request_step(http: HttpRequest, reference: str, take: request_steps.Step) -> HttpResponse:
    case = _request(http, reference)
    if case is None:
        raise Http404
    return take(http, case, place=place_of(case), by=person(http))


def place_of(case: Case) -> Place:
    """The page of a case in the account."""
    offered = STEPS if case.kind == "complaint" else REQUEST_STEPS
    return Place(
        frame="accounts/_case_frame.html",
        page=reverse(f"accounts:{case.kind}", args=[case.reference]),
        file_url=lambda file_id: reverse(f"accounts:{case.kind}_file", args=[case.reference, file_id]),
        steps={step: reverse(f"accounts:{case.kind}_{step}", args=[case.reference]) for step in offered},
        back=reverse(f"accounts:{case.kind}s"),
        back_label=_("My complaints") if case.kind == "complaint" else _("My requests"),
        complain=f"{reverse('complaints:new')}?contests=request:{case.reference}" if case.kind == "request" else "",
        is_account=True,
    )

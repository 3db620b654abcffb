"""A member fetches a copy that concerns somebody else, for whom the request was made: by a code, like anybody."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters

from accounts.member_pages import member_page, person
from accounts.views.cases import place_of
from dsr_requests import copy_steps
from dsr_requests import selectors as requests
from dsr_requests.models import Request


@member_page
def request_copy(http: HttpRequest, reference: str) -> HttpResponseBase:
    """The own copy is fetched on its page, after the password; one of somebody else by a code."""
    found = _request(http, reference)
    if found.about_id == person(http).subject_id:
        return redirect("accounts:export")
    return copy_steps.copy(http, found, place=place_of(found))


@member_page
@sensitive_post_parameters("code")
def request_copy_code(http: HttpRequest, reference: str) -> HttpResponseBase:
    """The code, and then the copy."""
    found = _request(http, reference)
    return copy_steps.copy_code(http, found, place=place_of(found), by=person(http))


def _request(http: HttpRequest, reference: str) -> Request:
    found = requests.of_subject(person(http).subject_id).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found

"""A person's complaints and requests: the lists, and one case with its dates, thread and answer form."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.forms_data import ReplyForm
from accounts.member_pages import member_page, person, typed
from accounts.views.files import SANDBOX
from cases import sealing
from cases import selectors as cases
from cases.errors import CaseClosed, ContentGone, NothingWritten
from cases.models import Case
from cases.services.messaging import write_as_person
from complaints import selectors as complaints
from core import clock
from dsr_requests import selectors as requests
from personal_data import storage


@member_page
def complaint_list(http: HttpRequest) -> HttpResponse:
    """All complaints, newest first."""
    return render(http, "accounts/complaints.html", {"cases": complaints.complaints_of(person(http).subject_id)})


@member_page
def request_list(http: HttpRequest) -> HttpResponse:
    """All requests, newest first."""
    return render(http, "accounts/requests.html", {"cases": requests.requests_of(person(http).subject_id)})


@member_page
def complaint(http: HttpRequest, reference: str) -> HttpResponse:
    """One complaint."""
    found = complaints.of_subject(person(http).subject_id).filter(reference=reference).first()
    return _case(http, found, complaints.shown, "accounts:complaint")


@member_page
def request(http: HttpRequest, reference: str) -> HttpResponse:
    """One request."""
    found = requests.of_subject(person(http).subject_id).filter(reference=reference).first()
    return _case(http, found, requests.shown, "accounts:request")


@member_page
def complaint_file(http: HttpRequest, reference: str, file_id: str) -> HttpResponse:
    """A file sent with a complaint, for keeping."""
    return _file(complaints.of_subject(person(http).subject_id).filter(reference=reference).first(), file_id)


@member_page
def request_file(http: HttpRequest, reference: str, file_id: str) -> HttpResponse:
    """A file sent with a request, for keeping."""
    return _file(requests.of_subject(person(http).subject_id).filter(reference=reference).first(), file_id)


def _case(http: HttpRequest, case: Case | None, shown: Callable[[Any], Any], here: str) -> HttpResponse:
    if case is None:
        raise Http404
    user, now = person(http), clock.now()
    form = ReplyForm(typed(http), initial={"form_token": uuid4()})
    if http.method == "POST" and form.is_valid():
        try:
            write_as_person(
                kind=case.kind,
                case_id=case.pk,
                text=form.cleaned_data["text"],
                form_token=form.cleaned_data["form_token"],
                by=user,
                now=now,
            )
        except (CaseClosed, NothingWritten) as refusal:
            form.add_error("text", str(refusal.message))
        else:
            messages.success(http, _("Your message was added. You get a mail when it is answered."))
            return redirect(here, reference=case.reference)
    context = {
        "case": shown(case),
        "kind": case.kind,
        "form": form,
        "timeline": cases.timeline(case, now=now),
        "now": now,
        **_content(case),
    }
    return render(http, "accounts/case.html", context)


def _content(case: Case) -> dict[str, Any]:
    try:
        key = sealing.evidence_key(case.subject_id)
        return {
            "text": sealing.text_of(case, key=key),
            "thread": cases.thread(case, key=key),
            "attachments": cases.attachments(case, key=key),
        }
    except ContentGone as gone:
        return {"gone": gone.message}


def _file(case: Case | None, file_id: str) -> HttpResponse:
    attachment = case.attachments.filter(pk=file_id).first() if case else None
    if case is None or attachment is None:
        raise Http404
    try:
        key = sealing.evidence_key(case.subject_id)
        data = storage.read_blob(attachment.pk, key=key)
        name = sealing.attachment_name(attachment, key=key)
    except (ContentGone, FileNotFoundError) as error:
        raise Http404 from error
    response = HttpResponse(data, content_type=attachment.mime)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response

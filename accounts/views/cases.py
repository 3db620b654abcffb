"""A person's complaints and requests: the lists, and one case with its dates, thread and answer form."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.member_pages import member_page, person, typed
from accounts.views.files import SANDBOX
from cases import sealing
from cases.errors import CaseClosed, ContentGone, NothingWritten
from cases.forms import MessageForm
from cases.models import Case
from cases.pages import CasePage, person_case
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
    return _case(http, complaints.of_subject(person(http).subject_id).filter(reference=reference).first())


@member_page
def request(http: HttpRequest, reference: str) -> HttpResponse:
    """One request."""
    return _case(http, requests.of_subject(person(http).subject_id).filter(reference=reference).first())


@member_page
def complaint_file(http: HttpRequest, reference: str, file_id: str) -> HttpResponse:
    """A file sent with a complaint, for keeping."""
    return _file(complaints.of_subject(person(http).subject_id).filter(reference=reference).first(), file_id)


@member_page
def request_file(http: HttpRequest, reference: str, file_id: str) -> HttpResponse:
    """A file sent with a request, for keeping."""
    return _file(requests.of_subject(person(http).subject_id).filter(reference=reference).first(), file_id)


def _case(http: HttpRequest, case: Case | None) -> HttpResponse:
    if case is None:
        raise Http404
    user, now = person(http), clock.now()
    form = MessageForm(typed(http))
    if form.is_bound and form.is_valid():
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
            case.refresh_from_db()
        else:
            messages.success(http, _("Your message was added. You get a mail when it is answered."))
            return redirect(f"accounts:{case.kind}", reference=case.reference)
    page = person_case(case, now=now)
    context = {"page": page, "kind": case.kind, "form": form, "now": now, "kept": _unsent(form, page)}
    return render(http, "accounts/case.html", context)


def _unsent(form: MessageForm, page: CasePage) -> str:
    """What was typed into a case that was closed meanwhile; it stays on the page to be copied."""
    return "" if page.is_open or not form.is_bound else str(form["text"].value() or "")


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

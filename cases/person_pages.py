"""The page of one case, for guests and members alike: read it, write to us, keep a file."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from cases import sealing
from cases.errors import ContentGone
from cases.forms import WriteForm
from cases.models import Case
from cases.pages import CasePage, Place, person_case
from cases.services.messaging import write_as_person
from core import clock
from core.actors import Actor
from core.errors import NotAllowed
from personal_data import storage

# A file is handed out with no right to run, load or reach anything.
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def case_page(http: HttpRequest, case: Case, *, place: Place, by: Actor) -> HttpResponse:
    """Show a case, and add what its sender writes; what could not be sent stays on the page."""
    now = clock.now()
    posted = http.method == "POST"
    form = WriteForm(http.POST if posted else None, http.FILES if posted else None)
    if form.is_bound and form.is_valid():
        try:
            write_as_person(
                kind=case.kind,
                case_id=case.pk,
                text=form.cleaned_data["text"],
                form_token=form.cleaned_data["form_token"],
                uploads=form.cleaned_data["attachments"],
                by=by,
                now=now,
            )
        except NotAllowed as refusal:
            form.add_error("text", str(refusal.message))
            case.refresh_from_db()
        except OSError:
            form.add_error("attachments", _("The files could not be stored now. Try again, or leave them out."))
        else:
            messages.success(http, _("Your message was sent. You get an e-mail when it is answered."))
            return redirect(place.page)
    page = person_case(case, place=place, now=now)
    context = {
        "page": page,
        "place": place,
        "form": form,
        "now": now,
        "kept": _unsent(form, page),
        "had_files": bool(http.FILES),
    }
    return render(http, "cases/case.html", context, status=422 if form.is_bound else 200)


def case_file(case: Case | None, file_id: UUID, *, with_first: bool) -> HttpResponse:
    """A file for keeping: of a message, and `with_first` also those the case came with."""
    files = case.attachments.filter(pk=file_id) if case is not None else None
    if files is not None and not with_first:
        files = files.filter(message__isnull=False)
    attachment = files.first() if files is not None else None
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


def _unsent(form: WriteForm, page: CasePage) -> str:
    """What was typed into a case that was closed meanwhile; it stays on the page to be copied."""
    return "" if page.can_write or not form.is_bound else str(form["text"].value() or "")

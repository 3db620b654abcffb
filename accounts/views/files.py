"""Files of image and video fields, one by one: add, view, download, delete."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.forms_data import FileForm
from accounts.held_cards import Card, cards_of
from accounts.member_pages import member_page, person, typed
from accounts.outcomes import what_stays
from core import clock
from core.encryption import CannotOpen
from core.sealed_stream import PIECE_BYTES
from personal_data.errors import FileTooLarge, FileTypeRefused, NotHeld, TooManyFiles
from personal_data.errors_retention import HeldForLaw
from personal_data.law_keeping import kept_by_law, refusal_words
from personal_data.selectors import HeldFile
from personal_data.services import files

# A file is shown by itself, with no right to run, load or reach anything.
SANDBOX = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox; frame-ancestors 'none'"


@member_page
def add(http: HttpRequest, field: str) -> HttpResponse:
    """Add one file; what is accepted stands above the choice, and what is wrong stands beside it."""
    user = person(http)
    card = next((one for one in cards_of(user=user, at=clock.now()) if one.code == field and one.is_files), None)
    if card is None or card.held.is_former:
        raise Http404
    chosen_files = http.FILES if http.method == "POST" else None
    form = FileForm(typed(http), chosen_files, spec=card.held.spec)
    if http.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["file"]
        try:
            files.store_file(
                subject_id=user.subject_id, field=field, name=chosen.name, data=chosen, by=user, now=clock.now()
            )
        except (FileTooLarge, FileTypeRefused, TooManyFiles) as refusal:
            form.add_error("file", str(refusal.message))
        except OSError:
            form.add_error(
                "file", _("The file could not be stored at the moment. Nothing is lost; please try again later.")
            )
        else:
            messages.success(http, _("File added: %(field)s.") % {"field": card.label})
            return redirect(_back(card))
    return render(http, "accounts/file_add.html", {"card": card, "form": form, "back": _back(card)})


@member_page
def view(http: HttpRequest, file_id: UUID) -> HttpResponse:
    """A page with one file on it."""
    found = _find(http, file_id)
    if found is None:
        return _gone(http)
    card, file = found
    return render(http, "accounts/file_view.html", {"card": card, "file": file, "back": _back(card)})


@member_page
def content(http: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """The bytes for showing. The look is recorded."""
    return _bytes(http, file_id, as_attachment=False)


@member_page
def download(http: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """The bytes for keeping. The look is recorded."""
    return _bytes(http, file_id, as_attachment=True)


@member_page
def delete(http: HttpRequest, file_id: UUID) -> HttpResponse:
    """Delete one file, after asking."""
    user, now = person(http), clock.now()
    found = _find(http, file_id)
    if found is None:
        return _gone(http)
    card, file = found
    kept = [one for one in kept_by_law(user.subject_id, at=now) if one.ref == file_id]
    if kept:
        messages.error(http, refusal_words(kept, at=now))
        return redirect(_back(card))
    if http.method == "POST":
        try:
            files.delete_file(subject_id=user.subject_id, file_id=file_id, by=user, now=now)
        except NotHeld:
            return _gone(http)
        except HeldForLaw as refusal:
            messages.error(http, refusal.message)
            return redirect(_back(card))
        messages.success(http, _("File deleted."))
        return redirect(_back(card))
    if card.must_stay:
        return render(http, "accounts/data_delete.html", {"held_back": [card], "back": _back(card)})
    goes = [_("The file “%(name)s” and its content.") % {"name": file.name}]
    context = {"card": card, "back": _back(card), "goes": goes, "stays": what_stays()}
    return render(http, "accounts/file_delete.html", context)


def _bytes(http: HttpRequest, file_id: UUID, *, as_attachment: bool) -> HttpResponseBase:
    user = person(http)
    try:
        opened = files.open_file(subject_id=user.subject_id, file_id=file_id, by=user, now=clock.now())
    except (NotHeld, CannotOpen):
        return _gone(http)
    response: HttpResponseBase
    if opened.size <= PIECE_BYTES:
        response = HttpResponse(b"".join(opened.pieces), content_type=opened.mime)
    else:
        response = StreamingHttpResponse(opened.pieces, content_type=opened.mime)
        response["Content-Length"] = str(opened.size)
    response["Content-Disposition"] = content_disposition_header(as_attachment, opened.name) or "attachment"
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _find(http: HttpRequest, file_id: UUID) -> tuple[Card, HeldFile] | None:
    for card in cards_of(user=person(http), at=clock.now()):
        for file in card.held.files:
            if file.id == file_id:
                return card, file
    return None


def _gone(http: HttpRequest) -> HttpResponse:
    messages.warning(http, str(NotHeld.message))
    return redirect("accounts:data")


def _back(card: Card) -> str:
    return f"{reverse('accounts:data')}#field-{card.code}"

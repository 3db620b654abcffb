"""Sending a complaint."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases import intake
from cases.selectors import filed_with
from complaints.forms import ComplaintForm
from complaints.models import Complaint
from complaints.services.filing import ComplaintText, file_complaint
from core import clock
from core.errors import NotAllowed
from policies import selectors as policies


@require_http_methods(["GET", "POST"])
def new(http: HttpRequest) -> HttpResponse:
    """The complaint form, for members and guests alike."""
    now = clock.now()
    version = policies.version_in_force(now)
    if version is None:
        return render(http, "cases/not_yet.html", status=503)
    pack = policies.document(version)
    form = ComplaintForm(
        http.POST if http.method == "POST" else None,
        http.FILES if http.method == "POST" else None,
        pack=pack,
        asks_address=not intake.known_address(http),
    )
    if form.is_bound:
        form.full_clean()
        sent = filed_with(Complaint, form.cleaned_data["form_token"])
        if sent is not None:
            return intake.go_on(http, sent, None)
        if form.is_valid() and intake.check_not_too_often(http, form, now=now):
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

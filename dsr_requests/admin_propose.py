"""Proposing a correction to somebody who asked for none (LV-6): a request opens, and the person accepts or declines."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from cases.admin_base import DeskAdmin, acting
from cases.forms import FormTokenField
from core import clock
from core.errors import NotAllowed
from dsr_requests.desk import present_values
from dsr_requests.forms_staff import OfferForm, typed_choices
from dsr_requests.services.offering import open_with_offer
from personal_data.models import DataSubject
from personal_data.permissions import can_write_for
from policies import selectors as policies


class ProposeForm(OfferForm):
    """A proposal that opens a request of its own."""

    form_token = FormTokenField()


class ProposePages(DeskAdmin):
    """One page, reached from the page of a person."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.propose_view)
        return [path("propose/<uuid:subject_id>/", view, name="dsr_requests_request_propose"), *super().get_urls()]

    def propose_view(self, request: HttpRequest, subject_id: UUID) -> HttpResponse:
        """The form, with what is held now, masked, beside each field."""
        by, now = acting(request), clock.now()
        subject = DataSubject.objects.filter(pk=subject_id).first()
        version = policies.version_in_force(now)
        if subject is None or version is None or not subject.is_active:
            raise Http404
        if not can_write_for(by=by, subject_id=subject_id):
            raise PermissionDenied
        pack = policies.document(version)
        form = ProposeForm(request.POST if request.method == "POST" else None, fields=typed_choices(pack))
        if form.is_valid() and self._sent(request, form, subject_id):
            return redirect("admin:personal_data_datasubject_change", subject_id)
        present = present_values(subject_id, [spec.code for spec in pack.fields], pack, by=by)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Propose a correction"),
            "opts": self.opts,
            "form": form,
            "person": str(subject_id)[:13],
            "person_url": reverse("admin:personal_data_datasubject_change", args=[subject_id]),
            "present": [(str(spec.label), present[spec.code]) for spec in pack.fields if spec.code in present],
        }
        return render(request, "admin/dsr_requests/propose.html", context, status=422 if form.is_bound else 200)

    def _sent(self, request: HttpRequest, form: forms.Form, subject_id: UUID) -> bool:
        try:
            open_with_offer(subject_id=subject_id, **form.cleaned_data, by=acting(request), now=clock.now())
        except NotAllowed as refusal:
            form.add_error(None, refusal.message)
            return False
        messages.success(request, _("Proposed. It takes effect only when the person accepts."))
        return True

"""Entering a request for somebody who called, wrote or came: first the right, then what exactly."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import permissions
from cases.admin_base import acting
from cases.admin_record import Recording
from cases.models import Case
from cases.services.filing import Sender
from core import clock
from core.clock import local_date
from core.rules import request_rule
from dsr_requests.enums import RequestKind
from dsr_requests.forms_record import RecordRequestForm
from dsr_requests.services.recording_for import OLDEST_RECEIPT, record_for_person
from dsr_requests.staff_wording import consent_choices
from personal_data.selectors import former_fields
from policies import selectors as policies
from policies.models import PolicyVersion


class RecordPages(Recording):
    """The pages that record a request."""

    record_title = gettext_lazy("Record a request for somebody")
    record_lead = gettext_lazy(
        "For a request that came by phone, letter, Zalo, e-mail or in person. "
        "Its clock runs from the moment it actually reached us."
    )
    record_button = gettext_lazy("Record the request")
    record_action = "request-record"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.record_kind_view)
        return [path("record/<str:kind>/", view, name=f"{self.record_name}_kind"), *super().get_urls()]

    def record_view(self, request: HttpRequest, asked: Any = None) -> HttpResponse:
        """Which right it is; each has a form of its own."""
        if not permissions.works_on_cases(by=acting(request)):
            raise PermissionDenied
        today = local_date(clock.now())
        kinds = [
            {
                "label": kind.label,
                "url": reverse(f"admin:{self.record_name}_kind", args=[kind.value]),
                "days": request_rule(kind, on=today).own_days,
            }
            for kind in RequestKind
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": self.record_title,
            "lead": self.record_lead,
            "opts": self.opts,
            "kinds": kinds,
        }
        return render(request, "admin/dsr_requests/record_kinds.html", context)

    def record_kind_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The form of one right."""
        if kind not in RequestKind.values:
            raise Http404(_("There is no such right."))
        return super().record_view(request, RequestKind(kind))

    def record_page_title(self, asked: Any) -> Any:
        return f"{self.record_title}: {asked.label}"

    def record_form(
        self, *args: Any, version: PolicyVersion, now: datetime, asked: Any, **kwargs: Any
    ) -> RecordRequestForm:
        return RecordRequestForm(
            *args,
            kind=asked,
            pack=policies.document(version),
            consents=consent_choices(version),
            former=former_fields(version),
            earliest=now - OLDEST_RECEIPT,
            latest=now,
            **kwargs,
        )

    def record(self, form: Any, *, sender: Sender, request: HttpRequest) -> Case:
        data = form.cleaned_data
        filed = record_for_person(
            form_token=data["form_token"],
            sender=sender,
            wish=form.wish,
            text=data["text"],
            uploads=data["uploads"],
            channel=data["channel"],
            received_at=data["received_at"],
            by=acting(request),
            now=clock.now(),
        )
        return filed.request

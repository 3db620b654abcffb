"""Entering a complaint for somebody who called, wrote or came."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from cases.admin_base import acting
from cases.admin_record import Recording
from cases.models import Case
from cases.services.filing import Sender
from complaints.forms_staff import RecordForm
from complaints.services.filing import OLDEST_RECEIPT, ComplaintText, record_for_person
from core import clock
from policies import selectors as policies
from policies.models import PolicyVersion


class RecordPages(Recording):
    """The page that records a complaint."""

    record_title = gettext_lazy("Record a complaint for somebody")
    record_lead = gettext_lazy(
        "For what came by phone, letter, Zalo, e-mail or in person. "
        "Its clock runs from the moment it actually reached us."
    )
    record_button = gettext_lazy("Record the complaint")
    record_action = "complaint-record"

    def record_form(self, *args: Any, version: PolicyVersion, now: datetime, asked: Any, **kwargs: Any) -> RecordForm:
        return RecordForm(*args, pack=policies.document(version), earliest=now - OLDEST_RECEIPT, latest=now, **kwargs)

    def record(self, form: Any, *, sender: Sender, request: HttpRequest) -> Case:
        data = form.cleaned_data
        filed = record_for_person(
            form_token=data["form_token"],
            sender=sender,
            content=ComplaintText(
                text=data["text"],
                category=data["category"],
                remedy=data["remedy"],
                fields=data["fields_concerned"],
                purposes=data["purposes_concerned"],
            ),
            channel=data["channel"],
            received_at=data["received_at"],
            uploads=data["uploads"],
            by=acting(request),
            now=clock.now(),
        )
        return filed.complaint

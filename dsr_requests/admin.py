"""The desk of requests."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _

from cases.admin import CaseDesk
from cases.admin_filters import WhichList
from cases.explaining import last_day
from core.templatetags.portal import day
from dsr_requests.enums import Outcome
from dsr_requests.models import Request


@admin.register(Request)
class RequestAdmin(CaseDesk):
    list_filter = (WhichList, "status", "asked_for")
    outcomes = Outcome.choices

    def more_context(self, case: Any) -> dict[str, Any]:
        return {
            "facts": [
                (_("Set by"), case.article),
                (_("First reply due"), day(last_day(case.first_reply_due_at))),
            ],
        }

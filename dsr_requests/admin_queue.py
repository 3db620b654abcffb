"""The queue of requests: who asks, and what each waits for."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.admin_filters import QueueFilter
from cases.admin_queue import NOTHING, STATUS, CaseQueue
from core import clock
from dsr_requests.models import Decision, FulfilmentStep, Representative
from dsr_requests.selectors_identity import awaited_calls
from personal_data.enums import StepState

_AWAITS_SECOND = Decision.objects.filter(
    case=OuterRef("pk"), needs_second=True, seconded_at__isnull=True, dropped_at__isnull=True
)
_MANDATE_WAITS = Representative.objects.filter(case=OuterRef("pk"), checked_at__isnull=True, refused_at__isnull=True)
_STUCK = FulfilmentStep.objects.filter(case=OuterRef("pk"), state=StepState.STUCK)


class NeedsFilter(QueueFilter):
    """What a request waits for beyond the work of whoever has it."""

    title = pgettext_lazy("filter", "Waits for")
    parameter_name = "needs"
    tells_more = True

    def pairs(self, request: HttpRequest, model: Any) -> list[tuple[str, Any]]:
        return [
            ("second", pgettext_lazy("what a request waits for", "A second person")),
            ("call", pgettext_lazy("what a request waits for", "A call with a code")),
            ("mandate", pgettext_lazy("what a request waits for", "Examination of a mandate")),
            ("evidence", pgettext_lazy("what a request waits for", "Examination of evidence")),
            ("stuck", pgettext_lazy("what a request waits for", "A step that did not work")),
        ]

    def narrow(self, rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
        if value == "evidence":
            return rows.filter(identified_at__isnull=True, identity_files__isnull=False).distinct()
        if value == "call":
            return rows.filter(Exists(awaited_calls(at=clock.now()).filter(case=OuterRef("pk"))))
        found = {"second": _AWAITS_SECOND, "mandate": _MANDATE_WAITS, "stuck": _STUCK}[value]
        return rows.filter(Exists(found))


class RequestQueue(CaseQueue):
    """The list of requests."""

    # Not `about`: a request has a field of that name, and a field goes before a column.
    list_display = ("reference", "asked_shown", "due", "identity_shown", "state", "who")
    list_filter = (*CaseQueue.list_filter, NeedsFilter)

    @admin.display(description=pgettext_lazy("of a case", "About"))
    def asked_shown(self, row: Any) -> str:
        return self.about(row)

    @admin.display(description=gettext_lazy("Identity"))
    def identity_shown(self, row: Any) -> str:
        if not row.told:
            return NOTHING
        known = row.is_identified
        mark = {"kind": "done" if known else "waiting", "label": _("established") if known else _("not established")}
        return render_to_string(STATUS, mark)

"""The lists of the queue."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.enums import OPEN_STATES, CaseStatus
from core import clock


class WhichList(admin.SimpleListFilter):
    """Which cases are shown; drawn as tabs above the queue. Without a choice: everything open whose sender is known."""

    title = _("List")
    parameter_name = "list"
    as_tabs = True

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("mine", pgettext_lazy("list of cases", "Mine")),
            ("untaken", pgettext_lazy("list of cases", "Not taken")),
            ("late", pgettext_lazy("list of cases", "Overdue")),
            ("unverified", pgettext_lazy("list of cases", "Address not confirmed")),
            ("closed", pgettext_lazy("list of cases", "Closed")),
            ("all", pgettext_lazy("list of cases", "All")),
        ]

    def choices(self, changelist: Any) -> Any:
        found: list[Any] = list(super().choices(changelist))
        found[0]["display"] = pgettext_lazy("list of cases", "Queue")
        for choice, value in zip(found, ["known", *(value for value, _label in self.lookup_choices)], strict=True):
            choice["value"] = value
        return iter(found)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        still_open = queryset.filter(status__in=OPEN_STATES)
        match self.value():
            case "mine":
                return still_open.filter(assignee_id=request.user.pk)
            case "untaken":
                return still_open.filter(status=CaseStatus.RECEIVED)
            case "late":
                return still_open.filter(target_at__lte=clock.now())
            case "unverified":
                return still_open.filter(verified_at=None)
            case "closed":
                return queryset.filter(status=CaseStatus.CLOSED)
            case "all":
                return queryset
        return still_open.exclude(verified_at=None)

"""What waits for a second person: the plan and its hash, who decided, the words that would go out; approve or decline.

A colleague comes here without having the case and sees of it what is approved, nothing else. Each look is recorded.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.admin_base import acting
from cases.errors import ContentGone
from cases.explaining import last_day
from cases.permissions import READING_ROLES, WORKING_ROLES, can_see_content
from cases.sealing import key_of
from core import clock
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed
from core.templatetags.portal import day, moment
from dsr_requests import permissions
from dsr_requests.desk import decision_for_staff
from dsr_requests.desk_actions import approve, decline
from dsr_requests.enums import RequestKind
from dsr_requests.forms_staff import WhyForm
from dsr_requests.models import Decision, Request
from dsr_requests.services.looking import note_decision_look
from dsr_requests.waiting import awaiting_second

NAME = "dsr_requests_decision"


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Decisions that wait for a second person, the request due first on top."""

    list_display = ("reference", "asked_for", "verdict_shown", "decided", "who", "due")
    list_display_links = ("reference",)
    ordering = ("case__target_at", "case_id")
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return acting(request).audit_role in WORKING_ROLES | READING_ROLES

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        """Never of a request that is one's own or about oneself."""
        rows = awaiting_second(by=acting(request)).select_related("case__policy_version", "decided_by")
        return rows.order_by(*self.ordering)

    @admin.display(description=gettext_lazy("Reference"))
    def reference(self, row: Decision) -> str:
        return str(row.case.reference)

    @admin.display(description=pgettext_lazy("of a case", "About"))
    def asked_for(self, row: Decision) -> str:
        return str(RequestKind(row.case.asked_for).label)

    @admin.display(description=gettext_lazy("Decision"))
    def verdict_shown(self, row: Decision) -> str:
        return str(row.get_verdict_display())

    @admin.display(description=gettext_lazy("Decided"))
    def decided(self, row: Decision) -> str:
        return moment(row.decided_at)

    @admin.display(description=gettext_lazy("Decided by"))
    def who(self, row: Decision) -> str:
        return str(row.decided_by or "")

    @admin.display(description=pgettext_lazy("of a case", "Due"))
    def due(self, row: Decision) -> str:
        return day(last_day(row.case.next_due(now=clock.now())))

    def get_urls(self) -> list[URLPattern]:
        return [
            self.post_route("second", self.second_view, self.entry_or_404),
            self.post_route("drop", self.drop_view, self.entry_or_404),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"title": _("Waits for a second person"), **(extra_context or {})}
        return super().changelist_view(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One decision. Nothing is changed at this address but that the look is recorded."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self.entry_or_404(request, object_id))

    def second_view(self, request: HttpRequest, decision: Decision) -> HttpResponse:
        """Approve what the page showed, by its hash."""
        try:
            approve(decision, request.POST.get("seen_digest", ""), by=acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
            return redirect(f"admin:{NAME}_change", decision.pk)
        messages.success(request, _("Approved. It takes effect."))
        return redirect(f"admin:{NAME}_changelist")

    def drop_view(self, request: HttpRequest, decision: Decision) -> HttpResponse:
        """Decline it, with a reason."""
        form = WhyForm(request.POST)
        if not form.is_valid():
            return self._page(request, decision, form=form, status=422)
        try:
            decline(decision, form.cleaned_data["words"], by=acting(request), now=clock.now())
        except NotAllowed as refusal:
            form.add_error(None, refusal.message)
            return self._page(request, decision, form=form, status=422)
        messages.success(request, _("The decision does not count any more. The request can be decided anew."))
        return redirect(f"admin:{NAME}_changelist")

    def _page(
        self, request: HttpRequest, decision: Decision, *, form: WhyForm | None = None, status: int = 200
    ) -> HttpResponse:
        by, now, case = acting(request), clock.now(), decision.case
        note_decision_look(decision=decision, by=by, now=now)
        try:
            key: bytes | None = key_of(case)
        except ContentGone:
            key = None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Waits for a second person: %(reference)s") % {"reference": case.reference},
            "opts": self.opts,
            "case": case,
            "asked_for": capfirst(str(RequestKind(case.asked_for).label)),
            "decision": decision_for_staff(decision, key),
            "due_on": last_day(case.next_due(now=now)),
            "case_url": _case_url(case) if can_see_content(case, by=by) else "",
            "may_second": permissions.can_second(decision, by=by),
            "may_drop": permissions.can_drop(decision, by=by),
            "is_own": decision.decided_by_id == by.pk,
            "digest": bytes(decision.digest).hex(),
            "form": form or WhyForm(),
            "urls": {name: reverse(f"admin:{NAME}_{name}", args=[decision.pk]) for name in ("second", "drop")},
        }
        return render(request, "admin/dsr_requests/decision.html", context, status=status)


def _case_url(case: Request) -> str:
    return reverse("admin:dsr_requests_request_change", args=[case.pk])

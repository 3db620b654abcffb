"""Copies held back: whose, on which ground, and what two people did about it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from audit.selectors import entries_about
from audit.services.recording import actor_reference, read_note
from cases import sealing
from cases.admin_base import acting
from cases.enums import ContactKind
from cases.errors import ContentGone
from cases.explaining import last_day
from cases.permissions import READING_ROLES, WORKING_ROLES
from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.citations import cite
from core.errors import NotAllowed
from core.templatetags.portal import day, moment
from dsr_requests import permissions
from dsr_requests.desk import Mark
from dsr_requests.enums import CopyHoldEvent, Ground
from dsr_requests.forms_holding import CopyHoldForm
from dsr_requests.forms_staff import WhyForm
from dsr_requests.models import CopyHold
from dsr_requests.sealing import words_of
from dsr_requests.selectors_holding import AWAITS_SECOND, grounds_to_hold, holds_seen, requests_held
from dsr_requests.services.holding_copies import ask, drop, end, second
from personal_data.admin_limits import person_url

NAME = "dsr_requests_copyhold"
STATUS = "_components/status.html"


class WhichCopyHolds(admin.SimpleListFilter):
    """In force, waiting for a second person, or over."""

    title = pgettext_lazy("filter", "State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("standing", pgettext_lazy("holds on copies", "In force")),
            ("second", pgettext_lazy("holds on copies", "Waits for a second person")),
            ("over", pgettext_lazy("holds on copies", "Ended or declined")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "standing":
                return queryset.filter(seconded_at__isnull=False, ended_at__isnull=True)
            case "second":
                return queryset.filter(AWAITS_SECOND)
            case "over":
                return queryset.filter(Q(ended_at__isnull=False) | Q(dropped_at__isnull=False))
        return queryset


class OnWhichGround(admin.SimpleListFilter):
    """The grounds a copy may be held back on; the others are for refusing other things."""

    title = gettext_lazy("Ground")
    parameter_name = "ground"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(code, Ground(code).label) for code in grounds_to_hold(at=clock.now())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(ground=self.value()) if self.value() else queryset


@admin.register(CopyHold)
class CopyHoldAdmin(ReadOnlyAdmin):
    """Every hold on a copy, newest first. The officer proposes; whoever works on cases approves, declines and ends."""

    list_display = ("number", "person", "ground_shown", "since", "state")
    list_display_links = ("number",)
    list_filter = (WhichCopyHolds, OnWhichGround)
    ordering = ("-asked_at", "-pk")
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return acting(request).audit_role in WORKING_ROLES | READING_ROLES

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return acting(request).audit_role == permissions.OFFICER

    def get_queryset(self, request: HttpRequest) -> QuerySet[CopyHold]:
        """Nobody sees a hold on the own copy here."""
        return holds_seen(by=acting(request))

    @admin.display(description=gettext_lazy("Number"))
    def number(self, row: CopyHold) -> str:
        return str(row.pk)[:8]

    @admin.display(description=gettext_lazy("Person"))
    def person(self, row: CopyHold) -> str:
        return str(row.subject_id)[:13]

    @admin.display(description=gettext_lazy("Ground"))
    def ground_shown(self, row: CopyHold) -> str:
        return str(row.get_ground_display())

    @admin.display(description=gettext_lazy("Since"))
    def since(self, row: CopyHold) -> str:
        return moment(row.seconded_at or row.asked_at)

    @admin.display(description=pgettext_lazy("of a case", "State"))
    def state(self, row: CopyHold) -> str:
        mark = hold_mark(row)
        return render_to_string(STATUS, {"kind": mark.kind, "label": mark.label})

    def get_urls(self) -> list[URLPattern]:
        return [
            self.post_route("second", self.second_view, self.entry_or_404),
            self.post_route("drop", self.drop_view, self.entry_or_404),
            self.post_route("end", self.end_view, self.entry_or_404),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Propose one. Its page may be opened with the person filled in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        by, now, sent = acting(request), clock.now(), request.method == "POST"
        first = {"subject_id": request.GET.get("person", "")}
        form = CopyHoldForm(request.POST if sent else None, initial=first, grounds=grounds_to_hold(at=now))
        if sent and form.is_valid():
            try:
                hold = ask(**form.cleaned_data, by=by, now=now)
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, _("Proposed. Nothing is held back until a second colleague approves it."))
                return redirect(f"admin:{NAME}_change", hold.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Hold the copy of a person back"),
            "opts": self.opts,
            "form": form,
        }
        return render(request, "admin/dsr_requests/copy_hold_new.html", context, status=422 if sent else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One hold: whose copy, why, what it keeps back, and what can be done. Nothing is changed at this address."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self.entry_or_404(request, object_id))

    def second_view(self, request: HttpRequest, hold: CopyHold) -> HttpResponse:
        """Approve what a colleague proposed."""
        return self._do(request, hold, second, _("The copy is held back. Whoever asked for it by e-mail is told."))

    def drop_view(self, request: HttpRequest, hold: CopyHold) -> HttpResponse:
        """Decline it, or take the own proposal back."""
        return self._do(request, hold, drop, _("Declined. Nothing is held back."))

    def end_view(self, request: HttpRequest, hold: CopyHold) -> HttpResponse:
        """Let the copy be made."""
        form = WhyForm(request.POST)
        if not form.is_valid():
            return self._page(request, hold, form=form, status=422)
        return self._do(request, hold, partial(end, words=form.cleaned_data["words"]), _("The hold has ended."))

    def _do(self, request: HttpRequest, hold: CopyHold, service: Callable[..., object], done: str) -> HttpResponse:
        try:
            service(hold_id=hold.pk, by=acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, done)
        return redirect(f"admin:{NAME}_change", hold.pk)

    def _page(
        self, request: HttpRequest, hold: CopyHold, *, form: forms.Form | None = None, status: int = 200
    ) -> HttpResponse:
        by, mark = acting(request), hold_mark(hold)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Hold on a copy, %(number)s") % {"number": str(hold.pk)[:8]},
            "opts": self.opts,
            "mark": mark,
            "rows": _facts(hold, by=by),
            "requests": _requests(hold, by=by),
            "seconds": hold.awaits_second and permissions.can_second_copy_hold(hold, by=by),
            "drops": hold.awaits_second and permissions.can_judge_copy_hold(hold, by=by),
            "is_own": hold.asked_by == actor_reference(by),
            "ends": hold.stands and permissions.can_judge_copy_hold(hold, by=by),
            "form": form or WhyForm(),
            "urls": {name: reverse(f"admin:{NAME}_{name}", args=[hold.pk]) for name in ("second", "drop", "end")},
        }
        return render(request, "admin/dsr_requests/copy_hold.html", context, status=status)


def hold_mark(hold: CopyHold) -> Mark:
    """How a hold on a copy stands."""
    if hold.ended_at is not None:
        return Mark("done", _("ended on %(day)s") % {"day": day(hold.ended_at)})
    if hold.dropped_at is not None:
        return Mark("stopped", _("declined on %(day)s") % {"day": day(hold.dropped_at)})
    if hold.stands:
        return Mark("active", pgettext("a hold on a copy", "in force"))
    return Mark("waiting", _("waits for a second person"))


def _facts(hold: CopyHold, *, by: Actor) -> list[tuple[str, str, str]]:
    """What a hold is, in words; the words for the person stand on it, since the second approves them too."""
    found = [
        (_("Person"), str(hold.subject_id)[:13], person_url(hold.subject_id, by=by)),
        (_("Ground"), f"{hold.get_ground_display()} ({cite(hold.article)})", ""),
        (_("Words for the person"), _words(hold), ""),
        (pgettext("a hold on a copy", "Proposed"), moment(hold.asked_at), ""),
        (_("Approved"), moment(hold.seconded_at) if hold.seconded_at else "", ""),
        (_("Ended"), moment(hold.ended_at) if hold.ended_at else "", ""),
        (_("Why it ended"), _why_ended(hold), ""),
    ]
    return [fact for fact in found if fact[1]]


def _words(hold: CopyHold) -> str:
    try:
        return words_of(hold, key=sealing.evidence_key(hold.subject_id))
    except ContentGone:
        return ""


def _why_ended(hold: CopyHold) -> str:
    entry = entries_about(hold.target).filter(event=CopyHoldEvent.ENDED).first() if hold.ended_at else None
    return read_note(entry) if entry else ""


def _requests(hold: CopyHold, *, by: Actor) -> list[dict[str, str]]:
    """Requests it keeps back, with the last day of each; none of the own."""
    if not hold.stands:
        return []
    return [
        {
            "reference": row.reference,
            "url": reverse("admin:dsr_requests_request_change", args=[row.pk]),
            "due": _("due by %(day)s") % {"day": day(last_day(row.target_at))} if row.is_open else "",
            "told": "" if row.contact_kind == ContactKind.EMAIL else _("no e-mail address: call or write"),
        }
        for row in requests_held(hold)
        if not row.concerns(by)
    ]

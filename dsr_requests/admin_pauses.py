"""Addresses requests are held from (LV-11): until when the person is told and confirms, and by which way."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from cases.admin_base import acting
from cases.permissions import READING_ROLES, WORKING_ROLES, works_on_cases
from core import clock
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed
from core.templatetags.portal import moment
from dsr_requests.desk import Mark
from dsr_requests.desk_actions_identity import ways_to_lift
from dsr_requests.forms_staff import WayForm
from dsr_requests.models import PausedAddress
from dsr_requests.selectors_identity import held_requests
from dsr_requests.services.pausing import OTHER_WAYS, lift, tell
from personal_data.selectors_merged import own_references

NAME = "dsr_requests_pausedaddress"


class WhichPauses(admin.SimpleListFilter):
    """Standing or lifted."""

    title = pgettext_lazy("filter", "State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("held", pgettext_lazy("paused addresses", "Held")),
            ("lifted", pgettext_lazy("paused addresses", "Lifted")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("held", "lifted"):
            return queryset.filter(lifted_at__isnull=self.value() == "held")
        return queryset


@admin.register(PausedAddress)
class PausedAddressAdmin(ReadOnlyAdmin):
    """Every pause, newest first. No address stands here, only whose it is, by reference."""

    list_display = ("number", "reason_shown", "person", "since", "state")
    list_display_links = ("number",)
    list_filter = (WhichPauses,)
    ordering = ("-paused_at", "-pk")
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return acting(request).audit_role in WORKING_ROLES | READING_ROLES

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PausedAddress]:
        """Nobody sees a pause of an own address here."""
        return super().get_queryset(request).exclude(subject_id__in=own_references(acting(request)))

    @admin.display(description=gettext_lazy("Number"))
    def number(self, row: PausedAddress) -> str:
        return str(row.pk)

    @admin.display(description=gettext_lazy("Reason"))
    def reason_shown(self, row: PausedAddress) -> str:
        return str(row.get_reason_display())

    @admin.display(description=gettext_lazy("Person"))
    def person(self, row: PausedAddress) -> str:
        return str(row.subject_id)[:13] if row.subject_id else ""

    @admin.display(description=gettext_lazy("Since"))
    def since(self, row: PausedAddress) -> str:
        return moment(row.paused_at)

    @admin.display(description=pgettext_lazy("of a case", "State"))
    def state(self, row: PausedAddress) -> str:
        mark = pause_mark(row)
        return render_to_string("_components/status.html", {"kind": mark.kind, "label": mark.label})

    def get_urls(self) -> list[URLPattern]:
        return [
            self.post_route("tell", self.tell_view, self._pause),
            self.post_route("lift", self.lift_view, self._pause),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One pause: why, since when, what it holds, and what can be done."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        row = self._pause(request, object_id)
        return self._page(request, row, _form_of(row))

    def tell_view(self, request: HttpRequest, row: PausedAddress) -> HttpResponse:
        """Write down that the person was told."""
        return self._do(
            request, row, WayForm(request.POST, ways=OTHER_WAYS), tell, _("Written down: the person was told.")
        )

    def lift_view(self, request: HttpRequest, row: PausedAddress) -> HttpResponse:
        """Let requests from the address go on, with the person's confirmation."""
        form = WayForm(request.POST, ways=ways_to_lift(row))
        return self._do(request, row, form, lift, _("Requests from this address go on."))

    def _do(
        self, request: HttpRequest, row: PausedAddress, form: WayForm, service: Callable[..., object], done: str
    ) -> HttpResponse:
        if form.is_valid():
            try:
                service(pause_id=row.pk, **form.cleaned_data, by=acting(request), now=clock.now())
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, done)
                return redirect(f"admin:{NAME}_change", row.pk)
        return self._page(request, row, form, status=422)

    def _page(self, request: HttpRequest, row: PausedAddress, form: WayForm, *, status: int = 200) -> HttpResponse:
        mark = pause_mark(row)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Paused address %(number)s") % {"number": row.pk},
            "opts": self.opts,
            "row": row,
            "mark": mark,
            "facts": _facts(row),
            "may_write": row.lifted_at is None and works_on_cases(by=acting(request)),
            "told": row.told_at is not None,
            "form": form,
            "urls": {name: reverse(f"admin:{NAME}_{name}", args=[row.pk]) for name in ("tell", "lift")},
        }
        return render(request, "admin/dsr_requests/pause.html", context, status=status)

    def _pause(self, request: HttpRequest, pk: str | int) -> PausedAddress:
        known = str(pk).isascii() and str(pk).isdigit() and len(str(pk)) < 19
        row = self.get_queryset(request).filter(pk=int(pk)).first() if known else None
        if row is None or not self.has_view_permission(request):
            raise Http404
        return row


def pause_mark(row: PausedAddress) -> Mark:
    """How a pause stands."""
    if row.lifted_at is not None:
        return Mark("done", _("lifted on %(moment)s") % {"moment": moment(row.lifted_at)})
    if row.told_at is not None:
        return Mark("waiting", _("held; waits for the person's confirmation"))
    return Mark("overdue", _("held; the person has not been told yet"))


def _form_of(row: PausedAddress) -> WayForm:
    return WayForm(ways=OTHER_WAYS if row.told_at is None else ways_to_lift(row))


def _facts(row: PausedAddress) -> list[tuple[str, str]]:
    held = held_requests(row).count() if row.lifted_at is None else 0
    found = [
        (_("Reason"), str(row.get_reason_display())),
        (_("Person"), str(row.subject_id)[:13] if row.subject_id else ""),
        (pgettext("an address", "Held since"), moment(row.paused_at)),
        (_("Open requests it holds"), str(held) if held else ""),
        (_("Person told"), f"{moment(row.told_at)}, {row.get_told_by_way_display()}" if row.told_at else ""),
        (_("Lifted"), moment(row.lifted_at) if row.lifted_at else ""),
        (_("Confirmed by"), str(row.get_confirmed_by_way_display()) if row.confirmed_by_way else ""),
    ]
    return [(label, words) for label, words in found if words]

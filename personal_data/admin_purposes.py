"""Purposes at the staff desk: for whom they are live, and recording that a contract began or is over."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed
from core.templatetags.portal import day
from personal_data import permissions
from personal_data.admin_holds import STATUS
from personal_data.forms_retention import PurposeForm
from personal_data.models import PurposeState
from personal_data.retention_dates import OPEN_CASE
from personal_data.selectors_holds import newest_pack
from personal_data.services.purposes import purposes_that_end, set_for_many

NAME = "personal_data_purposestate"


class WhichPurposes(admin.SimpleListFilter):
    """Live or ended."""

    title = pgettext_lazy("filter", "State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("live", pgettext_lazy("purpose", "live")), ("ended", pgettext_lazy("purpose", "ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(live=value == "live") if value in ("live", "ended") else queryset


@admin.register(PurposeState)
class PurposeStateAdmin(ReadOnlyAdmin):
    """The newest change first. Whoever works on cases records for people of those cases; the officer for everybody."""

    list_display = ("person", "purpose_shown", "state", "since_shown")
    list_display_links = None
    list_filter = (WhichPurposes,)
    ordering = ("-since", "-pk")
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _acting(request).audit_role in permissions.SEES_EVERYBODY

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) or self.has_add_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _acting(request).audit_role in permissions.WRITING_ROLES

    @admin.display(description=gettext_lazy("Person"))
    def person(self, row: PurposeState) -> str:
        return str(row.subject_id)[:13]

    @admin.display(description=pgettext_lazy("of data", "Purpose"))
    def purpose_shown(self, row: PurposeState) -> str:
        if row.purpose == OPEN_CASE:
            return _("An open request or complaint")
        pack = newest_pack()
        spec = pack.purpose(row.purpose) if pack else None
        return str(spec.name) if spec else row.purpose

    @admin.display(description=pgettext_lazy("of a case", "State"))
    def state(self, row: PurposeState) -> str:
        words = pgettext_lazy("purpose", "live") if row.live else pgettext_lazy("purpose", "ended")
        return render_to_string(STATUS, {"kind": "active" if row.live else "stopped", "label": words})

    @admin.display(description=gettext_lazy("Since"))
    def since_shown(self, row: PurposeState) -> str:
        return day(row.since)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """There is no page of one row: the list says all of it."""
        raise Http404

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        words = _("Record that a contract began or is over")
        return super().changelist_view(request, {"add_words": words, **(extra_context or {})})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Record that a contract began or is over, for one person or many."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent, now = request.method == "POST", clock.now()
        first = {"people": request.GET.get("person", "")}
        form = PurposeForm(request.POST if sent else None, initial=first, purposes=purposes_that_end(at=now))
        if sent and form.is_valid() and self._recorded(request, form):
            seen = self.has_view_permission(request)
            return redirect(f"admin:{NAME}_changelist" if seen else f"admin:{NAME}_add")
        context = {
            **self.admin_site.each_context(request),
            "title": _("A contract began or is over"),
            "opts": self.opts,
            "form": form,
            "lists": self.has_view_permission(request),
        }
        return render(request, "admin/personal_data/purpose_new.html", context, status=422 if sent else 200)

    def _recorded(self, request: HttpRequest, form: PurposeForm) -> bool:
        """Whether it was recorded; a refusal stands above the form."""
        try:
            changed, unknown = set_for_many(
                subject_ids=form.cleaned_data["people"],
                purpose=form.cleaned_data["purpose"],
                live=form.cleaned_data["live"] == "yes",
                by=_acting(request),
                now=clock.now(),
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal.message))
            return False
        words = ngettext("Recorded for %(count)s person.", "Recorded for %(count)s people.", changed)
        messages.success(request, words % {"count": changed})
        if unknown:
            told = ", ".join(str(one)[:13] for one in unknown[:10])
            messages.warning(request, _("Nothing is held on: %(people)s") % {"people": told})
        return True


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)

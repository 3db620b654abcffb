"""People who may be one, at the staff desk: side by side and masked, merged or not, and parted again."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed
from core.templatetags.portal import day
from personal_data import permissions
from personal_data.enums import MergeState
from personal_data.forms_import import EvidenceForm, MergeForm, ProposeForm
from personal_data.models import DataSubject, Merge
from personal_data.selectors import HeldField, held_on
from personal_data.selectors_limits import limits_of
from personal_data.services.desk import open_person
from personal_data.services.merging import decline, merge, part, propose
from personal_data.sign_in_address import masked_sign_in_address
from policies import selectors as policies

NAME = "personal_data_merge"
_STATUS_KIND = {
    MergeState.PROPOSED: "waiting",
    MergeState.DECLINED: "stopped",
    MergeState.MERGED: "done",
    MergeState.PARTED: "neutral",
}
_OPEN = (MergeState.PROPOSED, MergeState.DECLINED, MergeState.PARTED)


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    """Pairs to decide on and pairs decided. The officer decides; the auditor looks on."""

    list_display = ("number", "status", "agrees", "proposed")
    list_display_links = ("number",)
    list_filter = ("state",)
    ordering = ("-proposed_at",)
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _acting(request).audit_role in permissions.SEES_EVERYBODY

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return permissions.can_import(by=_acting(request))

    @admin.display(description=gettext_lazy("Pair"))
    def number(self, row: Merge) -> str:
        return str(row.pk)[:13]

    @admin.display(description=gettext_lazy("Status"))
    def status(self, row: Merge) -> str:
        return render_to_string("_components/status.html", _mark(row))

    @admin.display(description=gettext_lazy("What agrees"))
    def agrees(self, row: Merge) -> str:
        return _names(row.shared_fields)

    @admin.display(description=gettext_lazy("Proposed"))
    def proposed(self, row: Merge) -> str:
        return day(row.proposed_at)

    def get_urls(self) -> list[URLPattern]:
        return [
            self.post_route("merge", self.merge_view, self._to_act_on),
            self.post_route("decline", self.decline_view, self._to_act_on),
            self.post_route("part", self.part_view, self._to_act_on),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Put two people side by side who may be one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ProposeForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                row = propose(**form.cleaned_data, by=_acting(request), now=clock.now())
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            else:
                return self._back(row)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Compare two people"),
            "opts": self.opts,
            "form": form,
        }
        return render(request, "admin/personal_data/merge_new.html", context, status=422 if form.is_bound else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One pair side by side. The look at either is recorded; nothing else is changed at this address."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self.entry_or_404(request, object_id))

    def merge_view(self, request: HttpRequest, row: Merge) -> HttpResponse:
        """These are one person."""
        form = MergeForm(request.POST, merge=row, prefix="merge")
        if not form.is_valid():
            return self._page(request, row, merge_form=form, status=422)

        def do(by: Actor) -> str:
            merge(
                merge_id=row.pk,
                keep=UUID(form.cleaned_data["keep"]),
                words=form.cleaned_data["words"],
                by=by,
                now=clock.now(),
            )
            return _("They are one person now.")

        return self._done(request, row, do)

    def decline_view(self, request: HttpRequest, row: Merge) -> HttpResponse:
        """These are two people."""
        form = EvidenceForm(request.POST, prefix="decline")
        if not form.is_valid():
            return self._page(request, row, decline_form=form, status=422)

        def do(by: Actor) -> str:
            decline(merge_id=row.pk, words=form.cleaned_data["words"], by=by, now=clock.now())
            return _("Recorded: these are two people.")

        return self._done(request, row, do)

    def part_view(self, request: HttpRequest, row: Merge) -> HttpResponse:
        """These were two people after all."""
        form = EvidenceForm(request.POST, prefix="part")
        if not form.is_valid():
            return self._page(request, row, part_form=form, status=422)

        def do(by: Actor) -> str:
            stayed = part(merge_id=row.pk, words=form.cleaned_data["words"], by=by, now=clock.now())
            if not stayed:
                return _("Parted. Each has again what was theirs.")
            return ngettext(
                "Parted. %(count)s entry was changed since and stays with the first person.",
                "Parted. %(count)s entries were changed since and stay with the first person.",
                stayed,
            ) % {"count": stayed}

        return self._done(request, row, do)

    def _page(self, request: HttpRequest, row: Merge, *, status: int = 200, **sent: Form) -> HttpResponse:
        by, now = _acting(request), clock.now()
        sides = [_held(pk, by) for pk in (row.kept_id, row.other_id)]
        may = permissions.can_import(by=by)
        people = DataSubject.objects.in_bulk([row.kept_id, row.other_id])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Pair %(number)s") % {"number": str(row.pk)[:13]},
            "opts": self.opts,
            "merge": row,
            "status": _mark(row),
            "people": [people[row.kept_id], people[row.other_id]],
            "limited": [bool(limits_of(pk)) for pk in (row.kept_id, row.other_id)],
            "addresses": [masked_sign_in_address(row.kept_id), masked_sign_in_address(row.other_id)],
            "rows": _rows(sides, row.shared_fields),
            "now": now,
            "merge_form": sent.get("merge_form") or MergeForm(merge=row, prefix="merge"),
            "decline_form": sent.get("decline_form") or EvidenceForm(prefix="decline"),
            "part_form": sent.get("part_form") or EvidenceForm(prefix="part"),
            "may_merge": may and row.state in _OPEN,
            "may_decline": may and row.state == MergeState.PROPOSED,
            "may_part": may and row.state == MergeState.MERGED,
            "urls": {name: reverse(f"admin:{NAME}_{name}", args=[row.pk]) for name in ("merge", "decline", "part")},
        }
        return render(request, "admin/personal_data/merge.html", context, status=status)

    def _done(self, request: HttpRequest, row: Merge, do: Callable[[Actor], str]) -> HttpResponse:
        try:
            messages.success(request, do(_acting(request)))
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        return self._back(row)

    def _to_act_on(self, request: HttpRequest, pk: UUID) -> Merge:
        row: Merge = self.entry_or_404(request, pk)
        if not permissions.can_import(by=_acting(request)):
            raise PermissionDenied
        return row

    def _back(self, row: Merge) -> HttpResponse:
        return redirect(reverse(f"admin:{NAME}_change", args=[row.pk]))


def _held(subject_id: UUID, by: Actor) -> dict[str, HeldField]:
    """What is held on one of the two, the look recorded; nothing of somebody who is being deleted."""
    try:
        open_person(subject_id=subject_id, by=by, now=clock.now())
    except NotAllowed as refusal:
        raise PermissionDenied from refusal
    if not DataSubject.objects.get(pk=subject_id).is_active:
        return {}
    return {field.spec.code: field for field in held_on(subject_id=subject_id, at=clock.now())}


def _rows(sides: list[dict[str, HeldField]], shared: list[str]) -> list[dict[str, Any]]:
    """Each entry either holds a value of, masked, and whether the two agree."""
    first, second = sides
    rows = []
    for code, field in (first or second).items():
        items = [side[code].item if code in side else None for side in sides]
        if not any(items):
            continue
        alike = all(items) and bytes(items[0].lookup) == bytes(items[1].lookup)  # type: ignore[union-attr]
        values = [side[code].masked if code in side else "" for side in sides]
        rows.append({"label": field.spec.label, "values": values, "alike": alike or code in shared, "both": all(items)})
    return rows


def _names(codes: list[str]) -> str:
    version = policies.version_in_force(clock.now())
    labels = {spec.code: str(spec.label) for spec in (policies.fields(version) if version else ())}
    return ", ".join(labels.get(code, code) for code in codes)


def _mark(row: Merge) -> dict[str, str]:
    return {"kind": _STATUS_KIND[MergeState(row.state)], "label": capfirst(str(row.get_state_display()))}


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)

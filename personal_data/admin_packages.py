"""Copies of people's data at the staff desk: how far each is, and making a stuck one again. Never the content."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed
from core.templatetags.portal import moment
from personal_data import permissions
from personal_data.basis_words import basis_told
from personal_data.enums import PackageState
from personal_data.models import Package
from personal_data.selectors_merged import own_references
from personal_data.services.packaging import resume

STATUS = "_components/status.html"
NAME = "personal_data_package"
_STATUS_KIND = {
    PackageState.WAITING: "neutral",
    PackageState.BUILDING: "active",
    PackageState.READY: "done",
    PackageState.FETCHED: "done",
    PackageState.EXPIRED: "stopped",
    PackageState.STUCK: "overdue",
}


@admin.register(Package)
class PackageAdmin(ReadOnlyAdmin):
    """Every copy, newest first, those that wait for a person among them. Whoever sees everybody sees them."""

    list_display = ("number", "answers", "status", "asked", "expires", "fetched")
    list_display_links = ("number",)
    list_filter = ("state",)
    ordering = ("-asked_at",)
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _acting(request).audit_role in permissions.SEES_EVERYBODY

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Package]:
        """Nobody works on a copy of the own data, nor sees it here."""
        return super().get_queryset(request).exclude(subject_id__in=own_references(_acting(request)))

    @admin.display(description=gettext_lazy("Copy number"))
    def number(self, row: Package) -> str:
        return str(row.pk)[:13]

    @admin.display(description=gettext_lazy("Follows from"))
    def answers(self, row: Package) -> str:
        return basis_told(row.basis)[0]

    @admin.display(description=gettext_lazy("Status"))
    def status(self, row: Package) -> str:
        return render_to_string(STATUS, _mark(row))

    @admin.display(description=pgettext_lazy("a copy", "Asked"))
    def asked(self, row: Package) -> str:
        return moment(row.asked_at)

    @admin.display(description=gettext_lazy("Can be fetched until"))
    def expires(self, row: Package) -> str:
        return moment(row.expires_at) if row.expires_at else ""

    @admin.display(description=gettext_lazy("Fetched"))
    def fetched(self, row: Package) -> str:
        return moment(row.fetched_at) if row.fetched_at else ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.resume_view)
        return [path("<uuid:pk>/resume/", view, name=f"{NAME}_resume"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One copy: what it answers, how far it is, why it did not work."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        package, by = self.entry_or_404(request, object_id), _acting(request)
        stuck = package.state == PackageState.STUCK
        context = {
            **self.admin_site.each_context(request),
            "title": _("Copy %(number)s") % {"number": str(package.pk)[:13]},
            "opts": self.opts,
            "mark": _mark(package),
            "rows": _facts(package, by=by),
            "is_stuck": stuck,
            "may_resume": stuck and permissions.can_resume(by=by),
            "resume_url": reverse(f"admin:{NAME}_resume", args=[package.pk]),
        }
        return render(request, "admin/personal_data/package.html", context)

    def resume_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Set a stuck copy going again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        package = self.entry_or_404(request, pk)
        try:
            resume(package_id=package.pk, by=_acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("The copy is made again. Look again in a minute."))
        return redirect(f"admin:{NAME}_change", package.pk)


def _mark(package: Package) -> dict[str, str]:
    return {"kind": _STATUS_KIND[PackageState(package.state)], "label": capfirst(str(package.get_state_display()))}


def _facts(package: Package, *, by: Actor) -> list[tuple[str, str, str]]:
    """What a copy is, in words and with pages to go to; nothing of what it holds."""
    basis, basis_url = basis_told(package.basis, by=by)
    found = [
        (_("Follows from"), basis, basis_url),
        (_("What went wrong"), str(package.get_error_display()) if package.error else "", ""),
        (_("Tries that failed"), str(package.attempts or ""), ""),
        (_("Next try"), moment(package.next_try_at) if package.next_try_at else "", ""),
        (_("Parts left out"), str(len(package.left_out) or ""), ""),
        (_("Asked for"), moment(package.asked_at), ""),
        (_("Ready since"), moment(package.ready_at) if package.ready_at else "", ""),
        (_("Can be fetched until"), moment(package.expires_at) if package.expires_at else "", ""),
        (_("Fetched"), moment(package.fetched_at) if package.fetched_at else "", ""),
        (_("Size"), str(filesizeformat(package.size)) if package.size else "", ""),
    ]
    return [fact for fact in found if fact[1]]


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)

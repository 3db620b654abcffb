"""What the law keeps of people who are erased, at the staff desk: which article, until when. The officer opens it."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.citations import cite
from core.errors import NotAllowed
from core.templatetags.portal import day, moment
from personal_data import permissions
from personal_data.admin_holds import field_name
from personal_data.erasure_words import label_of
from personal_data.forms_desk import KeptForm
from personal_data.models import KeptByLaw
from personal_data.services.kept_reading import Kept, open_kept

NAME = "personal_data_keptbylaw"


@admin.register(KeptByLaw)
class KeptByLawAdmin(ReadOnlyAdmin):
    """Whatever goes first on top. Nobody is named; a value is opened one by one, with a reason."""

    list_display = ("number", "field_shown", "article", "until")
    list_display_links = ("number",)
    ordering = ("kept_until", "pk")
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _acting(request).audit_role in permissions.SEES_RETENTION

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=gettext_lazy("Number"))
    def number(self, row: KeptByLaw) -> str:
        return str(row.pk)[:13]

    @admin.display(description=pgettext_lazy("of data", "Field"))
    def field_shown(self, row: KeptByLaw) -> str:
        return field_name(row.field)

    @admin.display(description=gettext_lazy("Article"))
    def article(self, row: KeptByLaw) -> str:
        return cite(row.clause)

    @admin.display(description=gettext_lazy("Goes on"))
    def until(self, row: KeptByLaw) -> str:
        return day(row.kept_until)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.open_view)
        return [path("<uuid:pk>/open/", view, name=f"{NAME}_open"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One entry; what it holds is not on it."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self.entry_or_404(request, object_id), KeptForm())

    def open_view(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        """What it holds, once, for the reason given; a file is sent."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row, form = self.entry_or_404(request, pk), KeptForm(request.POST)
        if form.is_valid():
            try:
                found = open_kept(
                    kept_id=row.pk, reason=form.cleaned_data["reason"], by=_acting(request), now=clock.now()
                )
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            else:
                return self._page(request, row, KeptForm(), found) if found.pieces is None else _sent(found, row)
        return self._page(request, row, form, status=422)

    def _page(
        self, request: HttpRequest, row: KeptByLaw, form: KeptForm, found: Kept | None = None, status: int = 200
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Kept by law: %(field)s") % {"field": field_name(row.field)},
            "opts": self.opts,
            "rows": _facts(row),
            "value": found.value if found else "",
            "is_file": bool(row.mime),
            "form": form if permissions.can_read_kept(by=_acting(request)) else None,
            "url": reverse(f"admin:{NAME}_open", args=[row.pk]),
        }
        return render(request, "admin/personal_data/kept.html", context, status=status)


def _facts(row: KeptByLaw) -> list[tuple[str, str]]:
    return [
        (_("Kind of entry"), label_of(row.target)),
        (_("Reference of the person"), str(row.subject_id)),
        (_("Article"), cite(row.clause)),
        (_("Held since"), moment(row.held_since)),
        (_("Set apart"), moment(row.set_apart_at)),
        (_("Goes on"), day(row.kept_until)),
    ]


def _sent(found: Kept, row: KeptByLaw) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(found.pieces or (), content_type=row.mime)
    answer["Content-Disposition"] = content_disposition_header(True, found.value) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)

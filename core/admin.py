"""How periodic jobs fare, and the base of every read-only list."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils.text import capfirst

from core.models import SweepState


class GuardedFilters(admin.ModelAdmin):
    """A list that answers no question its page does not ask.

    Django lets a query string filter by any column of the table, so that whoever sees a list could read a column that
    is not shown, letter by letter, off the number of rows.
    """

    show_facets = admin.ShowFacets.NEVER  # the counts cost a query each, and nobody asked for them

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        names = {_name_of(one) for one in self.get_list_filter(request)} | {self.date_hierarchy}
        root = lookup.split(LOOKUP_SEP, 1)[0]
        return root in names and super().lookup_allowed(lookup, value, request)


class ReadOnlyAdmin(GuardedFilters):
    """Lists and shows; changes go through services."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list under the name of what it lists: there is nothing to select."""
        context = {"title": capfirst(str(self.opts.verbose_name_plural)), **(extra_context or {})}
        return super().changelist_view(request, context)

    def entry_or_404(self, request: HttpRequest, pk: Any) -> Any:
        """The entry with this key among those whoever asks may see. Raises Http404."""
        try:
            found = self.get_queryset(request).filter(pk=self.opts.pk.to_python(pk)).first()
        except ValidationError as error:
            raise Http404 from error
        if found is None or not self.has_view_permission(request):
            raise Http404
        return found

    def post_route(
        self, name: str, view: Callable[[HttpRequest, Any], HttpResponse], find: Callable[[HttpRequest, Any], Any]
    ) -> URLPattern:
        """The address an action on one entry is sent to: `view(request, entry)`, by POST alone. `find(request, key)`
        answers the entry, or raises Http404 for whoever may not see it.
        """

        def by_post(request: HttpRequest, pk: Any) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return view(request, find(request, pk))

        key = "uuid" if isinstance(self.opts.pk, models.UUIDField) else "int"
        route = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(f"<{key}:pk>/{name}/", self.admin_site.admin_view(by_post), name=route)


def _name_of(asked: Any) -> str | None:
    """The parameter one entry of `list_filter` answers to; None for a kind that is not used here."""
    if isinstance(asked, tuple):
        asked = asked[0]
    return asked if isinstance(asked, str) else getattr(asked, "parameter_name", None)


@admin.register(SweepState)
class SweepStateAdmin(ReadOnlyAdmin):
    list_display = ("name", "last_started_at", "last_succeeded_at", "failures_in_a_row", "last_error")

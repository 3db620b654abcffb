"""The list of cases: a queue by due date, with its filters in the address, its search and what can be done from it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, DateTimeField, ExpressionWrapper, Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases import permissions, queue
from cases.admin_base import acting
from cases.admin_bulk import BulkPages
from cases.admin_export import ExportPages
from cases.admin_filters import (
    FOUND,
    AboutFilter,
    ChannelFilter,
    DueFilter,
    FoundFilter,
    LanguageFilter,
    RoundFilter,
    StaffFilter,
    StateFilter,
    WhichList,
    asks_for_more,
    list_shown,
    narrows,
    policy_of,
    shows_only_open,
)
from cases.explaining import last_day
from cases.kinds import facts_of
from cases.models import Case
from cases.references import as_begun
from cases.selectors import status_mark
from cases.services.assigning import take
from cases.services.finding import find_cases
from core import clock
from core.actors import Actor
from core.errors import NotAllowed
from core.templatetags.portal import day, days_left, deadline_kind, deadline_words

STATUS = "_components/status.html"
NOTHING = "–"
LONGEST_SEARCH = 320


class QueueList(ChangeList):
    """A list whose order is its own: another one would have to sort everything first."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return list(self.model_admin.get_ordering(request))


class CaseQueue(BulkPages, ExportPages):
    """The list of one kind of case."""

    change_list_template = "admin/cases/change_list.html"
    list_display: Any = ("reference", "about", "due", "state", "who")
    list_display_links = ("reference",)
    list_filter: ClassVar[Any] = (
        WhichList,
        FoundFilter,
        StateFilter,
        DueFilter,
        AboutFilter,
        StaffFilter,
        ChannelFilter,
        LanguageFilter,
        RoundFilter,
    )
    search_fields = ("reference",)
    sortable_by = ()
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    actions = None

    # --- what is listed -----------------------------------------------------------------------------------------------

    def get_paginator(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        per_page: int,
        orphans: int = 0,
        allow_empty_first_page: bool = True,
    ) -> queue.CappedPaginator:
        """Lists of what is over have no index for each filter: with one set, or the beginning of a reference searched
        for, they are counted one page ahead only.
        """
        pages = queue.CappedPaginator(queryset, per_page, orphans, allow_empty_first_page)
        if self.get_ordering(request) != queue.BY_DUE and (narrows(request.GET) or request.GET.get("q")):
            asked = request.GET.get("p", "")
            pages.most = per_page * (1 + (int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1))
        return pages

    def get_list_display(self, request: HttpRequest) -> Any:
        return ("chosen", *self.list_display) if permissions.works_on_cases(by=acting(request)) else self.list_display

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return QueueList

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return queue.order_of(list_shown(request.GET), only_open=shows_only_open(request.GET))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        by = acting(request)
        return (
            self._listed(request)
            .select_related("assignee", "policy_version")
            .defer("policy_version__document", "sealed_text", "sealed_contact")
            .annotate(
                seen_at=Value(clock.now(), output_field=DateTimeField()),
                offered=Value(permissions.works_on_cases(by=by), output_field=BooleanField()),
                told=_told(by),
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        begun = as_begun(search_term, prefix=self.model.reference_prefix)
        return (queryset.filter(reference__startswith=begun) if begun else queryset.none()), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = str(self.opts.verbose_name_plural)
        by = acting(request)
        context = {
            "title": title[:1].upper() + title[1:],
            "counts": queue.tab_counts(self._listed(request), by=by, now=clock.now()),
            "policy": policy_of(request),
            "query": request.GET.urlencode(),
            "urls": {name: reverse(f"admin:{self._list_name(name)}") for name in self.list_pages()},
            "may_export": permissions.can_export(by=by),
            "bulk": self.bulk_actions() if permissions.works_on_cases(by=by) else [],
        }
        answer = super().changelist_view(request, context | (extra_context or {}))
        if isinstance(answer, TemplateResponse) and answer.context_data and "cl" in answer.context_data:
            more = asks_for_more(request.GET, answer.context_data["cl"].filter_specs)
            answer.context_data["only_own"] = more and not permissions.reads_every_case(by=by)
        return answer

    # --- what can be done from it -------------------------------------------------------------------------------------

    def list_pages(self) -> dict[str, Callable[..., HttpResponse]]:
        """What hangs on the list: the last part of its address, and the view. All by POST."""
        return {
            "search": self.search_view,
            "export": self.export_view,
            **{action.code: self.bulk_view(action) for action in self.bulk_actions()},
        }

    def get_urls(self) -> list[URLPattern]:
        reading = {"search", "export"}
        return [
            *(self._list_route(name, view, reads=name in reading) for name, view in self.list_pages().items()),
            path(
                "take/<int:pk>/",
                self.admin_site.admin_view(_by_post(self.take_view)),
                name=self._list_name("take_listed"),
            ),
            *super().get_urls(),
        ]

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """Leads to what was searched for. An address or number is kept out of the page's address."""
        self._check_listed(request)
        typed = request.POST.get("q", "").strip()[:LONGEST_SEARCH]
        begun = as_begun(typed, prefix=self.model.reference_prefix)
        if not typed:
            return self._to_list({})
        if begun:
            return self._to_list({"list": "all", "q": begun})
        try:
            found = find_cases(model=self.model, typed=typed, by=acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
            return self._to_list({})
        request.session[f"{FOUND}-{self.model.kind}"] = found
        return self._to_list({"list": "all", "found": "1"})

    def take_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Takes a case and opens it."""
        self._check_listed(request)
        if not self._listed(request).filter(pk=pk).exists():
            raise Http404
        try:
            take(kind=self.model.kind, case_id=pk, by=acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("The case is yours now."))
        return redirect(reverse(f"admin:{self._list_name('change')}", args=[pk]))

    # --- columns ------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("Choose"))
    def chosen(self, row: Case) -> str:
        words = _("Choose %(reference)s") % {"reference": row.reference}
        return format_html('<input type="checkbox" name="case" value="{}" aria-label="{}">', row.pk, words)

    @admin.display(description=pgettext_lazy("of a case", "About"))
    def about(self, row: Case) -> str:
        return facts_of(row.kind).about(row)

    @admin.display(description=pgettext_lazy("of a case", "Due"))
    def due(self, row: Any) -> str:
        if not row.is_open:
            return day(row.settled_at) if row.told else day(last_day(row.target_at))
        last = last_day(row.next_due(now=row.seen_at))
        left = days_left(last, row.seen_at)
        mark = {"kind": deadline_kind(left), "label": deadline_words(left)}
        return render_to_string("admin/cases/_due.html", {"last": last, "missed": row.seen_at >= row.target_at, **mark})

    @admin.display(description=pgettext_lazy("of a case", "State"))
    def state(self, row: Any) -> str:
        if not row.told:
            return NOTHING
        kind, label = status_mark(row)
        return render_to_string(STATUS, {"kind": kind, "label": label})

    @admin.display(description=pgettext_lazy("of a case", "Handled by"))
    def who(self, row: Any) -> str:
        if row.assignee_id:
            return str(row.assignee) if row.told else _("a colleague")
        if not (row.offered and row.is_open):
            return _("nobody yet")
        return render_to_string(
            "admin/cases/_take.html",
            {"url": reverse(f"admin:{self._list_name('take_listed')}", args=[row.pk]), "reference": row.reference},
        )

    # --- plumbing -----------------------------------------------------------------------------------------------------

    def _list_route(self, name: str, view: Callable[..., HttpResponse], *, reads: bool) -> URLPattern:
        by_post = _by_post(view)
        setattr(by_post, "only_reads", reads)  # noqa: B010  asked for by the staff site
        return path(f"{name}/", self.admin_site.admin_view(by_post), name=self._list_name(name))

    def _listed(self, request: HttpRequest) -> QuerySet[Any]:
        """The cases whoever asks may see, found out once for a page."""
        if not hasattr(request, "desk_rows"):
            request.desk_rows = queue.listed(self.model, by=acting(request))  # type: ignore[attr-defined]
        rows: QuerySet[Any] = request.desk_rows  # type: ignore[attr-defined]
        return rows

    def _check_listed(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _to_list(self, query: dict[str, str]) -> HttpResponse:
        address = reverse(f"admin:{self._list_name('changelist')}")
        return redirect(f"{address}?{urlencode(query)}" if query else address)


def _told(by: Actor) -> Any:
    """Of which rows more than reference, category and dates is shown (`queue.told`)."""
    if permissions.reads_every_case(by=by):
        return Value(True, output_field=BooleanField())
    return ExpressionWrapper(Q(assignee_id=by.pk), output_field=BooleanField())


def _by_post(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, answering nothing but POST."""

    def by_post(request: HttpRequest, **arguments: Any) -> HttpResponse:
        return view(request, **arguments) if request.method == "POST" else HttpResponseNotAllowed(["POST"])

    return by_post

"""The staff desk: a queue by due date, and one case with all that can be done with it. A client of the services."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import DateTimeField, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases import permissions
from cases.admin_filters import WhichList
from cases.describing import description_of
from cases.desk import colleagues, desk_page, who_has
from cases.explaining import last_day
from cases.forms import AssignForm, CloseForm, ReplyForm, RevealForm
from cases.models import Case
from cases.references import as_written
from cases.selectors import desk_counts, status_mark
from cases.services.assigning import assign, release, take
from cases.services.closing import close
from cases.services.looking import read_attachment, reveal_contact
from cases.services.messaging import write_as_staff
from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed
from core.templatetags.portal import day, days_left, deadline_kind, deadline_words

STATUS = "_components/status.html"
Forms = dict[str, forms.Form]


def acting(request: HttpRequest) -> Actor:
    """The member of staff; the site lets nobody else in."""
    return cast(Actor, request.user)


class CaseDesk(ReadOnlyAdmin):
    """What the desks of complaints and requests share."""

    change_list_template = "admin/cases/change_list.html"
    list_display: Any = ("reference", "about", "due", "state", "who")
    list_display_links = ("reference",)
    list_filter: ClassVar[Any] = (WhichList, "status")
    search_fields = ("reference",)
    search_help_text = gettext_lazy("Reference, in whole or in part")
    list_per_page = 50
    show_full_result_count = False
    actions = None
    ordering = ("target_at", "id")
    outcomes: ClassVar[Sequence[tuple[str, Any]]] = ()

    # --- who sees the desk ------------------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.can_see_queue(by=acting(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return permissions.can_see_queue(by=acting(request))

    # --- the queue --------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return (
            rows.select_related("assignee", "policy_version")
            .defer("policy_version__document", "sealed_text", "sealed_contact")
            .annotate(seen_at=Value(clock.now(), output_field=DateTimeField()))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(reference__icontains=as_written(term) or term), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        counts = desk_counts(self.model, user_id=cast(UUID, request.user.pk), now=clock.now())
        title = str(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title[:1].upper() + title[1:], "counts": counts})

    @admin.display(description=pgettext_lazy("of a case", "About"))
    def about(self, row: Case) -> str:
        return description_of(row).about

    @admin.display(description=pgettext_lazy("of a case", "Due"), ordering="target_at")
    def due(self, row: Any) -> str:
        if not row.is_open:
            return day(row.closed_at)
        last = last_day(row.next_due(now=row.seen_at))
        left = days_left(last, row.seen_at)
        mark = {"kind": deadline_kind(left), "label": deadline_words(left)}
        return render_to_string("admin/cases/_due.html", {"last": last, "missed": row.seen_at >= row.target_at, **mark})

    @admin.display(description=pgettext_lazy("of a case", "State"), ordering="status")
    def state(self, row: Case) -> str:
        kind, label = status_mark(row)
        return render_to_string(STATUS, {"kind": kind, "label": label})

    @admin.display(description=pgettext_lazy("of a case", "With"), ordering="assignee")
    def who(self, row: Case) -> str:
        return str(row.assignee) if row.assignee_id else _("nobody yet")

    # --- one case -----------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return [
            *(self._route(name, view) for name, view in self.case_actions().items()),
            self._file_route(),
            *super().get_urls(),
        ]

    def case_actions(self) -> dict[str, Callable[..., HttpResponse]]:
        """What can be done with a case: the last part of its address, and the view. All by POST."""
        return {
            "take": self.take_view,
            "release": self.release_view,
            "assign": self.assign_view,
            "reply": self.reply_view,
            "close": self.close_view,
            "reveal": self.reveal_view,
        }

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The case itself. Nothing is changed at this address."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self.case_page(request, self._case(request, object_id))

    def take_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._done(
            request,
            pk,
            lambda: take(kind=self._kind, case_id=pk, by=acting(request), now=clock.now()),
            _("The case is yours now."),
        )

    def release_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._done(
            request,
            pk,
            lambda: release(kind=self._kind, case_id=pk, by=acting(request), now=clock.now()),
            _("The case is back in the queue."),
        )

    def assign_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = self._case(request, pk)
        form = AssignForm(request.POST, colleagues=colleagues(case))
        return self._with_form(
            request,
            case,
            "assign_form",
            form,
            lambda data: assign(kind=self._kind, case_id=pk, to=UUID(data["to"]), by=acting(request), now=clock.now()),
            _("The case was given to a colleague."),
        )

    def reply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._with_form(
            request,
            self._case(request, pk),
            "reply_form",
            ReplyForm(request.POST),
            lambda data: write_as_staff(kind=self._kind, case_id=pk, **data, by=acting(request), now=clock.now()),
            _("Your reply was sent."),
        )

    def close_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._with_form(
            request,
            self._case(request, pk),
            "close_form",
            CloseForm(request.POST, outcomes=self.outcomes),
            lambda data: close(kind=self._kind, case_id=pk, **data, by=acting(request), now=clock.now()),
            _("The case is closed and the answer was sent."),
        )

    def reveal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Shows the address in the answer to this POST and nowhere else; loading the page again hides it."""
        case = self._case(request, pk)
        form = RevealForm(request.POST)
        if form.is_valid():
            try:
                address = reveal_contact(
                    kind=self._kind, case_id=pk, reason=form.cleaned_data["reason"], by=acting(request), now=clock.now()
                )
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            else:
                return self.case_page(request, case, revealed=address)
        return self.case_page(request, case, forms={"reveal_form": form}, status=422)

    def file_view(self, request: HttpRequest, pk: int, attachment_id: UUID) -> HttpResponse:
        """One attachment, always as a download."""
        self._case(request, pk)
        try:
            name, mime, data = read_attachment(
                kind=self._kind, case_id=pk, attachment_id=attachment_id, by=acting(request), now=clock.now()
            )
        except NotAllowed as refusal:
            messages.error(request, refusal.message)
            return redirect(self._change_url(pk))
        header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        return HttpResponse(data, content_type=mime, headers={"Content-Disposition": header})

    def case_page(
        self, request: HttpRequest, case: Case, *, forms: Forms | None = None, revealed: str = "", status: int = 200
    ) -> HttpResponse:
        """The page of one case, with forms as they were sent where something was wrong."""
        page = desk_page(case, by=acting(request), now=clock.now(), revealed=revealed)
        context = {
            **self.admin_site.each_context(request),
            "title": case.reference,
            "opts": self.opts,
            "page": page,
            "with_whom": who_has(case, by=acting(request)),
            "urls": {name: self._action_url(name, case.pk) for name in self.case_actions()},
            "reply_form": ReplyForm(),
            "close_form": CloseForm(outcomes=self.outcomes),
            "assign_form": AssignForm(colleagues=colleagues(case) if page.can_give else []),
            "reveal_form": RevealForm(),
            **self.more_context(case),
            **(forms or {}),
        }
        return render(request, "admin/cases/case.html", context, status=status)

    def more_context(self, case: Case) -> dict[str, Any]:
        """What one kind of case adds to the page: `facts` (label, value) and forms."""
        return {"facts": []}

    # --- plumbing -----------------------------------------------------------------------------------------------------

    @property
    def _kind(self) -> str:
        kind: str = self.model.kind
        return kind

    def _case(self, request: HttpRequest, pk: int | str) -> Case:
        if not self.has_view_permission(request):
            raise PermissionDenied
        case: Case | None = None
        if str(pk).isascii() and str(pk).isdigit():
            case = self.model._default_manager.select_related("assignee", "policy_version").filter(pk=int(pk)).first()
        if case is None:
            raise Http404
        return case

    def _done(self, request: HttpRequest, pk: int, act: Callable[[], object], words: str) -> HttpResponse:
        """One call and its message."""
        self._case(request, pk)
        try:
            act()
        except NotAllowed as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, words)
        return redirect(self._change_url(pk))

    def _with_form(
        self,
        request: HttpRequest,
        case: Case,
        name: str,
        form: forms.Form,
        act: Callable[[dict[str, Any]], object],
        words: str,
    ) -> HttpResponse:
        """One call with what was typed; when it is refused, the page comes back with what was typed in it."""
        if form.is_valid():
            try:
                act(form.cleaned_data)
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
                case = self._case(request, case.pk)
            else:
                messages.success(request, words)
                return redirect(self._change_url(case.pk))
        return self.case_page(request, case, forms={name: form}, status=422)

    def _route(self, name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        def by_post(request: HttpRequest, pk: int) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return view(request, pk)

        return path(f"<int:pk>/{name}/", self.admin_site.admin_view(by_post), name=self._name(name))

    def _file_route(self) -> URLPattern:
        return path(
            "<int:pk>/files/<uuid:attachment_id>/", self.admin_site.admin_view(self.file_view), name=self._name("file")
        )

    def _name(self, action: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{action}"

    def _action_url(self, action: str, pk: int) -> str:
        return reverse(f"admin:{self._name(action)}", args=[pk])

    def _change_url(self, pk: int) -> str:
        return self._action_url("change", pk)

"""Limits of use at the staff desk: what may not be used, and ending one of them by two people."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from audit.selectors import entries_about
from audit.services.recording import actor_reference, read_note
from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed
from core.templatetags.portal import day, moment
from personal_data import permissions
from personal_data.basis_words import basis_told
from personal_data.enums import AuditEvent, LimitKind
from personal_data.forms_desk import LiftForm
from personal_data.models import UseLimit
from personal_data.selectors_merged import own_references
from personal_data.services.limiting import ask_to_lift, drop_lift, second_lift
from policies import selectors as policies

STATUS = "_components/status.html"
NAME = "personal_data_uselimit"
_WAITING = Q(ended_at__isnull=True) & ~Q(lift_asked_by="")


class WhichLimits(admin.SimpleListFilter):
    """Standing, waiting for a second person, or ended."""

    title = pgettext_lazy("filter", "State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("standing", pgettext_lazy("limits of use", "In force")),
            ("second", pgettext_lazy("limits of use", "Lifting waits for a second person")),
            ("ended", pgettext_lazy("limits of use", "Ended")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "standing":
                return queryset.filter(ended_at__isnull=True)
            case "second":
                return queryset.filter(_WAITING)
            case "ended":
                return queryset.filter(ended_at__isnull=False)
        return queryset


@admin.register(UseLimit)
class UseLimitAdmin(ReadOnlyAdmin):
    """Every limit, newest first. An agent sees those whose lifting waits for a second person."""

    list_display = ("person", "kind_shown", "purpose_shown", "since_shown", "state")
    list_display_links = ("person",)
    list_filter = (WhichLimits, "kind")
    ordering = ("-since", "-pk")
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _acting(request).audit_role in permissions.SEES_EVERYBODY | permissions.WRITING_ROLES

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[UseLimit]:
        """Nobody works on a limit of the own data, nor sees it here."""
        by = _acting(request)
        rows = super().get_queryset(request).exclude(subject_id__in=own_references(by))
        return rows if by.audit_role in permissions.SEES_EVERYBODY else rows.filter(_WAITING)

    @admin.display(description=gettext_lazy("Person"))
    def person(self, row: UseLimit) -> str:
        return str(row.subject_id)[:13]

    @admin.display(description=gettext_lazy("Why"))
    def kind_shown(self, row: UseLimit) -> str:
        return str(row.get_kind_display())

    @admin.display(description=gettext_lazy("Use that stops"))
    def purpose_shown(self, row: UseLimit) -> str:
        return purpose_words(row)

    @admin.display(description=gettext_lazy("Since"))
    def since_shown(self, row: UseLimit) -> str:
        return day(row.since)

    @admin.display(description=pgettext_lazy("of a case", "State"))
    def state(self, row: UseLimit) -> str:
        return render_to_string(STATUS, limit_mark(row))

    def get_urls(self) -> list[URLPattern]:
        return [
            self.post_route("ask", self.ask_view, self._limit),
            self.post_route("second", self.second_view, self._limit),
            self.post_route("drop", self.drop_view, self._limit),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One limit: whose, of what, since when, and what can be done about it."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self._limit(request, object_id))

    def ask_view(self, request: HttpRequest, limit: UseLimit) -> HttpResponse:
        """Propose that the limit ends."""
        form = LiftForm(request.POST)
        if not form.is_valid():
            return self._page(request, limit, form=form, status=422)
        ask = partial(ask_to_lift, words=form.cleaned_data["words"])
        return self._do(request, limit, ask, _("Proposed. A second colleague has to approve it."))

    def second_view(self, request: HttpRequest, limit: UseLimit) -> HttpResponse:
        """Approve what a colleague proposed."""
        return self._do(request, limit, second_lift, _("The limit has ended."))

    def drop_view(self, request: HttpRequest, limit: UseLimit) -> HttpResponse:
        """Decline what was proposed; the limit stays."""
        return self._do(request, limit, drop_lift, _("The limit stays."))

    def _do(self, request: HttpRequest, limit: UseLimit, service: Callable[..., object], done: str) -> HttpResponse:
        try:
            service(limit_id=limit.pk, by=_acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, done)
        if self.get_queryset(request).filter(pk=limit.pk).exists():
            return redirect(f"admin:{NAME}_change", limit.pk)
        return redirect(f"admin:{NAME}_changelist")

    def _page(
        self, request: HttpRequest, limit: UseLimit, *, form: LiftForm | None = None, status: int = 200
    ) -> HttpResponse:
        by, waits = _acting(request), bool(limit.lift_asked_by)
        stands = limit.ended_at is None and limit.kind != LimitKind.COOLING_OFF
        may_second = stands and waits and permissions.can_second_lift(subject_id=limit.subject_id, by=by)
        context = {
            **self.admin_site.each_context(request),
            "title": str(limit.get_kind_display()),
            "opts": self.opts,
            "limit": limit,
            "mark": limit_mark(limit),
            "rows": limit_facts(limit, by=by),
            "ends_by_itself": limit.kind == LimitKind.COOLING_OFF and limit.ended_at is None,
            "asks": stands and not waits and permissions.can_ask_to_lift(subject_id=limit.subject_id, by=by),
            "seconds": may_second and limit.lift_asked_by != actor_reference(by),
            "drops": may_second,
            "words": proposal_words(limit) if may_second else "",
            "form": form or LiftForm(),
            "urls": {name: reverse(f"admin:{NAME}_{name}", args=[limit.pk]) for name in ("ask", "second", "drop")},
        }
        return render(request, "admin/personal_data/limit.html", context, status=status)

    def _limit(self, request: HttpRequest, pk: str | int) -> UseLimit:
        known = str(pk).isascii() and str(pk).isdigit() and len(str(pk)) < 19
        limit = self.get_queryset(request).filter(pk=int(pk)).first() if known else None
        if limit is None or not self.has_view_permission(request):
            raise Http404
        return limit


def purpose_words(limit: UseLimit) -> str:
    """Which use stops."""
    if not limit.purpose:
        return _("every use but storing")
    version = policies.version_in_force(clock.now())
    purposes = policies.document(version).purposes if version else ()
    return next((str(one.name) for one in purposes if one.code == limit.purpose), limit.purpose)


def proposal_words(limit: UseLimit) -> str:
    """Why a colleague proposes to lift a limit."""
    if limit.lift_asked_at is None:
        return ""
    asked = entries_about(f"subject:{limit.subject_id}").filter(event=AuditEvent.LIMIT_LIFT_ASKED)
    entry = asked.filter(at=limit.lift_asked_at, actor=limit.lift_asked_by).first()
    return read_note(entry) if entry else ""


def limit_mark(limit: UseLimit) -> dict[str, str]:
    """How a limit stands, as a mark and in words."""
    if limit.ended_at is not None:
        return {"kind": "neutral", "label": _("ended on %(day)s") % {"day": day(limit.ended_at)}}
    if limit.lift_asked_by:
        return {"kind": "waiting", "label": _("lifting waits for a second person")}
    return {"kind": "active", "label": _("in force")}


def limit_facts(limit: UseLimit, *, by: Actor) -> list[tuple[str, str, str]]:
    """What a limit is about, in words and with pages to go to; no value of the person."""
    basis, basis_url = basis_told(limit.basis, by=by)
    found = [
        (_("Person"), str(limit.subject_id)[:13], person_url(limit.subject_id, by=by)),
        (_("Why"), str(limit.get_kind_display()), ""),
        (_("Use that stops"), purpose_words(limit), ""),
        (_("Follows from"), basis, basis_url),
        (_("Since"), moment(limit.since), ""),
        (_("Lifting proposed"), moment(limit.lift_asked_at) if limit.lift_asked_at else "", ""),
        (_("Ended"), moment(limit.ended_at) if limit.ended_at else "", ""),
    ]
    return [fact for fact in found if fact[1]]


def person_url(subject_id: UUID, *, by: Actor) -> str:
    """The page of a person, for whoever may open it."""
    if not permissions.can_open(by=by, subject_id=subject_id):
        return ""
    return reverse("admin:personal_data_datasubject_change", args=[subject_id])


def limit_link(limit: UseLimit, *, by: Actor) -> dict[str, str]:
    """One limit in words, with the way to its page for whoever finds it there."""
    found = by.audit_role in permissions.SEES_EVERYBODY or (limit.lift_asked_by and limit.ended_at is None)
    return {
        "words": f"{limit.get_kind_display()}: {purpose_words(limit)}",
        "url": reverse(f"admin:{NAME}_change", args=[limit.pk]) if found else "",
    }


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)

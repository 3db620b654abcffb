"""Legal holds at the staff desk: what stops deletion, on which ground, until when it is looked at again."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from audit.services.recording import actor_reference
from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.citations import cite
from core.clock import local_date
from core.errors import NotAllowed
from core.templatetags.portal import day, moment
from personal_data import permissions
from personal_data.admin_limits import person_url
from personal_data.errors_holds import NotClear, OwnMatter
from personal_data.forms_retention import HoldForm, ReviewForm, refused
from personal_data.hold_scope import CATEGORIES
from personal_data.models import LegalHold
from personal_data.selectors_holds import (
    TOLD_BEFORE,
    case_named,
    holds_in_force,
    holds_to_review,
    is_own_hold,
    kept_from,
    newest_pack,
    seen_by,
    still_answers,
)
from personal_data.selectors_merged import every_reference
from personal_data.services.holds import place, release, review

STATUS = "_components/status.html"
NAME = "personal_data_legalhold"


class WhichHolds(admin.SimpleListFilter):
    """In force, to be reviewed, or released."""

    title = pgettext_lazy("filter", "State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("standing", pgettext_lazy("holds", "In force")),
            ("review", pgettext_lazy("holds", "To be reviewed")),
            ("released", pgettext_lazy("holds", "Released")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "standing":
                return queryset.filter(released_at__isnull=True)
            case "review":
                return queryset.filter(pk__in=holds_to_review(local_date(clock.now())).values("pk"))
            case "released":
                return queryset.filter(released_at__isnull=False)
        return queryset


@admin.register(LegalHold)
class LegalHoldAdmin(ReadOnlyAdmin):
    """Every hold, the one to be reviewed first on top. The officer places and releases; others look on."""

    list_display = ("number", "stops", "ground_shown", "answers", "due", "state")
    list_display_links = ("number", "stops")
    list_filter = (WhichHolds, "ground")
    ordering = ("review_on", "pk")
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[LegalHold]:
        """What is about a colleague does not exist for that colleague."""
        return seen_by(_acting(request), super().get_queryset(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _acting(request).audit_role in permissions.SEES_RETENTION

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return permissions.can_prepare_retention(by=_acting(request))

    @admin.display(description=gettext_lazy("Number"))
    def number(self, row: LegalHold) -> str:
        return str(row.pk)

    @admin.display(description=gettext_lazy("What it keeps"))
    def stops(self, row: LegalHold) -> str:
        return scope_words(row)

    @admin.display(description=pgettext_lazy("of a hold", "Ground"))
    def ground_shown(self, row: LegalHold) -> str:
        return str(row.get_ground_display())

    @admin.display(description=gettext_lazy("Who answers for it"))
    def answers(self, row: LegalHold) -> str:
        return colleague(row.owner)

    @admin.display(description=gettext_lazy("To be reviewed by"))
    def due(self, row: LegalHold) -> str:
        return day(row.review_on)

    @admin.display(description=pgettext_lazy("of a case", "State"))
    def state(self, row: LegalHold) -> str:
        return render_to_string(STATUS, hold_mark(row, today=local_date(clock.now())))

    def get_urls(self) -> list[URLPattern]:
        return [
            self.post_route("review", self.review_view, self._hold),
            self.post_route("release", self.release_view, self._hold),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"add_words": _("Place a legal hold"), **(extra_context or {})})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Place a hold. Its page may be opened with the person filled in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        by, sent = _acting(request), request.method == "POST"
        first = {"owner": actor_reference(by), "subject_ref": request.GET.get("person", "")}
        form = HoldForm(request.POST if sent else None, initial=first, pack=newest_pack())
        if sent and form.is_valid():
            try:
                hold = place(**form.cleaned_data, by=by, now=clock.now())
            except NotClear as refusal:
                refused(form, refusal)
            except OwnMatter as refusal:
                form.add_error(None, str(refusal.message))
            else:
                messages.success(request, _("The hold stands. Nothing it names is deleted until it is released."))
                for other in beside(hold):
                    messages.success(request, _("Another stands for: %(whom)s.") % {"whom": scope_words(other)})
                return redirect(f"admin:{NAME}_change", hold.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Place a legal hold"),
            "opts": self.opts,
            "form": form,
        }
        return render(request, "admin/personal_data/hold_new.html", context, status=422 if sent else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One hold, and what can be done about it. Nothing is changed at this address."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self._hold(request, object_id))

    def review_view(self, request: HttpRequest, hold: LegalHold) -> HttpResponse:
        """It is still needed, until the next review."""
        form = ReviewForm(request.POST)
        if not form.is_valid():
            return self._page(request, hold, form=form, status=422)
        again = partial(review, review_on=form.cleaned_data["review_on"])
        return self._do(request, hold, again, _("Recorded. The hold stays."), form)

    def release_view(self, request: HttpRequest, hold: LegalHold) -> HttpResponse:
        """Its ground has ended."""
        return self._do(request, hold, release, _("Released. What was due goes by itself."))

    def _do(
        self,
        request: HttpRequest,
        hold: LegalHold,
        service: Callable[..., object],
        done: str,
        form: ReviewForm | None = None,
    ) -> HttpResponse:
        try:
            service(hold_id=hold.pk, by=_acting(request), now=clock.now())
        except NotClear as refusal:
            if form is None:
                raise
            refused(form, refusal)
            return self._page(request, hold, form=form, status=422)
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, done)
        return redirect(f"admin:{NAME}_change", hold.pk)

    def _page(
        self, request: HttpRequest, hold: LegalHold, *, form: ReviewForm | None = None, status: int = 200
    ) -> HttpResponse:
        by = _acting(request)
        may = hold.is_in_force and permissions.can_prepare_retention(by=by)
        own = may and is_own_hold(hold, by=by)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Legal hold %(number)s") % {"number": hold.pk},
            "opts": self.opts,
            "hold": hold,
            "mark": hold_mark(hold, today=local_date(clock.now())),
            "rows": hold_facts(hold, by=by),
            "may": may and not own,
            "own": OwnMatter.message if own else "",
            "form": form or ReviewForm(),
            "urls": {name: reverse(f"admin:{NAME}_{name}", args=[hold.pk]) for name in ("review", "release")},
        }
        return render(request, "admin/personal_data/hold.html", context, status=status)

    def _hold(self, request: HttpRequest, pk: str | int) -> LegalHold:
        known = str(pk).isascii() and str(pk).isdigit() and len(str(pk)) < 19
        hold = self.get_queryset(request).filter(pk=int(pk)).first() if known else None
        if hold is None or not self.has_view_permission(request):
            raise Http404
        return hold


def scope_words(hold: LegalHold, *, without_case: bool = False) -> str:
    """What a hold keeps, in a line."""
    parts = []
    if hold.case_ref and not without_case:
        case = case_named(hold.case_ref)
        parts.append(_("case %(reference)s") % {"reference": case.reference if case else hold.case_ref})
    if hold.subject_ref:
        parts.append(_("person %(reference)s") % {"reference": str(hold.subject_ref)[:13]})
    elif not hold.case_ref:
        parts.append(_("everybody"))
    if hold.field:
        parts.append(field_name(hold.field))
    if hold.category:
        parts.append(str(CATEGORIES.get(hold.category, hold.category)))
    return capfirst(", ".join(parts))


def beside(hold: LegalHold) -> list[LegalHold]:
    """The other holds in force on the same case, as each person it is about has one; or under the other references of
    a person.
    """
    standing = holds_in_force().exclude(pk=hold.pk).order_by("pk")
    if hold.case_ref:
        return list(standing.filter(case_ref=hold.case_ref))
    if hold.subject_ref is None:
        return []
    alike = standing.filter(case_ref="", field=hold.field, category=hold.category, clause=hold.clause)
    return list(alike.filter(subject_ref__in=every_reference(hold.subject_ref)))


def field_name(code: str) -> str:
    """A field as the policy calls it."""
    pack = newest_pack()
    spec = pack.field(code) if pack else None
    return str(spec.label) if spec else code


def colleague(reference: str) -> str:
    """A member of staff by the name at work."""
    kind, _colon, pk = reference.partition(":")
    try:
        user = get_user_model()._default_manager.filter(pk=UUID(pk)).first() if kind == "user" else None
    except ValueError:
        user = None
    return str(user) if user else (_("the portal itself") if reference == "system" else reference)


def _owner(hold: LegalHold) -> str:
    """Who answers for a hold, and what follows where that colleague does so no more."""
    who = colleague(hold.owner)
    if hold.released_at is not None or still_answers(hold.owner):
        return who
    return _(
        "%(who)s, who has left or has another role now. The officer who keeps the hold answers for it from then on."
    ) % {"who": who}


def hold_mark(hold: LegalHold, *, today: date) -> dict[str, str]:
    """How a hold stands, as a mark and in words."""
    if hold.released_at is not None:
        return {"kind": "neutral", "label": _("released on %(day)s") % {"day": day(hold.released_at)}}
    if hold.review_on <= today:
        return {"kind": "overdue", "label": _("in force, review overdue")}
    if hold.review_on <= today + TOLD_BEFORE:
        return {"kind": "waiting", "label": _("in force, to be reviewed")}
    return {"kind": "active", "label": pgettext("hold", "in force")}


def hold_facts(hold: LegalHold, *, by: Actor) -> list[tuple[str, str, str]]:
    """What a hold is about, in words and with pages to go to."""
    person = hold.subject_ref
    found = [
        (_("What it keeps"), scope_words(hold), ""),
        (_("Person"), str(person)[:13] if person else "", person_url(person, by=by) if person else ""),
        *((_("Also held"), scope_words(one), reverse(f"admin:{NAME}_change", args=[one.pk])) for one in beside(hold)),
        (_("Ground"), str(hold.get_ground_display()), ""),
        (_("Article, or number of the official file"), cite(hold.clause), ""),
        (_("Who answers for it"), _owner(hold), ""),
        (_("To be reviewed by"), day(hold.review_on), ""),
        (_("Placed"), _told(hold.placed_at, hold.placed_by), ""),
        (_("Released"), _told(hold.released_at, hold.released_by), ""),
    ]
    return [fact for fact in found if fact[1]]


def hold_link(hold: LegalHold, *, by: Actor) -> dict[str, str]:
    """One hold in words, with the way to its page for whoever may see it. A case about whoever looks is not named."""
    is_secret = bool(hold.case_ref) and hold.case_ref in kept_from(by)
    sees = by.audit_role in permissions.SEES_RETENTION and not is_secret
    url = reverse(f"admin:{NAME}_change", args=[hold.pk]) if sees else ""
    return {"words": f"{scope_words(hold, without_case=is_secret)}: {hold.get_ground_display()}", "url": url}


def _told(at: Any, by: str) -> str:
    return _("%(moment)s by %(who)s") % {"moment": moment(at), "who": colleague(by)} if at else ""


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)

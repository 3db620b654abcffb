"""Decided deletions at the staff desk: a selection, its effect, and a second person who sees it anew."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from audit.services.recording import actor_reference
from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.clock import local_date
from core.errors import NotAllowed
from core.templatetags.portal import day, moment
from personal_data import permissions
from personal_data.admin_holds import STATUS, colleague, field_name
from personal_data.admin_limits import person_url
from personal_data.enums import DisposalKind, DisposalState
from personal_data.errors_holds import NotClear
from personal_data.forms_retention import DisposalForm, refused
from personal_data.held_words import held_back_lines
from personal_data.models import Disposal, RetentionLine
from personal_data.selectors_holds import newest_pack
from personal_data.selectors_merged import is_own
from personal_data.services.disposal_effect import Effect, effect_left, effect_of
from personal_data.services.disposing import approve, decline, digest_of, propose, selected
from personal_data.services.purposes import purposes_that_end

NAME = "personal_data_disposal"
_MARKS = {
    DisposalState.PROPOSED: "waiting",
    DisposalState.APPROVED: "active",
    DisposalState.DECLINED: "stopped",
    DisposalState.DONE: "done",
}


@admin.register(Disposal)
class DisposalAdmin(ReadOnlyAdmin):
    """Every decided deletion, newest first. The officer prepares; another officer or an administrator decides."""

    list_display = ("number", "kind", "selection", "people", "entries", "goes", "status")
    list_display_links = ("number", "kind")
    list_filter = ("state", "kind")
    ordering = ("-proposed_at", "-pk")
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _acting(request).audit_role in permissions.SEES_RETENTION

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return permissions.can_prepare_retention(by=_acting(request))

    @admin.display(description=gettext_lazy("Number"))
    def number(self, row: Disposal) -> str:
        return str(row.pk)

    @admin.display(description=gettext_lazy("What goes or ends"))
    def selection(self, row: Disposal) -> str:
        return what_words(row)

    @admin.display(description=gettext_lazy("Entries that go"))
    def entries(self, row: Disposal) -> str:
        return _("none by itself") if _ends(row) else str(row.items)

    @admin.display(description=gettext_lazy("Goes or ends on"))
    def goes(self, row: Disposal) -> str:
        return day(row.goes_on)

    @admin.display(description=gettext_lazy("state"))
    def status(self, row: Disposal) -> str:
        return render_to_string(STATUS, disposal_mark(row))

    def get_urls(self) -> list[URLPattern]:
        return [
            self.post_route("approve", self.approve_view, self._disposal),
            self.post_route("decline", self.decline_view, self._disposal),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"add_words": _("Prepare a deletion"), **(extra_context or {})})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Select, see the effect, and only then put it before a second person. The dry run keeps nothing."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        now, sent = clock.now(), request.method == "POST"
        first = {"subject_ref": request.GET.get("person", ""), "kind": request.GET.get("kind", "")}
        purposes = purposes_that_end(at=now)
        form = DisposalForm(request.POST if sent else None, initial=first, pack=newest_pack(), purposes=purposes)
        found: tuple[Disposal, Effect] | None = None
        if sent and form.is_valid():
            try:
                if request.POST.get("digest") and "propose" in request.POST:
                    return self._propose(request, form)
                found = selected(**form.selection(), now=now)
            except NotClear as refusal:
                refused(form, refusal)
            except NotAllowed as refusal:
                messages.error(request, str(refusal.message))
                found = selected(**form.selection(), now=now)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Prepare a deletion"),
            "opts": self.opts,
            "form": form,
            "effect": _shown(*found) if found else None,
            "digest": bytes(found[0].digest).hex() if found else "",
            "sent": _sent(request) if found else [],
        }
        status = 422 if sent and found is None else 200
        return render(request, "admin/personal_data/disposal_new.html", context, status=status)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One decision: what was selected, what it would do now, and what can be done about it."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._page(request, self._disposal(request, object_id))

    def approve_view(self, request: HttpRequest, row: Disposal) -> HttpResponse:
        """Approve what a colleague prepared, as its effect was shown."""
        try:
            seen = bytes.fromhex(request.POST.get("digest", ""))
        except ValueError:
            seen = b""
        try:
            approve(disposal_id=row.pk, seen_digest=seen, by=_acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Approved. It is carried out by itself."))
        return redirect(f"admin:{NAME}_change", row.pk)

    def decline_view(self, request: HttpRequest, row: Disposal) -> HttpResponse:
        """Decline it, or take the own proposal back."""
        try:
            decline(disposal_id=row.pk, by=_acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            own = row.proposed_by == actor_reference(_acting(request))
            messages.success(request, _over(row, own=own))
        return redirect(f"admin:{NAME}_change", row.pk)

    def _propose(self, request: HttpRequest, form: DisposalForm) -> HttpResponse:
        try:
            seen = bytes.fromhex(request.POST["digest"])
        except ValueError:
            seen = b""
        row = propose(**form.selection(), seen_digest=seen, by=_acting(request), now=clock.now())
        messages.success(request, _("Put before a second person."))
        return redirect(f"admin:{NAME}_change", row.pk)

    def _page(self, request: HttpRequest, row: Disposal) -> HttpResponse:
        by, now = _acting(request), clock.now()
        waits = row.state == DisposalState.PROPOSED
        effect = effect_of(row, now=now) if waits else Effect(row.people, row.items, row.held_back)
        before = Effect(row.people, row.items, row.held_back)
        own = row.proposed_by == actor_reference(by)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Decided deletion %(number)s") % {"number": row.pk},
            "opts": self.opts,
            "row": row,
            "mark": disposal_mark(row),
            "rows": _facts(row, by=by, today=local_date(now)),
            "effect": _shown(row, effect),
            "left": _shown(row, effect_left(row, now=now)) if _is_under_way(row, local_date(now)) else None,
            "runs": _runs(row),
            "compared": _compared(row, before, effect) if waits and digest_of(row, effect) != bytes(row.digest) else [],
            "digest": digest_of(row, effect).hex() if waits else "",
            "approves": waits
            and permissions.can_decide_retention(by=by, not_by=row.proposed_by)
            and not is_own([row.subject_ref], by=by),
            "declines": waits and (own or permissions.can_decide_retention(by=by)),
            "is_own": waits and own,
            "urls": {name: reverse(f"admin:{NAME}_{name}", args=[row.pk]) for name in ("approve", "decline")},
        }
        return render(request, "admin/personal_data/disposal.html", context)

    def _disposal(self, request: HttpRequest, pk: str | int) -> Disposal:
        known = str(pk).isascii() and str(pk).isdigit() and len(str(pk)) < 19
        row = Disposal.objects.filter(pk=int(pk)).first() if known else None
        if row is None or not self.has_view_permission(request):
            raise Http404
        return row


def what_words(row: Disposal) -> str:
    """What a decision selects, in a line."""
    if _ends(row):
        spec = next((one for one in purposes_that_end(at=clock.now()) if one.code == row.purpose), None)
        return _("Purpose: %(purpose)s") % {"purpose": spec.name if spec else row.purpose}
    return ", ".join(field_name(code) for code in row.fields)


def _ends(row: Disposal) -> bool:
    """Whether it ends a purpose, and so deletes nothing by itself."""
    return row.kind == DisposalKind.PURPOSE


def _over(row: Disposal, *, own: bool) -> str:
    """What is said once it was taken back or declined."""
    if _ends(row):
        return _("Taken back. The purpose goes on.") if own else _("Declined. The purpose goes on.")
    return _("Taken back. Nothing is deleted.") if own else _("Declined. Nothing is deleted.")


def disposal_mark(row: Disposal) -> dict[str, str]:
    """How a decision stands, as a mark and in words."""
    return {"kind": _MARKS[DisposalState(row.state)], "label": str(row.get_state_display())}


def _is_under_way(row: Disposal, today: date) -> bool:
    """Whether its day has come and something of it may be left."""
    return row.state == DisposalState.APPROVED and not _ends(row) and row.goes_on <= today


def _runs(row: Disposal) -> list[tuple[str, str]]:
    """The runs that deleted something of it, and their pages."""
    lines = RetentionLine.objects.filter(rule=f"disposal:{row.pk}", gone__gt=0).values("run_id", "run__started_at")
    found = lines.annotate(items=Sum("gone")).order_by("run__started_at")
    return [
        (
            ngettext("%(moment)s: %(count)s entry deleted", "%(moment)s: %(count)s entries deleted", one["items"])
            % {"moment": moment(one["run__started_at"]), "count": one["items"]},
            reverse("admin:personal_data_retentionrun_change", args=[one["run_id"]]),
        )
        for one in found
    ]


def _facts(row: Disposal, *, by: Actor, today: date) -> list[tuple[str, str, str]]:
    person, ends = row.subject_ref, _ends(row)
    found = [
        (_("What was decided"), str(row.get_kind_display()), ""),
        (_("What ends") if ends else _("What goes"), what_words(row), ""),
        (_("Person"), str(person)[:13] if person else _("everybody"), person_url(person, by=by) if person else ""),
        (_("Only what is held since before"), day(row.held_before), ""),
        (_("Why"), row.ground, ""),
        (_("Ends on") if ends else _("Goes on"), day(row.goes_on), ""),
        (_("Prepared"), _told(row.proposed_at, row.proposed_by), ""),
        (_("Decided"), _told(row.decided_at, row.decided_by), ""),
        (_("Carried out"), moment(row.done_at), ""),
        (_("Entries deleted"), str(row.gone) if row.done_at and not ends else "", ""),
        (_("Entries deleted so far"), str(row.gone) if _is_under_way(row, today) else "", ""),
    ]
    return [fact for fact in found if fact[1]]


def _shown(row: Disposal, effect: Effect) -> Mapping[str, Any]:
    """An effect for the template."""
    return {
        "people": effect.people,
        "items": effect.items,
        "held_back": held_back_lines(effect.held_back),
        "is_purpose": _ends(row),
    }


def _compared(row: Disposal, before: Effect, now: Effect) -> list[tuple[str, list[str], list[str]]]:
    """Both effects line by line, when it was prepared and now."""
    if _ends(row):
        return [(_("People for whom it ends"), [str(before.people)], [str(now.people)])]
    none = [pgettext("entries", "none")]
    return [
        (_("People concerned"), [str(before.people)], [str(now.people)]),
        (_("Entries that go"), [str(before.items)], [str(now.items)]),
        (
            _("Entries that stay for now"),
            held_back_lines(before.held_back) or none,
            held_back_lines(now.held_back) or none,
        ),
    ]


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """Every entry of the form as it was sent, to be sent once more with the effect that was seen."""
    names = [name for name in request.POST if name not in ("csrfmiddlewaretoken", "digest", "propose")]
    return [(name, value) for name in names for value in request.POST.getlist(name)]


def _told(at: Any, by: str) -> str:
    return _("%(moment)s by %(who)s") % {"moment": moment(at), "who": colleague(by)} if at else ""


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)

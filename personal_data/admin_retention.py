"""Runs of the retention engine at the staff desk: what would go, what each run did, and stopped runs for two people."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from audit.selectors import entries_about
from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed
from core.templatetags.portal import moment
from personal_data import permissions
from personal_data.admin_holds import STATUS, colleague, field_name
from personal_data.enums import AuditEvent, FuseReason, RunKind, RunState
from personal_data.erasure_words import label_of
from personal_data.held_words import held_back_lines
from personal_data.models import FuseStop, RetentionLine, RetentionRun
from personal_data.retention_pack import keeping_pack
from personal_data.retention_rules import OWN_RECORDS, WHOLE_PERSON
from personal_data.retention_words import decision_behind, words_beside_policy
from personal_data.services.fusing import approve, drop
from personal_data.services.own_looking import preview_own
from personal_data.services.retention import DueLine, begin_run, preview_everything
from policies import selectors as policies
from policies.pack_types import Pack

NAME = "personal_data_retentionrun"
HORIZONS = (0, 7, 30)
_MARKS = {RunState.RUNNING: "active", RunState.STOPPED: "overdue", RunState.DROPPED: "stopped", RunState.DONE: "done"}
_ADVICE = {
    FuseReason.SHARE: pgettext_lazy(
        "stopped run",
        "See below what each rule would delete. If that is what was decided or what the policy says, approve; if not, "
        "drop the run and look for the cause.",
    ),
    FuseReason.CLOCK: pgettext_lazy(
        "stopped run",
        "If the portal was switched off all that time, approve. If the clock of the machine is wrong, set it right and "
        "drop the run.",
    ),
    FuseReason.RULES: pgettext_lazy(
        "stopped run",
        "If the change is meant, approve. If not, drop the run and publish the policy with the right periods.",
    ),
}
_RECORDED = {
    AuditEvent.RETENTION_BEGUN: pgettext_lazy("retention run", "begun"),
    AuditEvent.RETENTION_STOPPED: pgettext_lazy("retention run", "stopped"),
    AuditEvent.RETENTION_APPROVED: pgettext_lazy("retention run", "approved"),
    AuditEvent.RETENTION_DROPPED: pgettext_lazy("retention run", "dropped"),
    AuditEvent.RETENTION_DONE: pgettext_lazy("retention run", "done"),
}


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnlyAdmin):
    """Every run, newest first. The officer begins one by hand; two people decide on a stopped one."""

    change_list_template = "admin/personal_data/run_list.html"
    list_display = ("number", "kind", "began", "due", "gone", "status")
    list_display_links = ("number", "kind")
    list_filter = ("state", "kind")
    ordering = ("-started_at",)
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _acting(request).audit_role in permissions.SEES_RETENTION

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=pgettext_lazy("retention run", "Number"))
    def number(self, row: RetentionRun) -> str:
        return str(row)

    @admin.display(description=pgettext_lazy("retention run", "Begun"))
    def began(self, row: RetentionRun) -> str:
        return moment(row.started_at)

    @admin.display(description=gettext_lazy("Entries due"))
    def due(self, row: RetentionRun) -> int:
        return int(row.items_due)

    @admin.display(description=gettext_lazy("Entries deleted"))
    def gone(self, row: RetentionRun) -> int:
        return int(row.items_gone)

    @admin.display(description=gettext_lazy("state"))
    def status(self, row: RetentionRun) -> str:
        return render_to_string(STATUS, run_mark(row))

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        return [
            path("preview/", site.admin_view(self.preview_view), name=f"{NAME}_preview"),
            path("begin/", site.admin_view(self.begin_view), name=f"{NAME}_begin"),
            self._route("approve", approve, gettext_lazy("Approved.")),
            self._route("drop", drop, gettext_lazy("Dropped. The run deletes nothing more.")),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "may_begin": permissions.can_prepare_retention(by=_acting(request)),
            "begin_url": reverse(f"admin:{NAME}_begin"),
            "preview_url": reverse(f"admin:{NAME}_preview"),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One run: its figures, what each rule did, what stopped it, and what was recorded of it."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        run, by, pack = self.entry_or_404(request, object_id), _acting(request), _pack(clock.now())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Retention run %(number)s") % {"number": run},
            "opts": self.opts,
            "run": run,
            "mark": run_mark(run),
            "rows": _facts(run),
            "lines": [_line(line, pack) for line in run.lines.all()],
            "stops": [_stop(stop, run, by, pack) for stop in run.stops.order_by("stopped_at", "pk")],
            "drop_url": _drop_url(run, by),
            "recorded": [
                (moment(entry.at), _recorded(entry.event, entry.details), colleague(entry.actor))
                for entry in entries_about(f"retention:{run.pk}").order_by("id")
            ],
        }
        return render(request, "admin/personal_data/run.html", context)

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """What would go today, within 7 or 30 days, and what stays and why. Deletes nothing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        asked, now = request.GET.get("days", ""), clock.now()
        days = int(asked) if asked in {str(one) for one in HORIZONS} else 0
        # Masked as they are, values are for whoever may open a person's page.
        samples = _acting(request).audit_role in permissions.SEES_EVERYBODY
        pack = _pack(now)
        context = {
            **self.admin_site.each_context(request),
            "title": _("What would be deleted"),
            "opts": self.opts,
            "horizons": [(one, _within(one), one == days) for one in HORIZONS],
            "lines": [
                {
                    "rule": rule_words(line.rule, pack),
                    "rule_url": rule_url(line.rule),
                    "what": _what(line),
                    "people": line.people,
                    "items": line.items,
                    "samples": line.samples,
                    "held_back": held_back_lines(line.held_back),
                }
                for line in preview_everything(now=now, horizon_days=days, samples=samples)
            ],
            "shows_samples": samples,
            **_own_records(now),
        }
        return render(request, "admin/personal_data/run_preview.html", context)

    def begin_view(self, request: HttpRequest) -> HttpResponse:
        """Begin a run now."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            run = begin_run(kind=RunKind.BY_HAND, by=_acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
            return redirect(f"admin:{NAME}_changelist")
        messages.success(request, _("The run has begun. Look again in a minute."))
        return redirect(f"admin:{NAME}_change", run.pk)

    def _route(self, name: str, service: Callable[..., FuseStop], done: Any) -> URLPattern:
        def by_post(request: HttpRequest, pk: int) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            stop = FuseStop.objects.filter(pk=pk).first()
            if stop is None or not self.has_view_permission(request):
                raise Http404
            try:
                service(stop_id=stop.pk, by=_acting(request), now=clock.now())
            except NotAllowed as refusal:
                messages.error(request, str(refusal.message))
            else:
                messages.success(request, str(done))
            return redirect(f"admin:{NAME}_change", stop.run_id)

        return path(f"stops/<int:pk>/{name}/", self.admin_site.admin_view(by_post), name=f"{NAME}_{name}")


def run_mark(run: RetentionRun) -> dict[str, str]:
    """How a run stands, as a mark and in words."""
    return {"kind": _MARKS[RunState(run.state)], "label": str(run.get_state_display())}


def rule_words(code: str, pack: Pack | None) -> str:
    """What lets something go, as the policy says it."""
    rule = pack.retention_rule(code) if pack else None
    return words_beside_policy(code) or (str(rule.text) if rule else code)


def rule_url(code: str) -> str:
    """The page of the decision behind it, where people decided it."""
    number = decision_behind(code)
    return reverse("admin:personal_data_disposal_change", args=[number]) if number else ""


def _facts(run: RetentionRun) -> list[tuple[str, str]]:
    found = [
        (_("Begun"), f"{moment(run.started_at)}, {run.get_kind_display()}"),
        (_("Begun by"), colleague(run.begun_by)),
        (_("Deletes what was due until"), moment(run.as_of)),
        (_("Policy version"), str(run.policy_version or "")),
        (_("Held in all"), _counts(run.people_held, run.items_held)),
        (_("Due"), _counts(run.people_due, run.items_due)),
        (_("Entries deleted"), str(run.items_gone)),
        (_("People erased"), str(run.people_gone)),
        (_("Finished"), moment(run.finished_at)),
        (_("Failed with"), run.error),
    ]
    return [fact for fact in found if fact[1]]


def _counts(people: int, items: int) -> str:
    told = {
        "entries": ngettext("%(count)s entry", "%(count)s entries", items) % {"count": items},
        "people": ngettext("%(count)s person", "%(count)s people", people) % {"count": people},
    }
    return _("%(entries)s, %(people)s") % told


def _line(line: RetentionLine, pack: Pack | None) -> dict[str, Any]:
    return {
        "rule": rule_words(line.rule, pack),
        "rule_url": rule_url(line.rule),
        "what": _what(line),
        "due": line.due,
        "gone": line.gone,
        "held_back": held_back_lines(line.held_back),
        "mark": {
            "kind": "done" if line.done else "waiting",
            "label": pgettext("line of a retention run", "finished")
            if line.done
            else pgettext("line of a retention run", "not finished"),
        },
    }


def _what(line: RetentionLine | DueLine) -> str:
    return _("People, with all that is left of them") if line.rule == WHOLE_PERSON else label_of(line.target)


def _stop(stop: FuseStop, run: RetentionRun, by: Actor, pack: Pack | None) -> dict[str, Any]:
    waits = stop.is_open and run.state == RunState.STOPPED
    said = [(stop.first_at, stop.first_by), (stop.second_at, stop.second_by)]
    return {
        "reason": stop.get_reason_display(),
        "figures": _figures(stop, pack),
        "advice": _ADVICE[FuseReason(stop.reason)] if waits else "",
        "approved": [_told(at, who) for at, who in said if who],
        "dropped": _told(stop.dropped_at, stop.dropped_by) if stop.dropped_by else "",
        "is_second": bool(stop.first_by),
        "approve_url": reverse(f"admin:{NAME}_approve", args=[stop.pk])
        if waits and permissions.can_decide_retention(by=by, not_by=stop.first_by)
        else "",
        "waits": waits,
    }


def _drop_url(run: RetentionRun, by: Actor) -> str:
    """Where the whole run is dropped, for whoever may."""
    stop = run.stops.filter(second_at__isnull=True, dropped_at__isnull=True).first()
    may = run.state == RunState.STOPPED and permissions.can_decide_retention(by=by)
    return reverse(f"admin:{NAME}_drop", args=[stop.pk]) if stop and may else ""


def _figures(stop: FuseStop, pack: Pack | None) -> list[str]:
    """The figures of a stop in words."""
    told = stop.figures
    if stop.reason == FuseReason.CLOCK:
        both = {
            "last": moment(datetime.fromisoformat(told["last"])),
            "now": moment(datetime.fromisoformat(told["now"])),
        }
        return [_("Last seen: %(last)s. The clock says: %(now)s.") % both]
    if stop.reason == FuseReason.RULES:
        lines = [_("Changed: %(what)s") % {"what": _changed(code, pack)} for code in told.get("changed", [])]
        if "items_before" in told:
            before = _counts(told.get("people_before", 0), told["items_before"])
            lines.append(_("By the rules before, it would delete %(counts)s.") % {"counts": before})
        now = _counts(told.get("people", 0), told.get("items", 0))
        return [*lines, _("By the rules of now, it would delete %(counts)s.") % {"counts": now}]
    going = {"items": told.get("items", 0), "of_items": told.get("of_items", 0)}
    lines = [_("%(items)s of %(of_items)s entries") % going]
    if "people" in told:
        lines.append(_("%(people)s of %(of)s people") % {"people": told["people"], "of": told.get("of_people", 0)})
    return lines


def _changed(code: str, pack: Pack | None) -> str:
    kind, _colon, name = code.partition(":")
    if kind == "field":
        return _("field “%(name)s”") % {"name": field_name(name)}
    if name == OWN_RECORDS:
        return _("how long the portal keeps what it writes for its own work")
    return _("rule “%(name)s”") % {"name": rule_words(name, pack).rstrip(".")}


def _within(days: int) -> str:
    return _("today") if days == 0 else _("within %(days)s days") % {"days": days}


def _recorded(event: str, details: Mapping[str, Any]) -> str:
    """What was recorded of a run; an approval with the reason it is about."""
    words, reason = str(_RECORDED.get(event, event)), details.get("reason")
    return f"{words} ({FuseReason(reason).label.rstrip('.')})" if reason in FuseReason.values else words


def _told(at: datetime | None, by: str) -> str:
    return _("%(moment)s by %(who)s") % {"moment": moment(at), "who": colleague(by)}


def _own_records(now: datetime) -> dict[str, Any]:
    """The portal's own records, by kind, and how their job fared."""
    own = preview_own(now=now, horizons=HORIZONS)
    last = ""
    if own.last_at is not None:
        last = _("Last run: %(moment)s.") % {"moment": moment(own.last_at)}
    if own.last_done is not None:
        removed = ngettext("%(count)s record went.", "%(count)s records went.", own.last_done)
        last = f"{last} {removed % {'count': own.last_done}}"
    return {
        "own_lines": [
            {
                "what": line.what,
                "kept": capfirst(line.kept),
                "held": _figure(line.held),
                "goes": [(_within(ahead), _figure(number)) for ahead, number in line.goes.items()],
            }
            for line in own.lines
            if line.held != 0
        ],
        "own_empty": [(line.what, line.kept) for line in own.lines if line.held == 0],
        "own_heads": [_within(ahead) for ahead in HORIZONS],
        "own_waits": own.waits,
        "own_last": last or _("This job has not run yet."),
        "own_failure": own.failure,
    }


def _figure(number: int | None) -> str:
    return _("not known") if number is None else str(number)


def _pack(now: datetime) -> Pack | None:
    version = policies.version_in_force(now)
    return keeping_pack(version) if version else None


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)

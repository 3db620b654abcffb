"""Erasures at the staff desk: the plan in words, each step, what came of it, and setting a stuck one going again."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
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
from personal_data import admin_holds, permissions
from personal_data.enums import ErasureState, Fate, StepKind, StepState
from personal_data.erasure_words import differences, label_of, shared_words, until_words, why_kept
from personal_data.models import ErasureRun, ErasureStep, PlanLine
from personal_data.services.erasing import resume
from personal_data.services.erasure_holding import holds_on_run

_STATUS_KIND = {
    StepState.WAITING: "neutral",
    StepState.FAILED: "waiting",
    StepState.STUCK: "overdue",
    StepState.DONE: "done",
}


_RUN_KIND = {
    ErasureState.COOLING: "waiting",
    ErasureState.CANCELLED: "stopped",
    ErasureState.WAITING: "active",
    ErasureState.RUNNING: "active",
    ErasureState.STUCK: "overdue",
    ErasureState.DONE: "done",
}


@admin.register(ErasureRun)
class ErasureRunAdmin(ReadOnlyAdmin):
    """Every erasure, those that wait for a person among them. Whoever sees everybody sees them."""

    list_display = ("number", "what", "status", "asked", "finished", "steps_done", "reason")
    list_filter = ("state", "scope")
    ordering = ("-asked_at",)
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _acting(request).audit_role in permissions.SEES_EVERYBODY

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ErasureRun]:
        done = Count("steps", filter=Q(steps__state=StepState.DONE))
        return super().get_queryset(request).annotate(all_steps=Count("steps"), done_steps=done)

    @admin.display(description=gettext_lazy("Run number"))
    def number(self, row: ErasureRun) -> str:
        return str(row.pk)[:13]

    @admin.display(description=gettext_lazy("what goes"))
    def what(self, row: ErasureRun) -> str:
        return capfirst(row.get_scope_display())

    @admin.display(description=gettext_lazy("state"))
    def status(self, row: ErasureRun) -> str:
        return render_to_string("_components/status.html", _mark(row))

    @admin.display(description=pgettext_lazy("deletion", "Asked"), ordering="asked_at")
    def asked(self, row: ErasureRun) -> str:
        return moment(row.asked_at)

    @admin.display(description=pgettext_lazy("deletion", "Finished"), ordering="finished_at")
    def finished(self, row: ErasureRun) -> str:
        return moment(row.finished_at)

    @admin.display(description=gettext_lazy("Steps done"))
    def steps_done(self, row: Any) -> str:
        return f"{row.done_steps} / {row.all_steps}"

    @admin.display(description=gettext_lazy("Reason"))
    def reason(self, row: ErasureRun) -> str:
        if row.state not in (ErasureState.RUNNING, ErasureState.STUCK):
            return ""
        step = row.steps.exclude(error="").first()
        return f"{step.get_kind_display()}: {step.get_error_display()}" if step else ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.resume_view)
        return [path("<uuid:pk>/resume/", view, name="personal_data_erasurerun_resume"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One erasure: what was planned, how far it is, what came of it."""
        run = self.entry_or_404(request, object_id)
        lines = list(run.plan.lines.all())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Deletion %(number)s") % {"number": str(run.pk)[:13]},
            "opts": self.opts,
            "run": run,
            "holds": _holds(run, _acting(request)),
            "mark": _mark(run),
            "lines": [_line(line) for line in lines if line.rows or line.left or line.gone],
            "differences": differences(lines),
            "steps": [_step(step) for step in run.steps.all()],
            "is_unreadable": run.steps.filter(kind=StepKind.KEY, state=StepState.DONE).exists(),
            "may_resume": run.state == ErasureState.STUCK and permissions.can_resume(by=_acting(request)),
            "resume_url": reverse("admin:personal_data_erasurerun_resume", args=[run.pk]),
        }
        return render(request, "admin/personal_data/erasure.html", context)

    def resume_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Set a stuck erasure going again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = self.entry_or_404(request, pk)
        try:
            resume(run_id=run.pk, by=_acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("The deletion goes on. Look again in a minute."))
        return redirect(reverse("admin:personal_data_erasurerun_change", args=[run.pk]))


def _holds(run: ErasureRun, by: Actor) -> list[dict[str, str]]:
    """The legal holds a deletion that has not begun waits for."""
    return [admin_holds.hold_link(hold, by=by) for hold in holds_on_run(run)]


def _mark(run: ErasureRun) -> dict[str, str]:
    return {"kind": _RUN_KIND[ErasureState(run.state)], "label": capfirst(run.get_state_display())}


def _line(line: PlanLine) -> dict[str, Any]:
    kept = line.fate == Fate.KEEP
    return {
        "what": label_of(line.target),
        "rows": line.rows,
        "files": line.files,
        "fate": capfirst(str(Fate(line.fate).label)),
        "why": f"{why_kept(line)}. {until_words(line)}" if kept else "",
        "shared": shared_words(line),
        "gone": line.gone,
        "left": line.left,
    }


def _step(step: ErasureStep) -> dict[str, Any]:
    return {
        "what": step.get_kind_display(),
        "target": label_of(step.target) if step.target else "",
        "status": capfirst(step.get_state_display()),
        "kind": _STATUS_KIND[StepState(step.state)],
        "count": step.count,
        "error": step.get_error_display() if step.error else "",
        "attempts": step.attempts,
        "next_try_at": step.next_try_at,
        "done_at": step.done_at,
    }


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)

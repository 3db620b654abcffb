"""Doing one thing to several cases: a page says what would happen to each, then each is done in its own transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import permissions, queue
from cases.admin_base import DeskAdmin, acting
from cases.guards import check_is_open
from cases.kinds import facts_of
from cases.models import Case
from cases.permissions import check_can_assign
from cases.services.assigning import assign, colleague_for
from cases.staff import working_staff
from core import clock
from core.actors import Actor
from core.errors import NotAllowed

MOST_AT_ONCE = 100


class BulkForm(forms.Form):
    """What is asked once for all chosen cases."""

    def __init__(self, *args: Any, model: type[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.model = model


class GiveForm(BulkForm):
    """To whom."""

    to = forms.ChoiceField(label=gettext_lazy("Colleague"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = sorted(((str(user.pk), str(user)) for user in working_staff()), key=lambda pair: pair[1])
        self.fields["to"].choices = [("", _("Please choose")), *people]  # type: ignore[attr-defined]


class BulkAction:
    """One thing that can be done to several cases."""

    code = ""
    label: Any = ""
    title: Any = ""
    confirm: Any = ""
    form_class: type[BulkForm] = BulkForm

    def effect(self, case: Any, data: dict[str, Any], *, by: Actor) -> str:
        """What would happen to one case, in words; changes nothing. Raises NotAllowed with the reason why nothing."""
        raise NotImplementedError

    def act(self, case: Any, data: dict[str, Any], *, by: Actor) -> None:
        """Do it to one case through its service. Raises NotAllowed."""
        raise NotImplementedError


class Nothing(NotAllowed):
    """The case is already as it is wanted."""

    code = "nothing-to-do"


class GiveAction(BulkAction):
    code = "bulk-assign"
    label = gettext_lazy("Give to a colleague…")
    title = gettext_lazy("Give cases to a colleague")
    confirm = gettext_lazy("Give them")
    form_class = GiveForm

    def effect(self, case: Case, data: dict[str, Any], *, by: Actor) -> str:
        check_can_assign(case, by=by)
        check_is_open(case)
        colleague = colleague_for(case, data["to"])
        if case.assignee_id == colleague.pk:
            raise Nothing(_("%(colleague)s has it already.") % {"colleague": colleague})
        if case.assignee_id is None:
            return _("goes to %(colleague)s, who is told by mail") % {"colleague": colleague}
        return _("goes from %(before)s to %(colleague)s, who is told by mail") % {
            "before": case.assignee,
            "colleague": colleague,
        }

    def act(self, case: Case, data: dict[str, Any], *, by: Actor) -> None:
        assign(kind=case.kind, case_id=case.pk, to=UUID(data["to"]), by=by, now=clock.now())


@dataclass(frozen=True)
class Planned:
    """One chosen case: what would happen to it, or why nothing."""

    case: Case
    about: str
    words: str
    skipped: bool


class BulkPages(DeskAdmin):
    """The confirmation pages of a list."""

    def bulk_actions(self) -> list[BulkAction]:
        """What can be done to several cases of this kind."""
        return [GiveAction()]

    def bulk_view(self, action: BulkAction) -> Callable[[HttpRequest], HttpResponse]:
        """The page of one action: it asks, then lists what would happen, then does it."""

        def view(request: HttpRequest) -> HttpResponse:
            by = acting(request)
            if not permissions.works_on_cases(by=by):
                raise PermissionDenied
            cases = self._chosen(request)
            if not cases:
                messages.warning(request, _("No case was chosen."))
                return self._back(request)
            step = request.POST.get("step", "")
            form = action.form_class(request.POST if step else None, model=self.model)
            if step == "do" and form.is_valid():
                self._do(request, action, cases, form.cleaned_data)
                return self._back(request)
            plan = _plan(action, cases, form.cleaned_data, by=by) if step and form.is_valid() else []
            return self._bulk_page(request, action, form, cases, plan)

        return view

    def _chosen(self, request: HttpRequest) -> list[Any]:
        keys = [int(key) for key in request.POST.getlist("case") if key.isascii() and key.isdigit() and len(key) < 19]
        rows = queue.listed(self.model, by=acting(request)).select_related("assignee", "policy_version")
        found = rows.defer("policy_version__document", "sealed_text", "sealed_contact")
        return list(found.filter(pk__in=keys[:MOST_AT_ONCE]).order_by(*queue.BY_DUE))

    def _do(self, request: HttpRequest, action: BulkAction, cases: Iterable[Any], data: dict[str, Any]) -> None:
        done, by = 0, acting(request)
        for case in cases:
            try:
                action.effect(case, data, by=by)
                action.act(case, data, by=by)
            except NotAllowed as refusal:
                left = {"reference": case.reference, "why": str(refusal.message)}
                messages.warning(request, _("%(reference)s was left as it is: %(why)s") % left)
            else:
                done += 1
        if done:
            words = ngettext("%(count)s case updated.", "%(count)s cases updated.", done)
            messages.success(request, words % {"count": done})

    def _bulk_page(
        self, request: HttpRequest, action: BulkAction, form: BulkForm, cases: list[Any], plan: list[Planned]
    ) -> HttpResponse:
        about = facts_of(self.model.kind).about
        context = {
            **self.admin_site.each_context(request),
            "title": action.title,
            "opts": self.opts,
            "action": action,
            "form": form,
            "cases": [Planned(case, about(case), "", skipped=False) for case in cases],
            "plan": plan,
            "happens": [planned for planned in plan if not planned.skipped],
            "skipped": [planned for planned in plan if planned.skipped],
            "query": request.GET.urlencode(),
        }
        status = 422 if form.is_bound and not form.is_valid() else 200
        return render(request, "admin/cases/bulk.html", context, status=status)

    def _back(self, request: HttpRequest) -> HttpResponse:
        query = request.GET.urlencode()
        address = reverse(f"admin:{self._list_name('changelist')}")
        return redirect(f"{address}?{query}" if query else address)

    def _list_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page.replace('-', '_')}"


def _plan(action: BulkAction, cases: Iterable[Any], data: dict[str, Any], *, by: Actor) -> list[Planned]:
    plan = []
    for case in cases:
        about = facts_of(case.kind).about(case)
        try:
            plan.append(Planned(case, about, action.effect(case, data, by=by), skipped=False))
        except NotAllowed as refusal:
            plan.append(Planned(case, about, str(refusal.message), skipped=True))
    return plan

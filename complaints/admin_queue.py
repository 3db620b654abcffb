"""The queue of complaints: its filters, and assessing several at once."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.admin_bulk import BulkAction, BulkForm, Nothing
from cases.admin_filters import QueueFilter, policy_of
from cases.admin_queue import NOTHING, CaseQueue
from cases.guards import check_is_open
from cases.permissions import check_can_work_on
from complaints import selectors
from complaints.enums import Severity
from complaints.errors import UnknownChoice
from complaints.models import Complaint
from complaints.services.triaging import Triage, triage
from core import clock
from core.actors import Actor
from policies import selectors as policies
from policies.models import PolicyVersion


class SeverityFilter(QueueFilter):
    title = pgettext_lazy("filter", "Severity")
    parameter_name = "severity"
    tells_more = True

    def pairs(self, request: HttpRequest, model: Any) -> list[tuple[str, Any]]:
        return [(value, _short(label)) for value, label in Severity.choices]


class TierFilter(QueueFilter):
    title = pgettext_lazy("filter", "Tier")
    parameter_name = "tier"
    tells_more = True

    def pairs(self, request: HttpRequest, model: Any) -> list[tuple[str, Any]]:
        return _tiers(policy_of(request).version)


class AssessForm(BulkForm):
    """Severity and tier for all chosen complaints; everything else of each stays as it is."""

    severity = forms.ChoiceField(label=gettext_lazy("Severity"), choices=[("", gettext_lazy("Please choose"))])
    tier = forms.ChoiceField(label=gettext_lazy("Tier"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, pairs in (
            ("severity", Severity.choices),
            ("tier", _tiers(policies.version_in_force(clock.now()), whole=True)),
        ):
            self.fields[name].choices = [("", _("Please choose")), *pairs]  # type: ignore[attr-defined]


class AssessAction(BulkAction):
    code = "bulk-triage"
    label = gettext_lazy("Assess…")
    title = gettext_lazy("Assess complaints")
    confirm = gettext_lazy("Assess them")
    form_class = AssessForm

    def effect(self, case: Complaint, data: dict[str, Any], *, by: Actor) -> str:
        check_can_work_on(case, by=by)
        check_is_open(case)
        tiers = {found.code: str(found.name) for found in policies.document(case.policy_version).complaints.tiers}
        if data["tier"] not in tiers:
            raise UnknownChoice
        if (case.severity, case.tier) == (data["severity"], data["tier"]):
            raise Nothing(_("It has this assessment already."))
        words = {"severity": _short(Severity(data["severity"]).label), "tier": _short(tiers[data["tier"]])}
        if case.triaged_at is None:
            return _("is assessed as %(severity)s; %(tier)s") % words
        return _("is assessed anew as %(severity)s; %(tier)s") % {
            "severity": _instead(words["severity"], _short(Severity(case.severity).label)),
            "tier": _instead(words["tier"], _short(selectors.tier_name(case))),
        }

    def act(self, case: Complaint, data: dict[str, Any], *, by: Actor) -> None:
        assessment = Triage(
            category=case.category,
            severity=data["severity"],
            tier=data["tier"],
            fields=case.fields_concerned,
            purposes=case.purposes_concerned,
            contested_request=case.contested_request.reference if case.contested_request else "",
            contested_consent=case.contested_consent_id,
            about_staff=case.about_staff_id,
        )
        triage(complaint_id=case.pk, triage=assessment, note="", by=by, now=clock.now())


class ComplaintQueue(CaseQueue):
    """The list of complaints."""

    list_display = ("reference", "about", "due", "severity_shown", "tier_shown", "state", "who")
    list_filter = (*CaseQueue.list_filter, SeverityFilter, TierFilter)

    def bulk_actions(self) -> list[BulkAction]:
        return [*super().bulk_actions(), AssessAction()]

    @admin.display(description=pgettext_lazy("column", "Severity"))
    def severity_shown(self, row: Any) -> str:
        return _short(Severity(row.severity).label) if row.told and row.severity else NOTHING

    @admin.display(description=gettext_lazy("Tier"))
    def tier_shown(self, row: Any) -> str:
        return (_short(selectors.tier_name(row)) if row.told else "") or NOTHING


def _tiers(version: PolicyVersion | None, *, whole: bool = False) -> list[tuple[str, str]]:
    """Codes and names of the tiers of a policy."""
    if version is None:
        return []
    found = policies.document(version).complaints.tiers
    return [(tier.code, str(tier.name) if whole else _short(str(tier.name))) for tier in found]


def _instead(after: str, before: str) -> str:
    """What holds, and what it replaces where it is another."""
    if after == before:
        return after
    return _("%(after)s instead of %(before)s") % {"after": after, "before": before}


def _short(words: Any) -> str:
    """The part before the colon, after which an explanation stands."""
    return str(words).partition(":")[0]

"""The desk of complaints."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.admin import CaseDesk, acting
from cases.admin_filters import WhichList
from cases.forms import LONGEST_REASON
from complaints import selectors
from complaints.enums import Outcome, Remedy
from complaints.models import Complaint
from complaints.services.triaging import set_tier
from core import clock
from policies import selectors as policies
from policies.pack_types import Complaints


class TierForm(forms.Form):
    """How involved a complaint is. A later target needs a reason, which the person reads."""

    tier = forms.ChoiceField(label=gettext_lazy("Tier"))
    reason = forms.CharField(
        label=gettext_lazy("Reason, where the target becomes later"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The person reads it with the new date."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, promise: Complaints, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Please choose")), *((tier.code, str(tier.name)) for tier in promise.tiers)]
        self.fields["tier"].choices = choices  # type: ignore[attr-defined]


class PackFilter(admin.SimpleListFilter):
    """A filter whose choices are those of the policy in force."""

    part = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        version = policies.version_in_force(clock.now())
        if version is None:
            return []
        return [(found.code, str(found.name)) for found in getattr(policies.document(version).complaints, self.part)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class CategoryFilter(PackFilter):
    title = pgettext_lazy("filter", "Category")
    parameter_name = "category"
    part = "categories"


class TierFilter(PackFilter):
    title = pgettext_lazy("filter", "Tier")
    parameter_name = "tier"
    part = "tiers"


@admin.register(Complaint)
class ComplaintAdmin(CaseDesk):
    list_display = ("reference", "about", "due", "tier_shown", "state", "who")
    list_filter = (WhichList, "status", CategoryFilter, TierFilter)
    outcomes = Outcome.choices

    @admin.display(description=gettext_lazy("Tier"), ordering="tier")
    def tier_shown(self, row: Complaint) -> str:
        # The part before the colon: packs explain each tier after it.
        return selectors.tier_name(row).partition(":")[0]

    def case_actions(self) -> dict[str, Any]:
        return {**super().case_actions(), "tier": self.tier_view}

    def tier_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = self._case(request, pk)
        assert isinstance(case, Complaint)
        return self._with_form(
            request,
            case,
            "tier_form",
            TierForm(request.POST, promise=_promise(case)),
            lambda data: set_tier(complaint_id=pk, **data, by=acting(request), now=clock.now()),
            _("The tier was set."),
        )

    def more_context(self, case: Any) -> dict[str, Any]:
        return {
            "facts": [
                (_("Tier"), selectors.tier_name(case) or _("not set yet")),
                (_("Remedy sought"), Remedy(case.remedy).label),
                (_("Data concerned"), ", ".join(selectors.field_names(case)) or _("not stated")),
                (_("Purposes concerned"), ", ".join(selectors.purpose_names(case)) or _("not stated")),
            ],
            "tier_form": TierForm(initial={"tier": case.tier}, promise=_promise(case)),
        }


def _promise(complaint: Complaint) -> Complaints:
    return policies.document(complaint.policy_version).complaints

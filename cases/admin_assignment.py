"""Who gets new cases by themselves: a small table that officers and administrators keep."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases import permissions
from cases.admin_base import acting
from cases.enums import AssignmentMode
from cases.kinds import facts_of
from cases.models import AssignmentRule
from cases.registry import case_kinds
from cases.services.assignment_rules import remove_rule, set_rule
from cases.staff import working_staff
from core import clock
from core.admin import GuardedFilters
from policies import selectors as policies


class RuleForm(forms.ModelForm):
    """For which cases, in which way, and to whom."""

    scope = forms.ChoiceField(label=gettext_lazy("New cases"))
    mode = forms.ChoiceField(label=gettext_lazy("How they are given"), choices=AssignmentMode.choices)
    to = forms.ChoiceField(
        label=gettext_lazy("Colleague"),
        required=False,
        help_text=gettext_lazy("Only where it is always the same one."),
    )

    class Meta:
        model = AssignmentRule
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = sorted(((str(user.pk), str(user)) for user in working_staff()), key=lambda pair: pair[1])
        self.fields["to"].choices = [("", "–"), *people]  # type: ignore[attr-defined]
        if self.instance.pk:
            # A rule is for what it was made for; another one is another rule.
            del self.fields["scope"]
            self.fields["mode"].initial = self.instance.mode
            self.fields["to"].initial = str(self.instance.colleague_id or "")
        else:
            taken = set(AssignmentRule.objects.values_list("kind", "category"))
            scopes = [pair for pair in _scopes() if tuple(pair[0].split(":", 1)) not in taken]
            self.fields["scope"].choices = scopes  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("mode") == AssignmentMode.COLLEAGUE and not data.get("to"):
            self.add_error("to", _("Choose the colleague who gets them."))
        return data


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(GuardedFilters):
    """The rules. Every change goes through a service that records it."""

    form = RuleForm
    change_list_template = "admin/change_list.html"  # the one of this application is the queue
    list_display = ("what_for", "how")
    list_display_links = ("what_for",)
    actions = None
    sortable_by = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return permissions.can_arrange(by=acting(request)) or permissions.can_export(by=acting(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return permissions.can_arrange(by=acting(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.can_arrange(by=acting(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.can_arrange(by=acting(request))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if not self.has_change_permission(request):
            return ("what_for", "how")
        return ("mode", "to") if obj else ("scope", "mode", "to")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if self.has_change_permission(request) else ("what_for", "how")

    @admin.display(description=gettext_lazy("New cases"))
    def what_for(self, rule: AssignmentRule) -> str:
        return scope_words(rule.kind, rule.category)

    @admin.display(description=pgettext_lazy("of assigning", "Given"))
    def how(self, rule: AssignmentRule) -> str:
        words = str(AssignmentMode(rule.mode).label)
        return f"{words}: {rule.colleague}" if rule.colleague else words

    def save_model(self, request: HttpRequest, obj: AssignmentRule, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if not change:
            obj.kind, obj.category = data["scope"].split(":", 1)
        saved = set_rule(
            kind=obj.kind,
            category=obj.category,
            mode=AssignmentMode(data["mode"]),
            colleague=UUID(data["to"]) if data["to"] else None,
            by=acting(request),
            now=clock.now(),
        )
        obj.pk, obj.mode = saved.pk, saved.mode

    def delete_model(self, request: HttpRequest, obj: AssignmentRule) -> None:
        remove_rule(rule_id=obj.pk, by=acting(request), now=clock.now())

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit trail has it; no second one."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As above."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """As above."""


def scope_words(kind: str, category: str) -> str:
    """For which cases a rule is, in words."""
    model = case_kinds()[kind]
    desk = str(model._meta.verbose_name_plural)
    desk = desk[:1].upper() + desk[1:]
    if not category:
        return _("%(desk)s without a rule of their own") % {"desk": desk}
    return f"{desk}: {dict(facts_of(kind).abouts(policies.version_in_force(clock.now()))).get(category, category)}"


def _scopes() -> list[tuple[str, str]]:
    found = []
    for kind in sorted(case_kinds()):
        codes = ["", *(code for code, _words in facts_of(kind).abouts(policies.version_in_force(clock.now())))]
        found += [(f"{kind}:{code}", scope_words(kind, code)) for code in codes]
    return found

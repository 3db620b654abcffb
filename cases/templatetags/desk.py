"""Pieces of the staff desk."""

from typing import Any

from django import template
from django.urls import reverse

from cases import permissions
from cases.registry import case_kinds
from cases.selectors import desk_counts
from core import clock
from core.sweeps import failing

register = template.Library()


@register.filter
def choices(spec: Any, changelist: Any) -> list[dict[str, Any]]:
    """The choices of a filter as the page needs them."""
    return list(spec.choices(changelist))


@register.simple_tag
def count_of(counts: dict[str, int], choice: dict[str, Any]) -> int | str:
    """How many open cases stand in the list of a tab; empty for lists that are not counted."""
    return counts.get(choice["value"], "")


@register.inclusion_tag("admin/cases/_counts.html", takes_context=True)
def desk_summary(context: dict[str, Any]) -> dict[str, Any]:
    """How much waits on each desk, and which periodic jobs keep failing."""
    user = context["request"].user
    if not permissions.can_see_queue(by=user):
        return {"desks": [], "failing": failing()}
    now = clock.now()
    desks = [
        {
            "label": model._meta.verbose_name_plural,
            "url": reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"),
            "counts": desk_counts(model, user_id=user.pk, now=now),
        }
        for _kind, model in sorted(case_kinds().items())
    ]
    return {"desks": desks, "failing": failing()}

"""Pieces of the staff desk."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cases import charts, permissions, reports
from cases.admin_filters import narrows
from cases.kinds import facts_of
from cases.queue import MOST_COUNTED, waiting_work
from cases.registry import case_kinds
from core import clock
from core.sweeps import failing
from personal_data import desk_waiting

register = template.Library()
_KEPT = ("list", "found", "q")


@register.filter
def choices(spec: Any, changelist: Any) -> list[dict[str, Any]]:
    """The choices of a filter as the page needs them."""
    return list(spec.choices(changelist))


@register.simple_tag
def count_of(counts: dict[str, int], choice: dict[str, Any]) -> int | str:
    """How many open cases stand in the list of a tab; empty for lists that are not counted."""
    return counts.get(choice["value"], "")


@register.filter
def capped(count: int) -> str:
    """A number as counted: 41, or 1,000+ where counting stopped."""
    if count > MOST_COUNTED:
        return f"{capped_most(MOST_COUNTED)}+"
    return capped_most(count)


@register.filter
def capped_most(count: int) -> str:
    """A number with its thousands apart."""
    return str(number_format(count, force_grouping=True))


@register.filter
def narrowed(changelist: Any) -> bool:
    """Whether a filter below the tabs is set."""
    return narrows(changelist.params)


@register.filter
def searched(changelist: Any) -> bool:
    """Whether the list shows what a search found."""
    return bool(changelist.query or changelist.params.get("found"))


@register.filter
def kept_parameters(changelist: Any) -> list[tuple[str, str]]:
    """What a new choice of filters leaves as it is: the list and the search."""
    return [(name, value) for name, value in changelist.params.items() if name in _KEPT]


@register.simple_tag
def page_link(changelist: Any, number: int) -> str:
    """The address of another page of the same list."""
    return str(changelist.get_query_string({"p": number}))


@register.simple_tag
def empty_words(changelist: Any) -> dict[str, str]:
    """What an empty list says."""
    if searched(changelist):
        text = _("Check the spelling; an address or number must be whole.")
        return {"symbol": "info", "title": _("Nothing was found"), "text": text}
    if narrowed(changelist):
        return {"symbol": "info", "title": _("No case fits these filters"), "text": _("Clear one of them to see more.")}
    words = {
        "mine": _("You have no case in hand."),
        "late": _("Nothing is late."),
        "untaken": _("Somebody has every case."),
        "unverified": str(facts_of(changelist.model.kind).all_proved),
    }
    return {
        "symbol": "check",
        "title": _("Nothing here"),
        "text": words.get(changelist.params.get("list", ""), _("No case stands in this list.")),
    }


@register.inclusion_tag("admin/cases/_start.html", takes_context=True)
def desk_start(context: dict[str, Any]) -> dict[str, Any]:
    """What waits on each desk, how the last weeks went, and which periodic jobs keep failing."""
    user = context["request"].user
    if not permissions.can_see_queue(by=user):
        return {"desks": [], "failing": failing()}
    now = clock.now()
    keeping = desk_waiting.waiting(by=user, now=now)
    desks = []
    for kind, model in sorted(case_kinds().items()):
        weeks = reports.weeks(model, now=now)
        desks.append(
            {
                "kind": kind,
                "label": model._meta.verbose_name_plural,
                "url": reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"),
                "unproved_name": facts_of(kind).unproved_name,
                "waiting": facts_of(kind).waiting(user, now),
                "counts": waiting_work(model, by=user, now=now),
                "weeks": weeks,
                "flow": charts.flow(weeks),
                "shares": charts.shares(weeks),
            }
        )
    works = permissions.works_on_cases(by=user)
    return {
        "desks": desks,
        "failing": failing(),
        "keeping": keeping,
        "works": works,
        "knows_states": works or permissions.reads_every_case(by=user),
    }

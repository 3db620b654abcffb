"""What lists, exports and reports have to know of one kind of case. Handed in at start by its own package."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.models import KNOWN, UNPROVED
from core.actors import Actor
from policies.models import PolicyVersion

Words = list[tuple[str, str]]
UNPROVED_NAME = pgettext_lazy("list of cases", "Address not confirmed")
ALL_PROVED = gettext_lazy("Every open case comes from a confirmed address.")


@dataclass(frozen=True)
class KindFacts:
    """One kind of case.

    `about_field` is the column with the code of what a case is about, `about` says it in the words of the case's own
    policy, `abouts` lists codes and words of a version, if there is one. `rejected`, `withdrawn` and `unverified` are
    outcomes that are no answer to the matter; empty where the kind has none. `answers` is the table of earlier rounds'
    answers. `reasons` are the codes and words of why an answer was put off, kept in `postpone_reason`.
    `known` and `unproved` say whose sender is known well enough for the queue and who stands in a list of its own;
    `unproved_name` is that list's name, `all_proved` what it says when it is empty. `waiting` is what else waits for
    somebody on this desk: name, address of its list, how many.
    """

    about_field: str
    about: Callable[[Any], str]
    abouts: Callable[[PolicyVersion | None], Words]
    rejected: str = ""
    withdrawn: str = ""
    unverified: str = ""
    answers: Any = None
    reasons: Mapping[str, Any] = field(default_factory=dict)
    known: Q = KNOWN
    unproved: Q = UNPROVED
    unproved_name: Any = UNPROVED_NAME
    all_proved: Any = ALL_PROVED
    waiting: Callable[[Actor, datetime], list[tuple[str, str, int]]] = lambda by, now: []


_facts: dict[str, KindFacts] = {}


def count_with(kind: str, facts: KindFacts) -> None:
    """Hand in the facts of a kind."""
    _facts[kind] = facts


def facts_of(kind: str) -> KindFacts:
    """The facts of a kind. Raises KeyError for a kind nobody handed them in for."""
    return _facts[kind]

"""The law as data: dated TOML beside this reader, and nowhere else."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class RequestRule:
    """Periods for one kind of request (decree 356, article 5), in calendar days but for the acknowledgement."""

    kind: str
    acknowledge_working_days: int
    own_days: int
    processor_days: int
    extension_days: int
    article: str
    right: str
    effective_from: date


@dataclass(frozen=True)
class ComplaintRule:
    """What the law says of complaints to a company (law 19/2023, article 57; decree 248, article 7)."""

    negotiation_working_days: int
    negotiation_article: str
    publication_article: str
    right: str
    shortest_target_days: int
    longest_limit_days: int
    effective_from: date


@lru_cache(maxsize=16)
def _rules(name: str) -> tuple[dict[str, Any], ...]:
    with (_FOLDER / f"{name}.toml").open("rb") as source:
        rules = tomllib.load(source)["rule"]
    return tuple(sorted(rules, key=lambda rule: rule["effective_from"]))


def in_effect(name: str, *, on: date) -> dict[str, Any]:
    """The rule table `name` in effect on a day. Raises LookupError when none was in effect yet."""
    current = [rule for rule in _rules(name) if rule["effective_from"] <= on]
    if not current:
        raise LookupError(f"no {name} rule is in effect on {on}")
    return current[-1]


def request_kinds(*, on: date) -> tuple[str, ...]:
    """Codes of the request kinds the law names."""
    return tuple(in_effect("requests", on=on)["kinds"])


def request_rule(kind: str, *, on: date) -> RequestRule:
    """The periods for one kind of request. Raises LookupError for an unknown kind."""
    rule = in_effect("requests", on=on)
    if kind not in rule["kinds"]:
        raise LookupError(f"unknown request kind {kind}")
    periods = rule["kinds"][kind]
    return RequestRule(
        kind=kind,
        acknowledge_working_days=rule["acknowledge_working_days"],
        own_days=periods["own_days"],
        processor_days=periods["processor_days"],
        extension_days=periods["extension_days"],
        article=periods["article"],
        right=periods["right"],
        effective_from=rule["effective_from"],
    )


def complaint_rule(*, on: date) -> ComplaintRule:
    """What the law says of complaints on a day."""
    return ComplaintRule(**in_effect("complaints", on=on))

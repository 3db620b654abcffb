"""The law as data: dated TOML beside this reader, and nowhere else."""

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent


class Start(StrEnum):
    """What sets a clock going."""

    RECEIPT = "RECEIPT"
    DETECTION = "DETECTION"


class Unit(StrEnum):
    """In what a period is counted."""

    CALENDAR_DAYS = "CALENDAR_DAYS"
    WORKING_DAYS = "WORKING_DAYS"
    HOURS = "HOURS"


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """How long one kind of matter may take, and what moves its dates. `version` is the day the rule took effect."""

    code: str
    version: date
    starts: Start
    unit: Unit
    rolls: bool
    pausable: bool
    acknowledge_working_days: int
    target: int
    limit: int
    processor: int
    extension_days: int
    extension_count: int
    article: str
    right: str

    def with_days(self, *, target: int, limit: int, acknowledge_working_days: int) -> "PeriodRule":
        """The same rule with the figures an organisation publishes."""
        return replace(self, target=target, limit=limit, acknowledge_working_days=acknowledge_working_days)


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
class Recourse:
    """Where a complainant may turn after the answer."""

    code: str
    article: str


@dataclass(frozen=True)
class ComplaintRule:
    """What holds for complaints besides the pack's figures (law 19/2023, article 57; decree 248, article 7)."""

    negotiation_working_days: int
    negotiation_article: str
    publication_article: str
    right: str
    shortest_target_days: int
    longest_limit_days: int
    reopen_within_days: int
    reopen_count: int
    postpone_count: int
    unverified_reminder_hours: int
    unverified_end_days: int
    recourse: tuple[Recourse, ...]
    effective_from: date


@dataclass(frozen=True)
class RequestTerms:
    """What the portal holds itself to when it handles a request, besides the periods of its kind."""

    unverified_reminder_hours: int
    unverified_end_days: int
    contact_freeze_hours: int
    identified_hours: int
    package_days: int
    recipient_days: int
    recipient_names_days: int


@dataclass(frozen=True)
class RefusalGround:
    """A coded ground for refusing a request, whole or in part, and the article it rests on."""

    code: str
    kinds: tuple[str, ...]
    article: str


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


def period_rule(code: str, *, on: date) -> PeriodRule:
    """The periods of one kind of matter under the law of a day. Raises LookupError for an unknown kind."""
    return _period_rule(code, in_effect("deadlines", on=on)["effective_from"])


@lru_cache(maxsize=64)
def _period_rule(code: str, version: date) -> PeriodRule:
    rule = in_effect("deadlines", on=version)
    if code not in rule["kinds"]:
        raise LookupError(f"no period is known for {code}")
    own = rule["kinds"][code]
    periods = {**rule["shared"].get(own.get("like"), {}), **own}
    return PeriodRule(
        code=code,
        version=version,
        starts=Start(periods["starts"]),
        unit=Unit(periods["unit"]),
        rolls=periods["rolls"],
        pausable=periods["pausable"],
        acknowledge_working_days=periods["acknowledge_working_days"],
        target=periods["target"] if "target" in periods else periods["own"],
        limit=periods["limit"] if "limit" in periods else periods["own"],
        processor=periods["processor"],
        extension_days=periods["extension_days"],
        extension_count=periods["extension_count"],
        article=periods["article"],
        right=periods["right"],
    )


def request_kinds(*, on: date) -> tuple[str, ...]:
    """Codes of the request kinds the law names."""
    kinds = in_effect("deadlines", on=on)["kinds"]
    return tuple(code for code, kind in kinds.items() if kind.get("like") == "request")


def request_rule(kind: str, *, on: date) -> RequestRule:
    """The periods for one kind of request. Raises LookupError for an unknown kind."""
    if kind not in request_kinds(on=on):
        raise LookupError(f"unknown request kind {kind}")
    rule = period_rule(kind, on=on)
    return RequestRule(
        kind=kind,
        acknowledge_working_days=rule.acknowledge_working_days,
        own_days=rule.target,
        processor_days=rule.processor,
        extension_days=rule.extension_days,
        article=rule.article,
        right=rule.right,
        effective_from=rule.version,
    )


def request_terms(*, on: date) -> RequestTerms:
    """The further times of requests on a day."""
    return RequestTerms(**in_effect("deadlines", on=on)["requests"])


def refusal_grounds(kind: str, *, on: date) -> tuple[RefusalGround, ...]:
    """Grounds on which a request of a kind may be refused on a day, in the order of their codes."""
    grounds = in_effect("refusals", on=on)["grounds"]
    found = (RefusalGround(code, tuple(one["kinds"]), one["article"]) for code, one in sorted(grounds.items()))
    return tuple(ground for ground in found if kind in ground.kinds)


def complaint_rule(*, on: date) -> ComplaintRule:
    """What the law says of complaints on a day."""
    further = dict(in_effect("deadlines", on=on)["complaints"])
    recourse = tuple(Recourse(**entry) for entry in further.pop("recourse"))
    complaint, negotiation = period_rule("complaint", on=on), period_rule("negotiation", on=on)
    return ComplaintRule(
        negotiation_working_days=negotiation.target,
        negotiation_article=negotiation.article,
        publication_article=complaint.article,
        right=complaint.right,
        shortest_target_days=complaint.target,
        longest_limit_days=complaint.limit,
        recourse=recourse,
        effective_from=complaint.version,
        **further,
    )

"""Until when a value is kept and why, from the pack's rules. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import local_date
from policies.pack_types import FieldSpec, Pack, RetentionSpec, Text


@dataclass(frozen=True)
class KeptUntil:
    """The rule in words, and the earliest day it or a rule beside it ends, where that is known today."""

    reason: Text
    rule: str
    day: date | None = None
    clause: str = ""
    live_purposes: tuple[str, ...] = ()


def kept_until(
    pack: Pack,
    spec: FieldSpec,
    *,
    held_since: datetime | None,
    last_active_at: datetime | None,
    events: Mapping[str, datetime],
    live: Collection[str],
) -> KeptUntil:
    """The rule of a field. Days are worked out only for a value held; `events` holds the last moment of each event."""
    rule = pack.retention_rule(spec.retention)
    if rule is None:
        raise LookupError(spec.retention)
    days = [
        plus_period(local_date(start), one)
        for one in _working_together(pack, rule)
        if held_since is not None and one.has_period
        for start in [_start(one, held_since=held_since, last_active_at=last_active_at, events=events)]
        if start is not None
    ]
    return KeptUntil(
        reason=rule.text,
        rule=rule.rule,
        day=min(days, default=None),
        clause=rule.clause,
        live_purposes=tuple(code for code in spec.purposes if code in live),
    )


def plus_period(start: date, rule: RetentionSpec) -> date:
    """The day a rule's period ends; a month ends on its corresponding or last day (Civil Code, article 148.3)."""
    months = (rule.months or 0) + 12 * (rule.years or 0)
    year, month = divmod(start.month - 1 + months, 12)
    day = start.day
    while True:
        try:
            moved = date(start.year + year, month + 1, day)
            break
        except ValueError:
            day -= 1
    return moved + timedelta(days=rule.days or 0)


def _working_together(pack: Pack, rule: RetentionSpec) -> Iterator[RetentionSpec]:
    """The rule and those it names beside it; whichever ends first ends the keeping."""
    yield rule
    for code in rule.also:
        beside = pack.retention_rule(code)
        if beside is not None:
            yield beside


def _start(
    rule: RetentionSpec, *, held_since: datetime, last_active_at: datetime | None, events: Mapping[str, datetime]
) -> datetime | None:
    if rule.rule == "inactive":
        return last_active_at
    if rule.rule == "after-event":
        return events.get(rule.event)
    return held_since if rule.rule == "law" else None

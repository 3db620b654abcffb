"""When a field goes, and everything for which it stays: the rules of `retention_query` for one person. Pure.

Of the rule a field names and those beside it, the first day to come decides. It is postponed by keeping the law
requires, a hold, an open case, another purpose that is live, and by nobody having been told in time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.clock import local_date
from personal_data.enums import HoldGround
from personal_data.telling_sql import TOLD_BEFORE_DAYS
from policies.enums import LegalBasis, RetentionKind
from policies.pack_types import FieldSpec, Pack, PurposeSpec, RetentionSpec, Text

OPEN_CASE = "open-case"


class HeldBack(StrEnum):
    """Why something stays although its day has come."""

    LAW = "law"
    HOLD = "hold"
    PURPOSE = "purpose"
    CASE = "case"
    UNTOLD = "untold"
    REST = "rest"


@dataclass(frozen=True)
class State:
    """Whether a purpose is live for a person, and since when."""

    live: bool
    since: datetime


@dataclass(frozen=True)
class Decided:
    """A decided deletion that names fields of the person."""

    fields: frozenset[str]
    ordered: bool
    goes_on: date
    held_before: date | None = None


@dataclass(frozen=True)
class Facts:
    """What the days of one person depend on at a moment, apart from the pack and what is held.

    `events` holds the last moment of each event, `holds` the grounds of the holds in force by field, `told` the moment
    at which the person was told of a day.
    """

    at: datetime
    last_active_at: datetime | None = None
    events: Mapping[str, datetime] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)
    holds: Mapping[str, Sequence[HoldGround]] = field(default_factory=dict)
    disposals: Sequence[Decided] = ()
    told: Mapping[date, datetime] = field(default_factory=dict)
    is_reachable: bool = False

    @property
    def today(self) -> date:
        return local_date(self.at)

    @property
    def has_open_case(self) -> bool:
        """Whether a request or complaint of the person is open."""
        return OPEN_CASE in self.states and self.states[OPEN_CASE].live


@dataclass(frozen=True)
class Trigger:
    """Something that lets a field go on a day. `warns`: the person is told before; `yields`: to a live purpose."""

    kind: str
    rule: str
    day: date
    warns: bool
    yields: bool

    @property
    def order(self) -> tuple[date, bool]:
        """The first day decides; of two on one day, the one of which nobody need be told."""
        return self.day, self.warns


@dataclass(frozen=True)
class Stay:
    """One reason to stay. `day` is when it ends, where that is known; `name` and `clause` say what it is."""

    code: HeldBack
    day: date | None = None
    name: str | Text = ""
    clause: str = ""


@dataclass(frozen=True)
class KeptUntil:
    """The rule in words, what lets the field go and when, and what keeps it beyond.

    `day` is the day it goes, as far as is known now: None where no day is set, or where what keeps it has no end yet.
    `beside` is the rule that sets the day, where that is not the field's own. `awaits_event`: nothing lets it go by
    itself, because what its period counts from has not been recorded.
    """

    reason: Text
    rule: str
    clause: str = ""
    beside: RetentionSpec | None = None
    trigger: Trigger | None = None
    day: date | None = None
    is_due: bool = False
    stays: tuple[Stay, ...] = ()
    live_purposes: tuple[str, ...] = ()
    awaits_event: bool = False

    @property
    def kind(self) -> str:
        """What lets it go; empty where nothing does but a wish of the person."""
        return self.trigger.kind if self.trigger else ""


def kept_until(pack: Pack, spec: FieldSpec, *, held_since: datetime | None, facts: Facts) -> KeptUntil:
    """The rules of a field for one person. Days are worked out only for what is held."""
    rule = pack.retention_rule(spec.retention)
    if rule is None:
        raise LookupError(spec.retention)
    live = tuple(code for code in spec.purposes if code in facts.states and facts.states[code].live)
    told = KeptUntil(reason=rule.text, rule=rule.rule, clause=rule.clause, live_purposes=live)
    if held_since is None:
        return told
    triggers = sorted(_triggers(pack, spec, rule, held_since, facts), key=lambda one: one.order)
    decides = _that_decides(triggers, live)
    stays = tuple(_stays(pack, spec, triggers, decides, facts))
    trigger = decides or (triggers[0] if triggers else None)
    return replace(
        told,
        trigger=trigger,
        beside=_beside(pack, rule, trigger),
        day=_day(decides, stays, facts.today),
        is_due=any(_goes(one, triggers, spec, live, facts) for one in triggers),
        stays=stays,
        awaits_event=trigger is None
        and any(one.rule == RetentionKind.AFTER_EVENT for one in working_together(pack, rule)),
    )


def account_until(pack: Pack, spec: FieldSpec, *, inactivity: RetentionSpec | None, facts: Facts) -> KeptUntil:
    """The same for the address the person signs in with: it goes with the account, which inactivity alone ends.

    `inactivity` is the longest of the pack; None where no rule asks for one, and the account stays.
    """
    rule = pack.retention_rule(spec.retention)
    if rule is None:
        raise LookupError(spec.retention)
    live = tuple(code for code, state in facts.states.items() if state.live and code != OPEN_CASE)
    told = KeptUntil(reason=rule.text, rule=rule.rule, clause=rule.clause, live_purposes=live)
    if inactivity is None or facts.last_active_at is None:
        return told
    day = plus_period(local_date(facts.last_active_at), inactivity)
    trigger = Trigger(inactivity.rule, inactivity.code, day, warns=True, yields=True)
    decides = None if live else trigger
    stays = (
        *(Stay(HeldBack.HOLD, name=str(ground.label)) for ground in facts.holds.get(spec.code, ())),
        *(Stay(HeldBack.PURPOSE, name=one.name) for one in pack.purposes if one.code in live),
        *([Stay(HeldBack.CASE)] if facts.has_open_case else []),
    )
    day_set = _day(decides, stays, facts.today)
    return replace(told, trigger=trigger, beside=_beside(pack, rule, trigger), day=day_set, stays=stays)


def goes_last(account: KeptUntil, others: Iterable[KeptUntil]) -> KeptUntil:
    """The address the person signs in with, beside everything else that is held: the account goes when that is gone."""
    days = [one.day for one in others]
    if account.day is None or all(day is not None and day <= account.day for day in days):
        return account
    last = None if None in days else max(day for day in days if day is not None)
    return replace(account, day=last, stays=(*account.stays, Stay(HeldBack.REST, last)))


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


def working_together(pack: Pack, rule: RetentionSpec) -> Iterator[RetentionSpec]:
    """The rule and those it names beside it; whichever ends first ends the keeping."""
    yield rule
    for code in rule.also:
        beside = pack.retention_rule(code)
        if beside is not None:
            yield beside


def is_live(purpose: PurposeSpec, states: Mapping[str, State]) -> bool:
    """Whether a purpose is live: one that rests on a contract until it has ended, any other once it has begun."""
    state = states.get(purpose.code)
    return state.live if state is not None else purpose.basis == LegalBasis.CONTRACT


def _triggers(
    pack: Pack, spec: FieldSpec, rule: RetentionSpec, held_since: datetime, facts: Facts
) -> Iterator[Trigger]:
    for one in working_together(pack, rule):
        if one.rule == RetentionKind.WHILE_PURPOSE:
            yield from _when_purposes_end(pack, spec, one, facts)
            continue
        start = _start(one, held_since=held_since, facts=facts)
        if start is not None and one.has_period:
            by_law = one.rule == RetentionKind.LAW
            yield Trigger(one.rule, one.code, plus_period(local_date(start), one), warns=True, yields=not by_law)
    for order in facts.disposals:
        before = order.held_before
        if spec.code in order.fields and (before is None or local_date(held_since) < before):
            kind = RetentionKind.MANAGEMENT_ORDER.value
            yield Trigger(kind, kind, order.goes_on, warns=True, yields=not order.ordered)


def _beside(pack: Pack, own: RetentionSpec, trigger: Trigger | None) -> RetentionSpec | None:
    """The rule that sets the day, where it is another than the field's own and no decision of people."""
    if trigger is None or trigger.rule == own.code or trigger.kind == RetentionKind.MANAGEMENT_ORDER:
        return None
    return pack.retention_rule(trigger.rule)


def _start(rule: RetentionSpec, *, held_since: datetime, facts: Facts) -> datetime | None:
    if rule.rule == RetentionKind.INACTIVE:
        return facts.last_active_at
    if rule.rule == RetentionKind.AFTER_EVENT:
        return facts.events.get(rule.event)
    return held_since if rule.rule == RetentionKind.LAW else None


def _when_purposes_end(pack: Pack, spec: FieldSpec, rule: RetentionSpec, facts: Facts) -> Iterator[Trigger]:
    """Counted from the purpose that ended last, once none is live. Nobody is warned of a consent taken back."""
    purposes = [purpose for code in spec.purposes if (purpose := pack.purpose(code)) is not None]
    if any(is_live(purpose, facts.states) for purpose in purposes):
        return
    ended = [(facts.states[one.code].since, one.basis) for one in purposes if one.code in facts.states]
    if ended:
        since, basis = max(ended)
        day = plus_period(local_date(since), rule)
        yield Trigger(rule.rule, rule.code, day, warns=basis != LegalBasis.CONSENT, yields=False)


def _that_decides(triggers: Sequence[Trigger], live: Sequence[str]) -> Trigger | None:
    """The first day to come that no live purpose stands against; while the law has something kept, the law's day."""
    laws = [one for one in triggers if one.kind == RetentionKind.LAW]
    if laws:
        return laws[-1]
    return next((one for one in triggers if not (one.yields and live)), None)


def _stays(
    pack: Pack, spec: FieldSpec, triggers: Sequence[Trigger], decides: Trigger | None, facts: Facts
) -> Iterator[Stay]:
    by_law = decides is not None and decides.kind == RetentionKind.LAW
    if decides is not None and by_law and decides.day > facts.today:
        rule = pack.retention_rule(decides.rule)
        yield Stay(HeldBack.LAW, decides.day, clause=rule.clause if rule else "")
    for ground in facts.holds.get(spec.code, ()):
        yield Stay(HeldBack.HOLD, name=str(ground.label))
    gave_way = bool(triggers) and decides != triggers[0] and not by_law
    yield from (Stay(HeldBack.PURPOSE, name=one.name) for one in _carried_by(pack, spec, gave_way, facts))
    if triggers and facts.has_open_case:
        yield Stay(HeldBack.CASE)
    if decides is not None and decides.warns and facts.is_reachable:
        known = _known_on(decides.day, facts)
        if known > decides.day:
            yield Stay(HeldBack.UNTOLD, known)


def _carried_by(pack: Pack, spec: FieldSpec, gave_way: bool, facts: Facts) -> Iterator[PurposeSpec]:
    """The live purposes for which a field stays: those a day gave way to, and all while its rule asks for one."""
    rules = [
        one for code in [spec.retention] if (rule := pack.retention_rule(code)) for one in working_together(pack, rule)
    ]
    asks = any(one.rule == RetentionKind.WHILE_PURPOSE for one in rules)
    for purpose in (one for code in spec.purposes if (one := pack.purpose(code)) is not None):
        state = facts.states.get(purpose.code)
        if (gave_way and state is not None and state.live) or (asks and is_live(purpose, facts.states)):
            yield purpose


def _known_on(day: date, facts: Facts) -> date:
    """The day on which the person has known of a day for long enough, as the mail says it. Of one far off there is time
    to tell.
    """
    if _is_known(day, facts):
        return min(day, facts.today)
    return local_date(facts.told.get(day, facts.at) + timedelta(days=TOLD_BEFORE_DAYS))


def _is_known(day: date, facts: Facts) -> bool:
    """Whether the person has known of a day for long enough."""
    return day in facts.told and facts.told[day] + timedelta(days=TOLD_BEFORE_DAYS) <= facts.at


def _goes(one: Trigger, triggers: Sequence[Trigger], spec: FieldSpec, live: Sequence[str], facts: Facts) -> bool:
    """Whether the engine deletes by this trigger now."""
    return (
        one.day <= facts.today
        and not any(law.kind == RetentionKind.LAW and law.day > facts.today for law in triggers)
        and not facts.holds.get(spec.code)
        and not facts.has_open_case
        and not (one.yields and live)
        and not (one.warns and facts.is_reachable and not _is_known(one.day, facts))
    )


def _day(decides: Trigger | None, stays: Sequence[Stay], today: date) -> date | None:
    """A hold has no end that is known; a case may be closed before the day comes."""
    codes = {stay.code for stay in stays}
    if decides is None or HeldBack.HOLD in codes or (HeldBack.CASE in codes and decides.day <= today):
        return None
    return max([decides.day, *(stay.day for stay in stays if stay.day is not None)])

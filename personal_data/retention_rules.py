"""What lets a field of the policy go, read off the pack: one trigger for each rule at work. Pure.

Rules that work together on a field are triggers of their own, and the first to come decides. Dates are Vietnamese
calendar days: what is kept until a day goes once that day has begun.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from core.clock import midnight
from personal_data.enums import DisposalKind
from personal_data.hold_scope import categories_of
from personal_data.models import Disposal
from personal_data.retention_dates import plus_period, working_together
from policies.enums import FILE_KINDS, FieldKind, LegalBasis, RetentionKind
from policies.pack_parts import OWN_PERIODS
from policies.pack_types import FieldSpec, Pack, RetentionSpec

# What a run does beside the rules of the pack: the people of whom nothing is left.
WHOLE_PERSON = "whole-person"
# The periods of what the portal writes itself, told as one rule more: a change of them needs two people as well.
OWN_RECORDS = "own-records"
_LONG_AGO = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Covered:
    """A field a trigger acts on, with what may postpone it there."""

    field: str
    kind: str
    purposes: tuple[str, ...]
    categories: frozenset[str]
    laws: tuple[RetentionSpec, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    """One thing that lets fields go.

    `purposes` are those whose end counts (`rule` while-purpose): of these `contracts` are live until they have ended,
    and the end of a purpose not among `consents` is warned of. `yields` says whether another live purpose postpones it.
    `subject_id` and `held_before` narrow a decided deletion.
    """

    rule: str
    kind: str
    covered: tuple[Covered, ...]
    period: RetentionSpec | None = None
    event: str = ""
    purposes: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    warns: bool = False
    yields: bool = True
    subject_id: UUID | None = None
    held_before: date | None = None
    goes_on: date | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The codes of the fields it acts on."""
        return tuple(one.field for one in self.covered)


def triggers_of(pack: Pack) -> list[Trigger]:
    """Every rule of the pack at work on some field; a rule of purposes once for each set of purposes."""
    found: dict[tuple[str, tuple[str, ...]], tuple[RetentionSpec, list[FieldSpec]]] = {}
    for spec in pack.fields:
        for rule in _at_work(pack, spec):
            purposes = spec.purposes if rule.rule == RetentionKind.WHILE_PURPOSE else ()
            found.setdefault((rule.code, purposes), (rule, []))[1].append(spec)
    return [_trigger(pack, rule, specs, purposes) for (_code, purposes), (rule, specs) in found.items()]


def decided_triggers(pack: Pack, disposals: Iterable[Disposal]) -> list[Trigger]:
    """What people decided: each selection is a trigger of its own, whatever rules its fields have."""
    return [
        Trigger(
            rule=f"disposal:{row.pk}",
            kind=RetentionKind.MANAGEMENT_ORDER.value,
            covered=tuple(_covered(pack, spec) for spec in pack.fields if spec.code in row.fields),
            warns=True,
            yields=row.kind != DisposalKind.ORDERED,
            subject_id=row.subject_ref,
            held_before=row.held_before,
            goes_on=row.goes_on,
        )
        for row in disposals
        if row.kind != DisposalKind.PURPOSE
    ]


def laws_on(pack: Pack) -> dict[str, tuple[RetentionSpec, ...]]:
    """The rules of law at work on the fields that have any."""
    found = {spec.code: _laws(pack, spec) for spec in pack.fields}
    return {code: laws for code, laws in found.items() if laws}


def longest_inactivity(pack: Pack) -> RetentionSpec | None:
    """The inactivity after which an account with nothing left in it goes too; None where no field knows such a rule."""
    rules = [rule for spec in pack.fields for rule in _at_work(pack, spec) if rule.rule == RetentionKind.INACTIVE]
    start = date(2000, 1, 1)
    return max(rules, key=lambda rule: plus_period(start, rule), default=None)


def fields_that_go_with_inactivity(pack: Pack) -> list[str]:
    """Codes of the fields an inactivity lets go and no law keeps: what else is held keeps the account."""
    found = []
    for spec in pack.fields:
        kinds = {rule.rule for rule in _at_work(pack, spec)}
        if RetentionKind.INACTIVE in kinds and RetentionKind.LAW not in kinds:
            found.append(spec.code)
    return found


def last_start(rule: RetentionSpec, today: date) -> date:
    """The last day from which the period of a rule is over today."""
    year, month = divmod(today.year * 12 + today.month - 1 - (rule.months or 0) - 12 * (rule.years or 0), 12)
    if year < _LONG_AGO.year:
        return _LONG_AGO
    # Months may differ by three days where the period begins, and by three more where it ends.
    start = date(year, month + 1, min(today.day, 28)) - timedelta(days=rule.days or 0) + timedelta(days=7)
    while plus_period(start, rule) > today:
        start -= timedelta(days=1)
    return start


def over_since(rule: RetentionSpec, today: date) -> datetime:
    """The moment before which a period must have begun to be over today."""
    return midnight(last_start(rule, today) + timedelta(days=1))


def interval_of(rule: RetentionSpec) -> str:
    """The period in the words of the database, which counts months before days as the law does."""
    return f"{(rule.months or 0) + 12 * (rule.years or 0)} months {rule.days or 0} days"


def rules_told(pack: Pack) -> list[dict[str, object]]:
    """Everything that decides when something goes, in codes: two packs that tell the same delete the same."""
    rules: list[dict[str, object]] = [
        {
            "rule": rule.code,
            "kind": rule.rule,
            "event": rule.event,
            "days": rule.days,
            "months": rule.months,
            "years": rule.years,
            "also": sorted(rule.also),
        }
        for rule in pack.retention
    ]
    fields: list[dict[str, object]] = [
        {
            "field": spec.code,
            "kind": spec.kind,
            "rule": spec.retention,
            "sensitivity": spec.sensitivity,  # a hold may name the sensitive alone
            "purposes": sorted(f"{code}:{_basis(pack, code)}" for code in spec.purposes),
        }
        for spec in pack.fields
    ]
    own: dict[str, object] = {
        "rule": OWN_RECORDS,
        "evidence_years": pack.evidence_years,
        "security_days": pack.security_data.retention_days,
        **{key: getattr(pack.own_records, key) for key in OWN_PERIODS},
    }
    return [own, *sorted(rules, key=lambda one: str(one["rule"])), *sorted(fields, key=lambda one: str(one["field"]))]


def rules_digest(pack: Pack) -> bytes:
    """A hash of what `rules_told` says."""
    return hashlib.sha256(json.dumps(rules_told(pack), sort_keys=True).encode()).digest()


def changed_rules(before: Sequence[dict[str, object]], after: Sequence[dict[str, object]]) -> list[str]:
    """Codes of the rules and fields that differ between two tellings, such as `rule:payment` or `field:phone`."""
    one, other = _by_code(before), _by_code(after)
    return sorted(code for code in {*one, *other} if one.get(code) != other.get(code))


def _by_code(told: Iterable[dict[str, object]]) -> dict[str, dict[str, object]]:
    return {f"field:{one['field']}" if "field" in one else f"rule:{one['rule']}": one for one in told}


def is_file_kind(kind: str) -> bool:
    """Whether a field of this kind holds files."""
    return kind in FILE_KINDS


def is_device_kind(kind: str) -> bool:
    """Whether a field of this kind holds devices."""
    return kind == FieldKind.DEVICE


def _at_work(pack: Pack, spec: FieldSpec) -> Iterator[RetentionSpec]:
    """The rules of a field that can let it go by themselves; each once."""
    rule = pack.retention_rule(spec.retention)
    seen = set()
    for one in working_together(pack, rule) if rule else ():
        has_day = one.rule not in (RetentionKind.UNTIL_ERASED, RetentionKind.MANAGEMENT_ORDER) and one.has_period
        if one.code not in seen and (has_day or one.rule == RetentionKind.WHILE_PURPOSE):
            yield one
        seen.add(one.code)


def _trigger(pack: Pack, rule: RetentionSpec, specs: Sequence[FieldSpec], purposes: tuple[str, ...]) -> Trigger:
    consents = tuple(code for code in purposes if _basis(pack, code) == LegalBasis.CONSENT)
    by_purpose = rule.rule == RetentionKind.WHILE_PURPOSE
    return Trigger(
        rule=rule.code,
        kind=rule.rule,
        covered=tuple(_covered(pack, spec) for spec in specs),
        period=rule,
        event=rule.event,
        purposes=purposes,
        contracts=tuple(code for code in purposes if _basis(pack, code) == LegalBasis.CONTRACT),
        consents=consents,
        warns=not by_purpose or len(consents) < len(purposes),
        yields=not by_purpose and rule.rule != RetentionKind.LAW,
    )


def _covered(pack: Pack, spec: FieldSpec) -> Covered:
    return Covered(spec.code, spec.kind, spec.purposes, categories_of(spec), _laws(pack, spec))


def _laws(pack: Pack, spec: FieldSpec) -> tuple[RetentionSpec, ...]:
    return tuple(rule for rule in _at_work(pack, spec) if rule.rule == RetentionKind.LAW)


def _basis(pack: Pack, purpose: str) -> str:
    found = pack.purpose(purpose)
    return found.basis if found else ""

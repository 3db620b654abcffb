"""What a decision on a request will set going, read off before anything happens. Changes nothing.

A plan is a list of entries, JSON-safe, in the order in which they are carried out; each has `kind` (FulfilmentKind) and
`target`, and by kind:

| kind      | target                          | further                                                      |
|-----------|---------------------------------|--------------------------------------------------------------|
| SNAPSHOT  |                                 |                                                              |
| WITHDRAW  | `purpose/channel/class`         |                                                              |
| LIMIT     | purpose, empty for every one    | `limit`: RESTRICTION or OBJECTION                            |
| UNLIMIT   | purpose, empty for every one    | `limit`                                                      |
| CORRECT   | field                           |                                                              |
| ERASE     | `everything` or `chosen`        | `fields`, and `lines` of personal_data.planning as mappings  |
| ORDER     | recipient                       | `order` (STOP, CORRECT, DELETE), `fields`, `purposes`        |
| PACKAGE   | `everything`                    | `left_out`: fields, and sections as `section:record`        |
| CONFIRMED |                                 |                                                              |
| FINISH    |                                 |                                                              |
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from cases.enums import ContactKind
from consent.selectors import in_force
from dsr_requests.enums import CorrectionState, FulfilmentKind, RequestKind
from dsr_requests.models import Request
from dsr_requests.wishes import consent_code, consent_key
from personal_data.enums import LimitKind, Order
from personal_data.models import DataItem, Device, StoredFile
from personal_data.planning import Planned, fields_of, plan_chosen, plan_everything
from personal_data.selectors_holds import fields_with_something
from personal_data.services.ordering import holders_of
from policies import selectors as policies

Entry = dict[str, Any]
Plan = list[Entry]

# Of these a plan promises every row. Other tables gain and lose rows by themselves between the decision and its
# approval (a sign-in, a mail, the proof that is kept), so only what happens to them is hashed, not how much.
PROMISED_TO_THE_ROW = frozenset(model._meta.label_lower for model in (DataItem, StoredFile, Device))

_TO_COME = frozenset({CorrectionState.PROPOSED.value, CorrectionState.ACCEPTED.value})


def what_will_run(
    request: Request, *, at: datetime, refused_fields: Collection[str] = (), refused_purposes: Collection[str] = ()
) -> Plan:
    """The plan of accepting a request, all but what is refused; empty while nobody knows whose data it is about."""
    if request.about_id is None:
        return []
    make = _PLANS[RequestKind(request.asked_for)]
    found = make(request, request.about_id, at, frozenset(refused_fields), frozenset(refused_purposes))
    if any(entry["kind"] == FulfilmentKind.ORDER for entry in found):
        found.append(_entry(FulfilmentKind.CONFIRMED))
    return [*found, _entry(FulfilmentKind.FINISH)]


def digest_of(plan: Plan, request: Request) -> bytes:
    """A hash of what will run, the same for the same plan of the same request."""
    told = [str(request.pk), str(request.about_id), request.asked_for, [_hashed(entry) for entry in plan]]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).digest()


def held_fields(subject_id: UUID) -> list[str]:
    """Codes of the fields under which anything is held."""
    items = DataItem.objects.filter(subject_id=subject_id).values_list("field", flat=True)
    files = StoredFile.objects.filter(subject_id=subject_id).order_by().values_list("field", flat=True)
    return sorted({*items, *files})


def _view(request: Request, about: UUID, at: datetime, fields: frozenset[str], purposes: frozenset[str]) -> Plan:
    return [_entry(FulfilmentKind.PACKAGE, "everything", left_out=sorted(fields))]


def _correct(request: Request, about: UUID, at: datetime, fields: frozenset[str], purposes: frozenset[str]) -> Plan:
    rows = request.corrections.filter(state__in=_TO_COME).exclude(field__in=fields)
    wanted = [row.field for row in rows]
    known = [code for code in held_fields(about) if code in wanted]
    return [
        *(_entry(FulfilmentKind.CORRECT, code) for code in wanted),
        *_orders(about, Order.CORRECT, at, fields=known),
    ]


def _delete(request: Request, about: UUID, at: datetime, fields: frozenset[str], purposes: frozenset[str]) -> Plan:
    held = sorted(fields_with_something(about))
    if request.everything and not fields:
        confirms = request.contact_kind == ContactKind.EMAIL
        target, going = "everything", held
        lines = plan_everything(subject_id=about, at=at, confirms=confirms)
    else:
        going = [code for code in held if code not in fields and (request.everything or code in request.fields)]
        target, lines = "chosen", plan_chosen(subject_id=about, fields=going, at=at)
        going = sorted(fields_of(lines))
    return [
        _entry(FulfilmentKind.SNAPSHOT),
        _entry(FulfilmentKind.ERASE, target, fields=going, lines=[_line(line) for line in lines]),
        *_orders(about, Order.DELETE, at, fields=going),
    ]


def _restrict(request: Request, about: UUID, at: datetime, fields: frozenset[str], purposes: frozenset[str]) -> Plan:
    return _limits(request, about, at, LimitKind.RESTRICTION, purposes)


def _object(request: Request, about: UUID, at: datetime, fields: frozenset[str], purposes: frozenset[str]) -> Plan:
    """What was objected to is limited already while it is examined; what is refused is let go on."""
    found = _limits(request, about, at, LimitKind.OBJECTION, purposes)
    stopped = [entry["target"] for entry in found if entry["kind"] == FulfilmentKind.LIMIT]
    agreed = [key for key in in_force(about, at) if "" in stopped or key.purpose in stopped]
    ending = [_entry(FulfilmentKind.WITHDRAW, consent_code(key)) for key in sorted(agreed)]
    lifted = [""] if request.everything and purposes else sorted(purposes)
    goes_on = [_entry(FulfilmentKind.UNLIMIT, code, limit=LimitKind.OBJECTION.value) for code in lifted]
    return [*ending, *found, *goes_on]


def _withdraw(request: Request, about: UUID, at: datetime, fields: frozenset[str], purposes: frozenset[str]) -> Plan:
    named = {consent_key(code) for code in request.consents}
    given = sorted(key for key in in_force(about, at) if request.everything or key in named)
    ending = [key for key in given if key.purpose not in purposes]
    return [
        *(_entry(FulfilmentKind.WITHDRAW, consent_code(key)) for key in ending),
        *_orders(about, Order.STOP, at, purposes=sorted({key.purpose for key in ending})),
    ]


def _protect(request: Request, about: UUID, at: datetime, fields: frozenset[str], purposes: frozenset[str]) -> Plan:
    return []


def _limits(request: Request, about: UUID, at: datetime, kind: LimitKind, refused: frozenset[str]) -> Plan:
    """Limits of what was asked, without what is refused. A refusal of some of everything leaves the others by name."""
    version = policies.version_in_force(at)
    every = [purpose.code for purpose in policies.purposes(version)] if version else []
    if request.everything:
        limited = [code for code in every if code not in refused] if refused else [""]
    else:
        limited = [code for code in request.purposes if code not in refused]
    told = every if limited == [""] else limited
    return [
        *(_entry(FulfilmentKind.LIMIT, code, limit=kind.value) for code in limited),
        *_orders(about, Order.STOP, at, purposes=told),
    ]


def _orders(
    about: UUID, order: Order, at: datetime, *, fields: Collection[str] = (), purposes: Collection[str] = ()
) -> Plan:
    """One for each recipient who could hold what is concerned."""
    if not fields and not purposes:
        return []
    holders = holders_of(subject_id=about, fields=list(fields), purposes=list(purposes), at=at)
    return [
        _entry(
            FulfilmentKind.ORDER,
            holder.code,
            order=order.value,
            fields=[code for code in fields if code in holder.fields],
            purposes=[code for code in purposes if code in holder.purposes],
        )
        for holder in holders
    ]


def _entry(kind: FulfilmentKind, target: str = "", **further: Any) -> Entry:
    return {"kind": kind.value, "target": target, **further}


def _line(line: Planned) -> Entry:
    told = asdict(line)
    kept_until = told.pop("kept_until")
    refs = list(line.refs) if line.target in PROMISED_TO_THE_ROW else []
    return {**told, "refs": refs, "kept_until": kept_until.isoformat() if kept_until else None}


def _hashed(entry: Entry) -> Entry:
    if entry["kind"] != FulfilmentKind.ERASE:
        return entry
    return {**entry, "lines": list(_hashed_lines(entry["lines"]))}


def _hashed_lines(lines: Iterable[Entry]) -> Iterable[list[object]]:
    for line in lines:
        rows = [line["rows"], line["files"], line["refs"]] if line["target"] in PROMISED_TO_THE_ROW else []
        yield [line["target"], line["fate"], line["ground"], rows]


_Maker = Callable[[Request, UUID, datetime, frozenset[str], frozenset[str]], Plan]
_PLANS: dict[RequestKind, _Maker] = {
    RequestKind.VIEW: _view,
    RequestKind.COPY: _view,
    RequestKind.CORRECT: _correct,
    RequestKind.DELETE: _delete,
    RequestKind.RESTRICT: _restrict,
    RequestKind.OBJECT: _object,
    RequestKind.WITHDRAW: _withdraw,
    RequestKind.PROTECT: _protect,
}

"""What a frame announces: as callers say it, and as it is written, grouped and by keyed names only."""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from core.encryption import seal, unseal
from personal_data.register.naming import NAME_BYTES, name_of_person, names_of_people, names_of_rows, run_key

IDENTITY_BYTES = 32
ERASED, DELETED, WITHDRAWN, LIMITED, EVIDENCE_ENDED = "erased", "deleted", "withdrawn", "limited", "evidence-ended"
LEDGER = "consent.ledgerentry"


@dataclass(frozen=True, slots=True)
class Begun:
    """The run by which a person goes: what it rests on, whether its end is confirmed by mail, and whether it puts
    addresses on the list of the erased. In a frame it stands sealed.
    """

    run: UUID
    basis: str
    confirms: bool
    suppresses: bool


@dataclass(frozen=True, slots=True)
class Erased:
    """Everything held on a person goes. `identities` are the look-up hashes that must not be brought in again; `begun`
    is missing where no run does it.
    """

    subject_id: UUID
    identities: Sequence[bytes] = ()
    begun: Begun | None = None


@dataclass(frozen=True, slots=True)
class Deleted:
    """Rows of one table that belong to one person go; `table` is a model's label in lower case."""

    subject_id: UUID
    table: str
    refs: Sequence[object]
    fields: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A consent ends that ledger entry `ends_entry` gave."""

    subject_id: UUID
    purpose: str
    channel: str
    recipient: str
    ends_entry: int


@dataclass(frozen=True, slots=True)
class Limited:
    """A limit of use begins, or ends."""

    subject_id: UUID
    kind: str
    purpose: str
    basis: str
    ended: bool


@dataclass(frozen=True, slots=True)
class EvidenceEnded:
    """The proof kept on an erased person can no longer be tied to anybody."""

    subject_id: UUID


Entry = Erased | Deleted | Withdrawn | Limited | EvidenceEnded
Written = dict[str, Any]


def written(entries: Iterable[Entry]) -> list[Written]:
    """Entries as a frame holds them, in their order; neighbours of a kind share one."""
    return [_written(list(group)) for _kind, group in groupby(entries, key=_sort_of)]


def people_in(entry: Written) -> list[bytes]:
    """The names of the people an entry of a frame is about."""
    return parts(entry["who"], NAME_BYTES)


def rows_in(entry: Written) -> Iterator[tuple[bytes, list[bytes]]]:
    """Of deleted rows: each person's name with the names of that person's rows."""
    rows, begin = parts(entry["rows"], NAME_BYTES), 0
    people = people_in(entry)
    for person, count in zip(people, entry.get("counts") or [1] * len(people), strict=True):
        yield person, rows[begin : begin + count]
        begin += count


def identities_in(entry: Written) -> list[bytes]:
    """Of erased people: the look-up hashes of their addresses and numbers."""
    return parts(entry.get("identities", ""), IDENTITY_BYTES)


def begun_in(entry: Written) -> Begun | None:
    """Of one erased person: the run that was begun. Raises CannotOpen."""
    if "begun" not in entry:
        return None
    told = json.loads(unseal(run_key(), base64.b64decode(entry["begun"]), context=entry["who"]))
    return Begun(UUID(told["run"]), told["basis"], told["confirms"], told["suppresses"])


def parts(text: str, size: int) -> list[bytes]:
    """Hashes of one size written one behind the other."""
    whole = base64.b64decode(text)
    return [whole[begin : begin + size] for begin in range(0, len(whole), size)]


def count_of(entry: Written) -> int:
    """How many things an entry of a frame announces: people, rows, consents or limits."""
    return len(base64.b64decode(entry["rows" if entry["kind"] == DELETED else "who"])) // NAME_BYTES


def _sort_of(entry: Entry) -> tuple[object, ...]:
    if isinstance(entry, Deleted):
        return Deleted, entry.table, tuple(entry.fields)
    alone = not isinstance(entry, Erased | EvidenceEnded) or (isinstance(entry, Erased) and entry.begun is not None)
    return (type(entry), id(entry)) if alone else (type(entry),)


def _written(group: "list[Any]") -> Written:
    first = group[0]
    if isinstance(first, Erased):
        identities = [bytes(one) for entry in group for one in entry.identities]
        told: Written = {"kind": ERASED, "who": _who(group)}
        if identities:
            told["identities"] = _joined(identities)
        if first.begun is not None:
            told["begun"] = _sealed(first.begun, told["who"])
        return told
    if isinstance(first, Deleted):
        return _written_rows(group, first)
    if isinstance(first, EvidenceEnded):
        return {"kind": EVIDENCE_ENDED, "who": _who(group)}
    who = _joined([name_of_person(first.subject_id)])
    if isinstance(first, Withdrawn):
        return {
            "kind": WITHDRAWN,
            "who": who,
            "purpose": first.purpose,
            "channel": first.channel,
            "recipient": first.recipient,
            "entry": _joined(names_of_rows(LEDGER, [first.ends_entry])),
        }
    return {
        "kind": LIMITED,
        "who": who,
        "limit": str(first.kind),
        "purpose": first.purpose,
        "basis": first.basis,
        "ended": first.ended,
    }


def _sealed(begun: Begun, who: str) -> str:
    told = {**asdict(begun), "run": begun.run.hex}
    return base64.b64encode(seal(run_key(), json.dumps(told).encode(), context=who)).decode()


def _written_rows(group: list[Deleted], first: Deleted) -> Written:
    told: Written = {"kind": DELETED, "table": first.table, "fields": list(first.fields), "who": _who(group)}
    told["rows"] = _joined(names_of_rows(first.table, (ref for entry in group for ref in entry.refs)))
    if any(len(entry.refs) != 1 for entry in group):
        told["counts"] = [len(entry.refs) for entry in group]
    return told


def _who(group: "list[Any]") -> str:
    return _joined(names_of_people(entry.subject_id for entry in group))


def _joined(hashes: Iterable[bytes]) -> str:
    return base64.b64encode(b"".join(hashes)).decode()

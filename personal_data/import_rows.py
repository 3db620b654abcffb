"""People of a file as rows to copy into the database, every value sealed under a key of its person's own.

Rows are written as text by hand: building a model for each would take several times as long as all the sealing.
Nothing here asks the database until the rows are copied, so the next people can be sealed while these are written.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.db import connection

from core.clock import midnight
from core.encryption import new_key
from personal_data import keys
from personal_data.enums import AgeBand, Source, SubjectState
from personal_data.fields import seal_value
from personal_data.import_known import Compared, compare_by, identifying_kinds, lookup_of
from personal_data.import_table import Person
from policies.enums import LegalBasis
from policies.pack_types import FieldSpec

_SUBJECTS = "COPY public.personal_data_datasubject (id, state, language, age_band, created_at) FROM STDIN"
_ITEMS = (
    "COPY public.personal_data_dataitem (id, subject_id, field, sealed_value, lookup, source, held_since, changed_at) "
    "FROM STDIN"
)
_STATES = "COPY public.personal_data_purposestate (subject_id, purpose, live, since) FROM STDIN"
_IMPORTED = "COPY public.personal_data_importedperson (batch_id, subject_id, line, grounds) FROM STDIN"
_AT_ONCE = 500
_VARIANT = {digit: "89ab"[number % 4] for number, digit in enumerate("0123456789abcdef")}

# The purposes of a contract each field is held for.
Contracts = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sealed(Compared):
    """One person ready to copy: keys, and rows as text."""

    subject_id: UUID
    keys: str
    subject: str
    items: str
    states: str
    imported: str


def seal_people(
    people: Iterable[Person], specs: Sequence[FieldSpec], contracts: Contracts, *, batch_id: UUID, now: datetime
) -> list[Sealed]:
    """Make keys and rows. Writes nothing. What is held for a contract says that its purposes are live."""
    kinds = identifying_kinds(specs)
    moment = now.isoformat()
    about = f"{SubjectState.ACTIVE.value}\t%s\t{AgeBand.UNKNOWN.value}\t{moment}\n"
    end = f"{Source.IMPORT.value}\t%s\t{moment}\n"
    found, ids = [], references_side_by_side()
    for person in people:
        owner, key, compared = next(ids), new_key(), compare_by(person, kinds)
        subject_id, lookups = UUID(owner), {one.field: one.lookup for one in compared.identities}
        items = []
        for code, value in person.values.items():
            item_id = next(ids)
            sealed = seal_value(item_id, value, key=key).hex()
            lookup = (lookups.get(code) or lookup_of(code, value)).hex()
            since = end % _since(person.grounds[code][2])
            items.append(f"{item_id}\t{owner}\t{code}\t\\\\x{sealed}\t\\\\x{lookup}\t{since}")
        grounds = _grounds(tuple(person.grounds.items()))
        found.append(
            Sealed(
                compared.addresses,
                compared.identities,
                compared.erased_as,
                subject_id,
                keys.rows_of_keys(owner, key, now=moment),
                f"{owner}\t{about % person.language}",
                "".join(items),
                _states(owner, person, contracts),
                f"{batch_id}\t{owner}\t{person.line}\t{grounds}\n",
            )
        )
    return found


def references_side_by_side() -> Iterator[str]:
    """Random references, alike in their first three digits and in nothing else.

    Written together they stand together in every index. Scattered over great indexes, the rows of one batch would each
    change a page of their own, and PostgreSQL logs pages whole.
    """
    head = os.urandom(2).hex()[:3]
    while True:
        digits = os.urandom(_AT_ONCE * 14).hex()
        for at in range(0, len(digits), 28):
            one = digits[at : at + 28]
            yield f"{head}{one[:5]}-{one[5:9]}-4{one[9:12]}-{_VARIANT[one[12]]}{one[13:16]}-{one[16:]}"


def copy_rows(people: Sequence[Sealed]) -> None:
    """Copy the rows in the caller's transaction, which also holds an audit entry for each person."""
    parts = (
        (_SUBJECTS, (one.subject for one in people)),
        (_ITEMS, (one.items for one in people)),
        (_STATES, (one.states for one in people)),
        (_IMPORTED, (one.imported for one in people)),
    )
    with connection.cursor() as cursor:
        for statement, rows in parts:
            with cursor.copy(statement) as copy:
                copy.write("".join(rows))


def _states(owner: str, person: Person, contracts: Contracts) -> str:
    """A row for each purpose of a contract that something is held for, since the first day it is."""
    first: dict[str, str] = {}
    for code, (_source, basis, since) in person.grounds.items():
        for purpose in contracts.get(code, ()) if basis == LegalBasis.CONTRACT else ():
            first[purpose] = min(since, first.get(purpose, since))
    return "".join(f"{owner}\t{purpose}\tt\t{_since(day)}\n" for purpose, day in first.items())


@lru_cache(maxsize=4096)
def _since(day: str) -> str:
    return midnight(date.fromisoformat(day)).isoformat()


@lru_cache(maxsize=1024)
def _grounds(grounds: tuple[tuple[str, tuple[str, str, str]], ...]) -> str:
    # Codes and dates only, so nothing in it must be escaped for COPY.
    return json.dumps(dict(grounds))

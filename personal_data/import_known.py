"""Whether the people of a file are known already, or were erased: by e-mail address and phone number."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import connection

from core.encryption import blind_index
from personal_data.enums import SubjectState
from personal_data.import_table import Person
from personal_data.services.suppressing import EMAIL, PHONE, array_of, index_of, suppressed
from policies.pack_types import FieldSpec

IDENTIFYING = (EMAIL, PHONE)

# The oldest person of each value: of several, whoever was known first is the one to compare with.
_KNOWN = """
SELECT DISTINCT ON (i.lookup) i.lookup, i.subject_id
FROM public.personal_data_dataitem i JOIN public.personal_data_datasubject s ON s.id = i.subject_id
WHERE i.field = %s AND i.lookup = ANY(%s::bytea[]) AND s.state = %s
ORDER BY i.lookup, s.created_at, i.subject_id
"""

# Filled at start by upper packages, which know addresses that are no values, such as those people sign in with.
_books: list[Callable[[Collection[str]], Mapping[str, UUID]]] = []


@dataclass(frozen=True, slots=True)
class Identity:
    """One value by which a person is recognised, as the look-up hash of its entry."""

    field: str
    lookup: bytes


@dataclass(frozen=True, slots=True)
class Compared:
    """What one person of a file is compared by. `erased_as` are the hashes an erased person would stand under."""

    addresses: tuple[str, ...]
    identities: tuple[Identity, ...]
    erased_as: tuple[bytes, ...]


Someone = TypeVar("Someone", bound=Compared)


def also_known_by_address(book: Callable[[Collection[str]], Mapping[str, UUID]]) -> None:
    """Register a further way to find people by e-mail address: addresses in, those known with their person out."""
    _books.append(book)


def lookup_of(field: str, value: str) -> bytes:
    """The look-up hash of a value under its entry."""
    return blind_index(value, name=f"field:{field}")


def identifying_kinds(specs: Iterable[FieldSpec]) -> dict[str, str]:
    """The entries by which people are recognised, with their kinds."""
    return {spec.code: spec.kind for spec in specs if spec.kind in IDENTIFYING}


def compare_by(person: Person, kinds: Mapping[str, str]) -> Compared:
    """The hashes of one person's addresses and numbers. Asks no database."""
    own = [(code, kinds[code], value) for code, value in person.values.items() if code in kinds]
    return Compared(
        tuple(value for _code, kind, value in own if kind == EMAIL),
        tuple(Identity(code, lookup_of(code, value)) for code, _kind, value in own),
        tuple(index_of(kind, value) for _code, kind, value in own),
    )


def without_the_erased(people: Sequence[Someone]) -> list[Someone]:
    """The people who may be taken in; the others were erased."""
    gone = suppressed([index for person in people for index in person.erased_as])
    return [person for person in people if not gone.intersection(person.erased_as)] if gone else list(people)


def known(people: Sequence[Compared], specs: Sequence[FieldSpec]) -> dict[Identity, UUID]:
    """Of what people are recognised by: what is held already, and on whom."""
    found: dict[Identity, UUID] = {}
    by_field: dict[str, list[bytes]] = {}
    for one in (identity for person in people for identity in person.identities):
        by_field.setdefault(one.field, []).append(one.lookup)
    with connection.cursor() as cursor:
        for code, lookups in by_field.items():
            cursor.execute(_KNOWN, [code, array_of(lookups), SubjectState.ACTIVE.value])
            found |= {Identity(code, bytes(lookup)): subject_id for lookup, subject_id in cursor.fetchall()}
    addresses = {address for person in people for address in person.addresses}
    fields = [spec.code for spec in specs if spec.kind == EMAIL]
    for book in _books:
        for address, subject_id in book(addresses).items():
            for code in fields:
                found.setdefault(Identity(code, lookup_of(code, address)), subject_id)
    return found

"""Each person's two keys, wrapped, in the second database; and of somebody erased the key of what the law keeps.

Order on creation: key rows first, then the person's row, so that nobody is ever without keys; a key left without a
person is
removed by a sweep. Order on erasure: state, then key, then rows (see services/erasing.py).
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connections

from core.encryption import CannotOpen, new_key, seal, unseal, unwrap, wrap
from personal_data.enums import KeyKind
from personal_data.errors import KeyDestroyed
from personal_data.models import SubjectKey
from personal_data.routers import KEYS_DATABASE

_WRAPPED_KEY = "SELECT wrapped FROM public.personal_data_subjectkey WHERE subject_ref = %s AND kind = %s"

_COPY_KEYS = "COPY public.personal_data_subjectkey (subject_ref, kind, wrapped, created_at) FROM STDIN"


def create_keys(subject_id: UUID) -> None:
    """Make both keys of a new person; commits in the keys database before the person's row exists."""
    SubjectKey.objects.bulk_create(
        SubjectKey(subject_ref=subject_id, kind=kind, wrapped=wrap(new_key(), context=key_context(subject_id, kind)))
        for kind in (KeyKind.DATA, KeyKind.EVIDENCE)
    )


def create_kept_key(subject_id: UUID) -> None:
    """Make the key of what the law keeps of somebody who is being erased, unless there is one."""
    wrapped = wrap(new_key(), context=key_context(subject_id, KeyKind.KEPT))
    row = SubjectKey(subject_ref=subject_id, kind=KeyKind.KEPT, wrapped=wrapped)
    SubjectKey.objects.bulk_create([row], ignore_conflicts=True)


def rows_of_keys(subject_id: UUID | str, key: bytes, *, now: str) -> str:
    """Both keys of a new person as rows for `copy_keys`; `key` is the data key."""
    pair = ((KeyKind.DATA.value, key), (KeyKind.EVIDENCE.value, new_key()))
    return "".join(
        f"{subject_id}\t{kind}\t\\\\x{wrap(one, context=key_context(subject_id, kind)).hex()}\t{now}\n"
        for kind, one in pair
    )


def copy_keys(rows: Iterable[str]) -> None:
    """Write the keys of many new people; commits in the keys database before any of them exists."""
    with connections[KEYS_DATABASE].cursor() as cursor, cursor.copy(_COPY_KEYS) as copy:
        copy.write("".join(rows))


def destroy_keys_of_many(subject_ids: Iterable[UUID]) -> None:
    """Destroy both keys of people who are no longer there. Safe to repeat."""
    SubjectKey.objects.filter(subject_ref__in=list(subject_ids)).delete()


def data_key(subject_id: UUID) -> bytes:
    """The key of what is held on a person. Raises KeyDestroyed."""
    return _open(subject_id, KeyKind.DATA)


def evidence_key(subject_id: UUID) -> bytes:
    """The key of what outlasts erasure as proof. Raises KeyDestroyed."""
    return _open(subject_id, KeyKind.EVIDENCE)


def kept_key(subject_id: UUID) -> bytes:
    """The key of what the law keeps of somebody erased. Raises KeyDestroyed."""
    return _open(subject_id, KeyKind.KEPT)


def data_keys(subject_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """Data keys of several people in one query; people without one are left out."""
    rows = SubjectKey.objects.filter(subject_ref__in=list(subject_ids), kind=KeyKind.DATA)
    return {row.subject_ref: unwrap(row.wrapped, context=key_context(row.subject_ref, KeyKind.DATA)) for row in rows}


def evidence_keys(subject_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """Evidence keys of several people in one query; people without one are left out."""
    rows = SubjectKey.objects.filter(subject_ref__in=list(subject_ids), kind=KeyKind.EVIDENCE)
    return {
        row.subject_ref: unwrap(row.wrapped, context=key_context(row.subject_ref, KeyKind.EVIDENCE)) for row in rows
    }


def with_data_keys(subject_ids: Iterable[UUID]) -> set[UUID]:
    """Those of several people whose data could still be read."""
    rows = SubjectKey.objects.filter(subject_ref__in=list(subject_ids), kind=KeyKind.DATA)
    return set(rows.values_list("subject_ref", flat=True))


def has_data_key(subject_id: UUID) -> bool:
    """Whether what is sealed under the data key could still be read."""
    return SubjectKey.objects.filter(subject_ref=subject_id, kind=KeyKind.DATA).exists()


def destroy_data_key(subject_id: UUID) -> None:
    """Make everything sealed under the data key unreadable. Safe to repeat."""
    SubjectKey.objects.filter(subject_ref=subject_id, kind=KeyKind.DATA).delete()


def destroy_data_keys(subject_ids: Iterable[UUID]) -> None:
    """The same for many people. Safe to repeat."""
    SubjectKey.objects.filter(subject_ref__in=list(subject_ids), kind=KeyKind.DATA).delete()


def destroy_evidence_key(subject_id: UUID) -> None:
    """End the evidence period of a person. Safe to repeat."""
    SubjectKey.objects.filter(subject_ref=subject_id, kind=KeyKind.EVIDENCE).delete()


def destroy_evidence_keys(subject_ids: Iterable[UUID]) -> None:
    """The same for many people. Safe to repeat."""
    SubjectKey.objects.filter(subject_ref__in=list(subject_ids), kind=KeyKind.EVIDENCE).delete()


def destroy_kept_keys(subject_ids: Iterable[UUID]) -> None:
    """Make what the law kept of people unreadable. Safe to repeat."""
    SubjectKey.objects.filter(subject_ref__in=list(subject_ids), kind=KeyKind.KEPT).delete()


def seal_evidence(subject_id: UUID, plaintext: bytes, context: str) -> bytes:
    """Seal under the person's evidence key. Raises KeyDestroyed."""
    return seal(evidence_key(subject_id), plaintext, context=context)


def unseal_evidence(subject_id: UUID, blob: bytes, context: str) -> bytes:
    """Open what `seal_evidence` sealed. Raises KeyDestroyed, CannotOpen."""
    return unseal(evidence_key(subject_id), blob, context=context)


def unseal_evidence_many(subject_id: UUID, blobs: list[tuple[bytes, str]]) -> list[bytes]:
    """Open several of one person, each given with its context; the key is fetched once. Raises KeyDestroyed,
    CannotOpen.
    """
    key = evidence_key(subject_id)
    return [unseal(key, blob, context=context) for blob, context in blobs]


def _open(subject_id: UUID, kind: KeyKind) -> bytes:
    # Asked on every page and for every answer, and never remembered, so that a destroyed key is gone at once. By hand,
    # because building the query would cost ten times the query.
    with connections[KEYS_DATABASE].cursor() as cursor:
        cursor.execute(_WRAPPED_KEY, [subject_id, kind.value])
        row = cursor.fetchone()
    if row is None:
        raise KeyDestroyed
    try:
        return unwrap(bytes(row[0]), context=key_context(subject_id, kind))
    except CannotOpen as error:
        raise KeyDestroyed from error


def key_context(subject_id: UUID | str, kind: str) -> str:
    """What the wrapped key of a person is bound to."""
    return f"personal_data.SubjectKey:{kind}:{subject_id}"

"""Identities of people who were erased, kept as keyed hashes so that an import does not bring them back.

The list grows under the lock of the erasure register, in the transaction that announces an erasure, and a row of it is
never removed: so its numbers follow the order of commits. Whoever brings something in looks before, works, and looks
once more at the end, while nobody can announce (`check_none_since`). Of the two whichever commits first was first.
"""

import hmac
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from core.encryption import CannotOpen, normalise_index, unseal, with_ascii_domain
from personal_data import keys
from personal_data.fields import read_value
from personal_data.models import DataItem, SuppressedIdentity, ValueHistory
from personal_data.retention_pack import keeping_pack
from personal_data.services.announcing import hold_announcements, lock_register
from personal_data.services.replaced import history_context
from personal_data.sign_in_address import sign_in_address
from policies import selectors as policies
from policies.enums import FieldKind

_SUPPRESSED = "SELECT index FROM public.personal_data_suppressedidentity WHERE index = ANY(%s::bytea[])"
EMAIL, PHONE = FieldKind.EMAIL.value, FieldKind.PHONE.value


class ErasedMeanwhile(Exception):
    """Somebody came onto the list while they were being brought in; the transaction has to end without effect."""


def index_of(kind: str, value: str) -> bytes:
    """The keyed hash of an address or number, as its field stores it; `kind` is the kind of the field."""
    spelt = normalise_index(value)
    told = f"{kind}\n{with_ascii_domain(spelt) if kind == EMAIL else spelt}".encode()
    return hmac.digest(settings.PORTAL_REGISTER_KEY, b"suppressed-identity:" + told, "sha256")


def suppress(*, indexes: Iterable[bytes], now: datetime) -> None:
    """Add to the list; what is on it already stays as it is."""
    told = set(indexes)
    new = told - suppressed(told)
    if not new:
        return
    with transaction.atomic():
        lock_register()
        rows = [SuppressedIdentity(index=index, since=now) for index in sorted(new)]
        SuppressedIdentity.objects.bulk_create(rows, ignore_conflicts=True)


def suppressed(indexes: Collection[bytes]) -> set[bytes]:
    """Those of the hashes that are on the list."""
    with connection.cursor() as cursor:
        cursor.execute(_SUPPRESSED, [array_of(indexes)])
        return {bytes(index) for (index,) in cursor.fetchall()}


def newest() -> int:
    """How far the list goes now; to be asked before it is looked at."""
    return SuppressedIdentity.objects.aggregate(newest=Max("pk"))["newest"] or 0


def check_none_since(mark: int, indexes: Collection[bytes]) -> None:
    """The last act of a transaction that brings something in. Raises ErasedMeanwhile when one of the hashes came onto
    the list after the place `newest` named; until the transaction ends none does.
    """
    # What a commit checks is checked before, so that nobody who announces waits for it, nor it for them.
    connection.check_constraints()
    hold_announcements()
    since = SuppressedIdentity.objects.filter(pk__gt=mark).values_list("index", flat=True)
    if any(bytes(index) in indexes for index in since):
        raise ErasedMeanwhile


def array_of(hashes: Iterable[bytes]) -> str:
    """Hashes as one parameter `%s::bytea[]`: an import asks for ten thousand at a time, and the driver takes each
    apart.
    """
    return "{" + ",".join([f'"\\\\x{one.hex()}"' for one in hashes]) + "}"


def indexes_of_person(subject_id: UUID, *, at: datetime) -> set[bytes]:
    """The hashes of every address and number held on a person, the sign-in address and those of whoever was found to be
    the same person too. Raises KeyDestroyed.
    """
    found = {index_of(EMAIL, address) for address in [sign_in_address(subject_id)] if address}
    kinds = _identifying_fields(at)
    key = keys.data_key(subject_id)
    for item in DataItem.objects.filter(subject_id=subject_id, field__in=kinds):
        try:
            found.add(index_of(kinds[item.field], read_value(item, key=key)))
        except CannotOpen:
            continue
    # What differed when two people were joined stands as an earlier value of the one kept.
    for row in ValueHistory.objects.filter(subject_id=subject_id, field__in=kinds, basis__startswith="merge:"):
        try:
            found.add(index_of(kinds[row.field], unseal(key, row.sealed_value, context=history_context(row)).decode()))
        except CannotOpen:
            continue
    return found


def _identifying_fields(at: datetime) -> dict[str, str]:
    version = policies.version_in_force(at)
    fields = keeping_pack(version).fields if version else ()
    return {field.code: field.kind for field in fields if field.kind in (EMAIL, PHONE)}

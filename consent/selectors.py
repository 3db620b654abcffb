"""Reading the ledger. "In force" is a question put to the entries, not a stored state."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from consent.answers import ConsentKey
from consent.models import ConsentWording, LedgerEntry


def last_answers(subject_id: UUID, at: datetime) -> dict[ConsentKey, LedgerEntry]:
    """The last entry per key up to a moment, whatever it says."""
    entries = (
        LedgerEntry.objects.filter(subject_ref=subject_id, at__lte=at)
        .defer("sealed_evidence")
        .order_by("purpose", "channel", "recipient_class", "-id")
        .distinct("purpose", "channel", "recipient_class")
    )
    return {entry.key: entry for entry in entries}


def in_force(subject_id: UUID, at: datetime) -> dict[ConsentKey, LedgerEntry]:
    """What a person consents to at a moment: the keys whose last entry grants."""
    return {key: entry for key, entry in last_answers(subject_id, at).items() if entry.is_granted}


def count_in_force(subject_id: UUID, at: datetime) -> int:
    """How many consents a person gives at a moment."""
    return len(in_force(subject_id, at))


def history(subject_id: UUID) -> QuerySet[LedgerEntry]:
    """Every entry on a person, newest first."""
    return LedgerEntry.objects.filter(subject_ref=subject_id).defer("sealed_evidence")


def wordings_of(entries: Iterable[LedgerEntry]) -> dict[bytes, ConsentWording]:
    """The texts that entries answered, by hash, in one query."""
    hashes = {bytes(entry.wording_hash) for entry in entries}
    return {bytes(wording.hash): wording for wording in ConsentWording.objects.filter(hash__in=hashes)}

"""Reading evidence back, for its person: it opens only with the person's evidence key."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload
from uuid import UUID

from consent.models import LedgerEntry
from consent.selectors import history
from consent.services.granting import evidence_context
from core.encryption import CannotOpen
from personal_data import keys
from personal_data.errors import KeyDestroyed


@dataclass(frozen=True)
class Shown:
    """An entry, and the technical evidence taken with it where it can be read."""

    entry: LedgerEntry
    evidence: dict[str, str]


class History(Sequence[Shown]):
    """All entries on a person, newest first; only the part that is looked at is read, with one look-up of the key."""

    def __init__(self, subject_id: UUID) -> None:
        self.subject_id = subject_id
        self._entries = history(subject_id).defer(None)
        self._count: int | None = None

    def __len__(self) -> int:
        if self._count is None:
            self._count = self._entries.count()
        return self._count

    @overload
    def __getitem__(self, part: int) -> Shown: ...
    @overload
    def __getitem__(self, part: slice) -> list[Shown]: ...
    def __getitem__(self, part: int | slice) -> Shown | list[Shown]:
        if isinstance(part, int):
            return self[part : part + 1][0]
        entries = list(self._entries[part])
        return [Shown(entry, evidence) for entry, evidence in zip(entries, self._evidence(entries), strict=True)]

    def _evidence(self, entries: list[LedgerEntry]) -> list[dict[str, str]]:
        sealed = [(bytes(entry.sealed_evidence), evidence_context(entry.act)) for entry in entries]
        try:
            return (
                [json.loads(opened) for opened in keys.unseal_evidence_many(self.subject_id, sealed)] if sealed else []
            )
        except (KeyDestroyed, CannotOpen):
            return [{} for _ in entries]


def history_with_evidence(subject_id: UUID) -> History:
    """Every entry on a person with its evidence, newest first."""
    return History(subject_id)

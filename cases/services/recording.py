"""The entry that goes with every change of a case."""

from collections.abc import Mapping
from datetime import datetime

from audit.services.recording import record
from cases.models import Case
from core.actors import Actor


def note(
    case: Case,
    event: str,
    *,
    by: Actor,
    now: datetime,
    details: Mapping[str, object] | None = None,
    words: str = "",
) -> int:
    """Record an event of a case; `words` are sealed beside the entry. Returns the number of the entry."""
    entry = record(
        event=case.event(event),
        target=case.target,
        subject_id=case.subject_id,
        by=by,
        now=now,
        details=details,
        note=words.strip(),
    )
    return int(entry.pk)

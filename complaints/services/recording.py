"""The entry that goes with every change of a complaint."""

from collections.abc import Mapping
from datetime import datetime

from audit.services.recording import record
from complaints.models import Complaint
from core.actors import Actor


def note(
    complaint: Complaint,
    event: str,
    *,
    by: Actor,
    now: datetime,
    details: Mapping[str, object] | None = None,
    words: str = "",
) -> None:
    """Record an event of a complaint; `words` are sealed beside the entry."""
    record(
        event=complaint.event(event),
        target=complaint.target,
        subject_id=complaint.subject_id,
        by=by,
        now=now,
        details=details,
        note=words.strip(),
    )

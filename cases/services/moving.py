"""The only place where a case changes its state. Callers hold the lock and record why."""

from datetime import datetime
from typing import Any

from cases.enums import CaseStatus
from cases.guards import check_may_move
from cases.models import Case


def move(case: Case, *, to: str, now: datetime, **changes: Any) -> None:
    """Move a locked case along the table of transitions, with what changes beside. Raises MoveNotAllowed."""
    check_may_move(case, to=to)
    case.status = to
    if to == CaseStatus.CLOSED:
        case.closed_at = now
    for name, value in changes.items():
        setattr(case, name, value)
    case.save(update_fields=["status", "closed_at", *changes])

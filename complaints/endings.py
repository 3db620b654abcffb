"""How complaints end by themselves, for the sweep of deadline marks."""

from datetime import datetime

from cases.errors import MoveNotAllowed
from complaints.services.closing import close_unverified, end_of_returning


def end_unverified(case_id: int, *, now: datetime) -> None:
    """Close what nobody confirmed. Raises MoveNotAllowed."""
    if not close_unverified(complaint_id=case_id, now=now):
        raise MoveNotAllowed


def end_returning(case_id: int, *, now: datetime) -> None:
    """Close what nobody came back to. Raises MoveNotAllowed."""
    if not end_of_returning(complaint_id=case_id, now=now):
        raise MoveNotAllowed

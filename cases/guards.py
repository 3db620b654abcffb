"""In which state something may be done with a case."""

from cases.enums import OPEN_STATES, CaseStatus
from cases.errors import AlreadyVerified, CaseClosed, MoveNotAllowed
from cases.models import Case
from cases.transitions import may_follow
from core.errors import allows


def check_may_move(case: Case, *, to: str) -> None:
    """Raises MoveNotAllowed unless the table of transitions names the move."""
    if not may_follow(current=case.status, target=to):
        raise MoveNotAllowed


def check_is_open(case: Case) -> None:
    """Raises CaseClosed."""
    if case.status not in OPEN_STATES:
        raise CaseClosed


def check_is_untaken(case: Case) -> None:
    """Raises MoveNotAllowed unless nobody has the case."""
    if case.status != CaseStatus.RECEIVED or case.assignee_id is not None:
        raise MoveNotAllowed


def check_is_unverified(case: Case) -> None:
    """Raises AlreadyVerified."""
    if case.verified_at is not None:
        raise AlreadyVerified


is_open = allows(check_is_open)

"""In which state something may be done with a case."""

from datetime import datetime

from cases.enums import FINAL_STATES, OPEN_STATES, SETTLED_STATES, CaseStatus
from cases.errors import (
    AcknowledgedAlready,
    AcknowledgeFirst,
    AlreadyVerified,
    AnsweredAlready,
    CaseClosed,
    MoveNotAllowed,
    ReceiptImpossible,
)
from cases.models import Case
from core.errors import allows
from core.transitions import may_follow


def check_may_move(case: Case, *, to: str) -> None:
    """Raises MoveNotAllowed unless the table of transitions names the move."""
    if not may_follow(case.transitions, current=case.status, target=to):
        raise MoveNotAllowed


def check_is_open(case: Case) -> None:
    """Raises CaseClosed, or AnsweredAlready, which is one."""
    if case.status in SETTLED_STATES:
        raise AnsweredAlready
    if case.status not in OPEN_STATES:
        raise CaseClosed


def check_is_not_over(case: Case) -> None:
    """Raises CaseClosed. After an answer both sides may still write; after the end nobody does."""
    if case.status in FINAL_STATES:
        raise CaseClosed


def check_is_past_receipt(case: Case) -> None:
    """Raises AcknowledgeFirst while the receipt was neither confirmed nor the case sorted."""
    if case.status == CaseStatus.RECEIVED:
        raise AcknowledgeFirst


def check_is_unacknowledged(case: Case) -> None:
    """Raises AcknowledgedAlready."""
    if case.acknowledged_at is not None:
        raise AcknowledgedAlready


def check_receipt(received_at: datetime, *, earliest: datetime, now: datetime) -> None:
    """Raises ReceiptImpossible with the range for a moment that cannot be."""
    if not earliest <= received_at <= now:
        raise ReceiptImpossible(earliest, now)


def check_is_untaken(case: Case) -> None:
    """Raises MoveNotAllowed unless nobody has the case."""
    if case.assignee_id is not None:
        raise MoveNotAllowed


def check_is_taken(case: Case) -> None:
    """Raises MoveNotAllowed unless somebody has the case."""
    if case.assignee_id is None:
        raise MoveNotAllowed


def check_is_unverified(case: Case) -> None:
    """Raises AlreadyVerified."""
    if case.verified_at is not None:
        raise AlreadyVerified


def check_may_begin(case: Case) -> None:
    """Raises MoveNotAllowed. What was decided and is being carried out is not examined any more."""
    if case.status == CaseStatus.FULFILLING:
        raise MoveNotAllowed
    check_may_move(case, to=CaseStatus.INVESTIGATING)


is_open = allows(check_is_open)
is_not_over = allows(check_is_not_over)
may_begin = allows(check_may_begin)
may_move = allows(check_may_move)

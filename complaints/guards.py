"""In which state something may be done with a complaint."""

from datetime import date, datetime, timedelta

from cases.enums import SETTLED_STATES, CaseStatus, ClockKind
from cases.errors import MoveNotAllowed
from cases.explaining import last_day
from cases.guards import check_is_open, may_move
from complaints.errors import (
    AnswerInstead,
    DayImpossible,
    MayComeBack,
    PostponedAlready,
    ReopenedAlready,
    ReopenTooLate,
    SortFirst,
    TargetPassed,
)
from complaints.models import Complaint
from complaints.selectors import may_reopen_until, reopening_is_used_up, rules_of
from core.clock import local_date
from core.errors import allows


def check_may_postpone(complaint: Complaint, *, now: datetime) -> None:
    """Raises PostponedAlready, TargetPassed."""
    if complaint.postponed_at is not None:
        raise PostponedAlready
    if now >= complaint.target_at:
        raise TargetPassed


def check_day(complaint: Complaint, day: date) -> None:
    """Raises DayImpossible with the range."""
    first, last = last_day(complaint.target_at) + timedelta(days=1), last_day(complaint.limit_at)
    if not first <= day <= last:
        raise DayImpossible(first, last)


def may_have_target(complaint: Complaint, *, days: int, now: datetime) -> bool:
    """Whether its tier may still set a target of `days`: later than the one told, before that passes, once a round."""
    told = (last_day(complaint.target_at) - local_date(complaint.round_started_at)).days
    if days <= told or now >= complaint.target_at:
        return False
    return not complaint.clock_events.filter(kind=ClockKind.TARGET, at__gte=complaint.round_started_at).exists()


def check_may_answer(complaint: Complaint) -> None:
    """Raises CaseClosed, SortFirst."""
    check_is_open(complaint)
    if not may_move(complaint, to=CaseStatus.ANSWERED):
        raise SortFirst


def check_may_reject(complaint: Complaint) -> None:
    """Raises CaseClosed, AnswerInstead."""
    check_is_open(complaint)
    if reopening_is_used_up(complaint):
        raise AnswerInstead


def check_may_reopen(complaint: Complaint, *, now: datetime) -> None:
    """Raises MoveNotAllowed, ReopenedAlready, ReopenTooLate."""
    if complaint.is_open or not may_move(complaint, to=CaseStatus.REOPENED):
        raise MoveNotAllowed
    if reopening_is_used_up(complaint):
        raise ReopenedAlready
    until = may_reopen_until(complaint)
    if local_date(now) > until:
        raise ReopenTooLate(until)


def check_may_close(complaint: Complaint) -> None:
    """Raises MoveNotAllowed, MayComeBack: by hand only once nobody can come back any more, or nobody wants to."""
    if complaint.status not in SETTLED_STATES:
        raise MoveNotAllowed
    accepted = complaint.answers.filter(round=complaint.round, accepted_at__isnull=False).exists()
    if not accepted and not reopening_is_used_up(complaint):
        raise MayComeBack


def may_end_unverified(complaint: Complaint, *, now: datetime) -> bool:
    """Whether a guest never proved the address and nobody has begun to work on what was sent."""
    ends = complaint.received_at + timedelta(days=rules_of(complaint).unverified_end_days)
    untouched = complaint.is_open and complaint.first_reply_at is None and may_move(complaint, to=CaseStatus.CLOSED)
    return complaint.awaits_proof and untouched and now >= ends


def may_end_returning(complaint: Complaint, *, now: datetime) -> bool:
    """Whether it is answered and the time for coming back has ended."""
    return complaint.status in SETTLED_STATES and local_date(now) > may_reopen_until(complaint)


may_postpone = allows(check_may_postpone)
may_answer = allows(check_may_answer)
may_reject = allows(check_may_reject)
may_close = allows(check_may_close)

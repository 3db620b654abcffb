"""What the clock of a case sets off, and when. Pure.

Warnings come when service opens, on a day staff can still act; what was missed is noted at the very moment. A warning
from before the case was there to be warned about is left out; a date that was missed by then is noted all the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.clock import Further
from cases.enums import SETTLED_STATES, CaseStatus, MarkCode
from cases.explaining import last_day
from cases.models import Case
from core.calendars import WorkingCalendar

# Nobody has begun to work on these: while their sender owes a proof they end by themselves.
UNTOUCHED_STATES = (CaseStatus.RECEIVED.value, CaseStatus.ACKNOWLEDGED.value, CaseStatus.TRIAGED.value)
# These end a case instead of telling somebody.
ENDING = (MarkCode.ADDRESS_END.value, MarkCode.CLOSE_DUE.value)


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing to set off at `due_at`; `deadline_at` is the date it speaks of."""

    code: str
    deadline_at: datetime
    due_at: datetime

    @property
    def key(self) -> tuple[str, datetime]:
        """What tells it from the other marks of a round."""
        return self.code, self.deadline_at


def agenda(case: Case, *, calendar: WorkingCalendar, further: Further | None) -> list[Mark]:
    """Everything the clock of a case sets off in its present state and round, in the order it is due."""
    if case.is_open:
        found = list(_open(case, calendar))
        found += unconfirmed(case, further)
    elif case.status in SETTLED_STATES and further is not None and case.settled_at is not None:
        ends = returning_until(case.settled_at, days=further.return_days, calendar=calendar)
        found = [Mark(MarkCode.CLOSE_DUE, ends, ends)]
    else:
        return []
    return sorted(found, key=lambda mark: (mark.due_at, mark.code))


def undone(marks: Iterable[Mark], done: Iterable[tuple[str, datetime]]) -> list[Mark]:
    """Those that were not set off yet. Half of the time goes by once a round, whichever date it was half of."""
    known = set(done)
    half = any(code == MarkCode.HALF_GONE for code, _ in known)
    return [mark for mark in marks if mark.key not in known and not (half and mark.code == MarkCode.HALF_GONE)]


def returning_until(settled_at: datetime, *, days: int, calendar: WorkingCalendar) -> datetime:
    """When the time for coming back ends: 24:00 of its last day."""
    return calendar.end_of(calendar.local_date(settled_at) + timedelta(days=days))


def _open(case: Case, calendar: WorkingCalendar) -> Iterator[Mark]:
    since = max(case.round_started_at, case.filed_at)
    warnings = []
    if case.replied_at is None:
        reply = case.first_reply_due_at
        warnings.append(Mark(MarkCode.REPLY_DUE, reply, _days_left(calendar, reply, 1)))
        yield Mark(MarkCode.REPLY_MISSED, reply, reply)
    target, limit = case.target_at, case.limit_at
    half = calendar.next_service_moment(case.round_started_at + (target - case.round_started_at) / 2)
    if half < target:
        warnings.append(Mark(MarkCode.HALF_GONE, target, half))
    for code, count in ((MarkCode.THREE_LEFT, 3), (MarkCode.ONE_LEFT, 1)):
        warnings.append(Mark(code, target, _days_left(calendar, target, count)))
        # Of the limit only what the warnings of the target did not say.
        last_call = _days_left(calendar, limit, count)
        if last_call >= target:
            warnings.append(Mark(code, limit, last_call))
    yield from (mark for mark in warnings if mark.due_at > since)
    if target < limit:
        yield Mark(MarkCode.TARGET_PASSED, target, target)
    yield Mark(MarkCode.LIMIT_PASSED, limit, limit)


def _days_left(calendar: WorkingCalendar, deadline_at: datetime, count: int) -> datetime:
    """When service opens on the working day from which `count` working days are left, that day included."""
    last = calendar.last_working_on_or_before(last_day(deadline_at))
    return calendar.start_of_service(calendar.working_days_before(last, count - 1))


def unconfirmed(case: Case, further: Further | None) -> list[Mark]:
    """What happens to a case nobody works on whose sender owes a proof: of the address, or of who is asking."""
    untouched = case.status in UNTOUCHED_STATES and case.first_reply_at is None and case.round == 1
    if further is None or not (untouched and case.owes_proof):
        return []
    # What staff write down later could not be answered by a proof before.
    since = max(case.received_at, case.filed_at)
    remind = since + timedelta(hours=further.address_reminder_hours)
    end = since + timedelta(days=further.address_end_days)
    return [Mark(MarkCode.ADDRESS_REMINDER, end, remind), Mark(MarkCode.ADDRESS_END, end, end)]

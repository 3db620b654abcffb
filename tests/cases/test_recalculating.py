"""Open cases follow the calendar: what is promised stays, what the law counts in working days moves, and says why."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connections

from accounts.models import User
from audit.models import AuditEntry
from audit.selectors import entries_about
from cases.clock import explained
from cases.enums import CalendarReason
from cases.explaining import last_day
from cases.models import Case
from cases.services import calendar_keeping as keeping
from cases.services.assigning import take
from cases.services.recalculating import recalculate_behind
from complaints.models import Complaint
from complaints.services.filing import Filed
from core.selectors import newest_calendar_version
from dsr_requests.models import Request
from tests.cases.fixtures import as_it_is, mails_of, write_directly
from tests.harness.clock import MONDAY

# The request for deletion of Monday 2 March 2026 runs 20 days: Sunday 22 March, so the law allows until Monday 23.
LIMIT = date(2026, 3, 23)
TUESDAY = date(2026, 3, 3)


@pytest.fixture
def now(frozen_clock: time_machine.Traveller) -> datetime:
    """Monday 2 March 2026, 9:00: an ordinary working day."""
    return MONDAY


@pytest.fixture(autouse=True)
def settled(request_case: Request, now: datetime) -> None:
    """The default calendar has its number, as after the first minute of an installation."""
    recalculate_behind(now=now)


def shut(day: date, *, by: User, now: datetime) -> int:
    return keeping.set_day(
        day=day, name="Nghỉ công ty", is_working=False, reason=CalendarReason.COMPANY, by=by, now=now
    ).number


def moved_entries(case: Case) -> list[AuditEntry]:
    return list(entries_about(case.target).filter(event=case.event("dates_moved")))


def test_the_example_stands_on_a_day_of_rest(request_case: Request) -> None:
    assert (last_day(request_case.target_at), last_day(request_case.limit_at)) == (date(2026, 3, 22), LIMIT)


def test_a_limit_of_the_law_moves_with_its_reason(request_case: Request, dpo: User, now: datetime) -> None:
    number = shut(LIMIT, by=dpo, now=now)
    assert recalculate_behind(now=now) == 1
    case = as_it_is(request_case)
    assert last_day(case.limit_at) == date(2026, 3, 24) and case.target_at == request_case.target_at
    assert case.calendar_version == number
    (entry,) = moved_entries(case)
    assert entry.details == {
        "calendar": number,
        "reason": "COMPANY",
        "limit_before": "2026-03-23",
        "limit_after": "2026-03-24",
    }
    assert entry.actor_role == "system"
    assert "Nghỉ công ty" in explained(case).limit_why


def test_a_date_moves_back_when_the_day_is_worked_again(request_case: Request, dpo: User, now: datetime) -> None:
    shut(LIMIT, by=dpo, now=now)
    recalculate_behind(now=now)
    keeping.forget_day(day=LIMIT, reason=CalendarReason.MISTAKE, by=dpo, now=now)
    assert recalculate_behind(now=now) == 1
    assert as_it_is(request_case).limit_at == request_case.limit_at
    assert [entry.details["reason"] for entry in moved_entries(request_case)] == ["MISTAKE", "COMPANY"]


def test_what_was_promised_does_not_move_but_the_first_reply_does(
    complaint: Complaint, dpo: User, now: datetime
) -> None:
    shut(TUESDAY, by=dpo, now=now)
    recalculate_behind(now=now)
    case = as_it_is(complaint)
    assert (case.target_at, case.limit_at) == (complaint.target_at, complaint.limit_at)
    assert case.first_reply_due_at == complaint.first_reply_due_at + timedelta(days=1)
    (entry,) = moved_entries(case)
    assert "first_reply_due_before" in entry.details and "target_before" not in entry.details


def test_a_first_reply_that_was_given_is_due_no_more(complaint: Complaint, dpo: User, now: datetime) -> None:
    write_directly(complaint, first_reply_at=now)
    shut(TUESDAY, by=dpo, now=now)
    recalculate_behind(now=now)
    assert as_it_is(complaint).first_reply_due_at == complaint.first_reply_due_at


def test_a_case_whose_dates_stay_gets_the_version_and_nobody_is_told(
    request_case: Request, agent: User, dpo: User, now: datetime
) -> None:
    take(kind="request", case_id=request_case.pk, by=agent, now=now)
    number = shut(date(2027, 9, 1), by=dpo, now=now)
    assert recalculate_behind(now=now) == 0
    assert as_it_is(request_case).calendar_version == number
    assert moved_entries(request_case) == [] and mails_of("staff-case-dates-moved") == []


def test_the_assignee_is_told_once_and_nobody_else(
    request_case: Request, agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    take(kind="request", case_id=request_case.pk, by=agent, now=now)
    shut(LIMIT, by=dpo, now=now)
    for _ in range(3):
        recalculate_behind(now=now)
    (mail,) = mails_of("staff-case-dates-moved")
    assert (mail.to == "an@example.org" and "24/03/2026" in mail.body) or "24 March 2026" in mail.body
    assert len(moved_entries(request_case)) == 1


def test_the_next_mark_moves_along(request_case: Request, dpo: User, now: datetime) -> None:
    write_directly(request_case, first_reply_at=now)
    shut(LIMIT, by=dpo, now=now)
    recalculate_behind(now=now)
    case = as_it_is(request_case)
    assert case.next_mark_at is not None and case.next_mark_at < case.limit_at


def test_what_is_over_keeps_its_dates_and_its_calendar(request_case: Request, dpo: User, now: datetime) -> None:
    write_directly(request_case, status="CLOSED", outcome="FULFILLED", settled_at=now, closed_at=now)
    shut(LIMIT, by=dpo, now=now)
    assert recalculate_behind(now=now) == 0
    assert as_it_is(request_case).calendar_version < newest_calendar_version()


def test_sweeps_at_the_same_moment_move_each_date_once(
    request_case: Request, complain: Callable[..., Filed], dpo: User, now: datetime
) -> None:
    cases: list[Case] = [request_case, *(complain().complaint for _ in range(8))]
    for day in (TUESDAY, LIMIT):
        shut(day, by=dpo, now=now)
    ready = Barrier(3)

    def run(_number: int) -> int:
        try:
            ready.wait(timeout=10)
            return recalculate_behind(now=now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(run, range(3))) == len(cases)
    assert [len(moved_entries(case)) for case in cases] == [1] * len(cases)


def test_the_sentence_beside_a_date_always_gives_that_date(
    complaint: Complaint, request_case: Request, dpo: User, now: datetime
) -> None:
    for day in (TUESDAY, LIMIT, date(2026, 3, 24)):
        shut(day, by=dpo, now=now)
        recalculate_behind(now=now)
        for case in (as_it_is(complaint), as_it_is(request_case)):
            found = explained(case)
            assert found.first_reply_on == last_day(case.first_reply_due_at)
            assert (found.target_on, found.limit_on) == (last_day(case.target_at), last_day(case.limit_at))

"""The deadline sweep: once each, whoever runs it and how often."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connections

from accounts.models import User
from audit.selectors import entries_about
from cases.services.assigning import take
from cases.services.closing import close
from cases.services.reminding import sweep_deadlines
from complaints.enums import Outcome
from complaints.models import Complaint
from complaints.tasks import sweep_deadlines as task
from core.sweeps import SweepState
from dsr_requests.models import Request
from tests.cases.fixtures import GUEST_ADDRESS, as_it_is, mails_of

DAY = timedelta(days=1)
NOTHING = {"reminded_at": 0, "overdue_at": 0, "breached_at": 0}


def marked(case: Complaint | Request, name: str) -> int:
    return entries_about(case.target).filter(event=case.event(name)).count()


def test_staff_are_reminded_two_days_before_the_target_and_not_earlier(
    complaint: Complaint, agent: User, dpo: User, now: datetime
) -> None:
    early = complaint.target_at - 2 * DAY - timedelta(seconds=1)
    assert sweep_deadlines(now=early) == NOTHING
    assert sweep_deadlines(now=complaint.target_at - 2 * DAY) == {**NOTHING, "reminded_at": 1}
    # Nobody has the case, so everybody who could take it is told.
    assert sorted(mail.to for mail in mails_of("staff-case-due-soon")) == ["an@example.org", "dpo@example.org"]
    assert marked(complaint, "reminded") == 1


def test_who_has_the_case_is_reminded_alone(
    complaint: Complaint, agent: User, other_agent: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    sweep_deadlines(now=complaint.target_at - DAY)
    assert [mail.to for mail in mails_of("staff-case-due-soon")] == ["an@example.org"]


def test_target_and_limit_are_marked_when_missed_and_the_officer_is_told(
    complaint: Complaint, agent: User, dpo: User, now: datetime
) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    assert sweep_deadlines(now=complaint.target_at) == {**NOTHING, "reminded_at": 1, "overdue_at": 1}
    assert sweep_deadlines(now=complaint.limit_at) == {**NOTHING, "breached_at": 1}
    case = as_it_is(complaint)
    assert (case.overdue_at, case.breached_at) == (complaint.target_at, complaint.limit_at)
    for notice in ("staff-case-overdue", "staff-case-limit"):
        assert sorted(mail.to for mail in mails_of(notice)) == ["an@example.org", "dpo@example.org"]
        assert all(GUEST_ADDRESS not in mail.body for mail in mails_of(notice))


def test_a_sweep_run_again_does_nothing(complaint: Complaint, request_case: Request, dpo: User, now: datetime) -> None:
    at = request_case.limit_at
    assert sweep_deadlines(now=at) == {"reminded_at": 2, "overdue_at": 2, "breached_at": 2}
    for later in (at, at + DAY, at + 30 * DAY):
        assert sweep_deadlines(now=later) == NOTHING
    assert len(mails_of("staff-case-overdue")) == 2


def test_sweeps_at_the_same_moment_act_once(complaint: Complaint, request_case: Request, dpo: User) -> None:
    at, ready = request_case.limit_at, Barrier(4)

    def run(_number: int) -> int:
        try:
            ready.wait(timeout=10)
            return sum(sweep_deadlines(now=at).values())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 6
    for case in (complaint, request_case):
        assert [marked(case, name) for name in ("reminded", "overdue", "limit_missed")] == [1, 1, 1]
    assert len(mails_of("staff-case-limit")) == 2


def test_closed_cases_are_left_alone(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    close(
        kind="complaint", case_id=complaint.pk, outcome=Outcome.UPHELD, text="x", form_token=uuid4(), by=agent, now=now
    )
    assert sweep_deadlines(now=complaint.limit_at + DAY) == NOTHING


def test_an_unverified_case_is_on_the_clock_like_any_other(complaint: Complaint, dpo: User) -> None:
    assert not complaint.is_verified
    assert sweep_deadlines(now=complaint.target_at)["overdue_at"] == 1


@pytest.mark.usefixtures("policy_in_force")
def test_the_task_notes_how_it_went(complaint: Complaint, complain: Callable[..., object]) -> None:
    task()
    assert SweepState.objects.get(name="complaints.sweep_deadlines").failures_in_a_row == 0

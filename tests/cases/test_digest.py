"""The morning's mail to the desk: one a working day to each colleague, and none that says nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
import time_machine
from django.db import connections

from accounts.models import User
from cases.models import DeskDigest
from cases.services.assigning import take
from cases.services.digesting import write_digests
from cases.services.messaging import write_as_staff
from complaints.models import Complaint
from complaints.services.filing import Filed
from tests.cases.fixtures import GUEST_ADDRESS, STORY, mails_of, write_directly
from tests.harness.clock import MONDAY

# Tuesday 3 March 2026; service opens at 8:00.
SEVEN = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def now(frozen_clock: time_machine.Traveller) -> datetime:
    """Monday 2 March 2026, 9:00: an ordinary working day."""
    return MONDAY


def test_it_comes_before_service_opens_once(complaint: Complaint, agent: User, now: datetime) -> None:
    take(kind="complaint", case_id=complaint.pk, by=agent, now=now)
    assert write_digests(now=SEVEN - timedelta(seconds=1)) == 0
    assert write_digests(now=SEVEN) == 1
    assert write_digests(now=SEVEN) == write_digests(now=SEVEN + 5 * HOUR) == 0
    (mail,) = mails_of("staff-digest")
    assert mail.to == "an@example.org" and "Yours: 1" in mail.body and "/staff/" in mail.body
    assert STORY not in mail.body and GUEST_ADDRESS not in mail.body
    assert write_digests(now=SEVEN + DAY) == 1


def test_counts_and_references_are_the_own_ones(
    complain: Callable[..., Filed], agent: User, other_agent: User, now: datetime
) -> None:
    mine, waiting, theirs, free = (complain().complaint for _ in range(4))
    for case, user in ((mine, agent), (waiting, agent), (theirs, other_agent)):
        take(kind="complaint", case_id=case.pk, by=user, now=now)
    write_as_staff(
        kind="complaint",
        case_id=waiting.pk,
        text="?",
        form_token=uuid4(),
        awaits_answer=True,
        by=agent,
        now=now,
    )
    morning = SEVEN + 6 * DAY  # Monday 9 March, the day of the target
    assert write_digests(now=morning) == 2
    (mail,) = [mail for mail in mails_of("staff-digest") if mail.to == "an@example.org"]
    for line in ("Yours: 2", "Due today: 2", "Past their date: 0", "Waiting for the person: 1", "Nobody has: 1"):
        assert line in mail.body
    assert mine.reference in mail.body and theirs.reference not in mail.body and free.reference not in mail.body


def test_an_officer_reads_about_all(complain: Callable[..., Filed], agent: User, dpo: User, now: datetime) -> None:
    case = complain().complaint
    take(kind="complaint", case_id=case.pk, by=agent, now=now)
    late = SEVEN + 8 * DAY
    write_digests(now=late)
    (mail,) = [mail for mail in mails_of("staff-digest") if mail.to == "dpo@example.org"]
    assert "Open: 1" in mail.body and "Past their date: 1" in mail.body


def test_nobody_counts_a_complaint_about_themselves(complaint: Complaint, agent: User) -> None:
    write_directly(complaint, about_staff_id=agent.pk)
    assert write_digests(now=SEVEN) == 0
    assert DeskDigest.objects.filter(user=agent).count() == 1


def test_nothing_to_say_means_no_mail_but_the_day_is_done(agent: User) -> None:
    assert write_digests(now=SEVEN) == 0
    assert DeskDigest.objects.get().user_id == agent.pk and mails_of("staff-digest") == []


@pytest.mark.parametrize("days", [4, 5], ids=["Saturday", "Sunday"])
def test_a_day_of_rest_has_none(complaint: Complaint, agent: User, days: int) -> None:
    assert write_digests(now=SEVEN + days * DAY) == 0
    assert not DeskDigest.objects.exists()


def test_a_morning_without_a_worker_is_made_up_for_until_service_closes(complaint: Complaint, agent: User) -> None:
    assert write_digests(now=SEVEN + 10 * HOUR + timedelta(minutes=30)) == 0  # 17:30
    assert write_digests(now=SEVEN + 10 * HOUR + timedelta(minutes=29)) == 1


def test_workers_at_the_same_moment_write_one(complaint: Complaint, agent: User, dpo: User) -> None:
    ready = Barrier(3)

    def run(_number: int) -> int:
        try:
            ready.wait(timeout=10)
            return write_digests(now=SEVEN)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(run, range(3))) == 2
    assert sorted(mail.to for mail in mails_of("staff-digest")) == ["an@example.org", "dpo@example.org"]

"""A job that keeps failing is told to every administrator once, and again only after it recovered."""

from datetime import datetime

import pytest

from accounts.enums import Role
from accounts.models import User
from accounts.services.staffing import create_staff
from core.actors import SYSTEM
from core.models import SweepState
from core.sweeps import FAILURES_BEFORE_ALERT, run_sweep
from outbound.models import OutboxMessage
from policies.models import PolicyVersion
from privacy_portal.tasks import alert

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
JOB = "test.job"


class JobBroken(Exception):
    pass


@pytest.fixture
def administrator(policy: PolicyVersion, now: datetime) -> User:
    return create_staff(
        address="quan.tri@example.vn",
        password="mot cau du dai 42",
        role=Role.ADMINISTRATOR,
        staff_name="Quản Trị",
        language="vi",
        by=SYSTEM,
        now=now,
    )


def fail(times: int) -> None:
    def broken(*, now: datetime) -> None:
        raise JobBroken("0912345678")

    for _ in range(times):
        with pytest.raises(JobBroken):
            run_sweep(JOB, broken)


def alerts() -> int:
    return OutboxMessage.objects.filter(notice="jobs-failing").count()


def test_administrators_are_told_once(administrator: User) -> None:
    fail(FAILURES_BEFORE_ALERT - 1)
    alert()
    assert alerts() == 0
    fail(1)
    alert()
    alert()
    assert alerts() == 1
    state = SweepState.objects.get(name=JOB)
    assert state.last_error == "JobBroken" and state.failures_in_a_row == FAILURES_BEFORE_ALERT


def test_a_job_that_recovered_and_fails_again_is_told_again(administrator: User) -> None:
    fail(FAILURES_BEFORE_ALERT)
    alert()
    run_sweep(JOB, lambda *, now: None)
    assert SweepState.objects.get(name=JOB).failures_in_a_row == 0
    fail(FAILURES_BEFORE_ALERT)
    alert()
    assert alerts() == 2


def test_without_an_administrator_the_alert_waits(policy: PolicyVersion) -> None:
    fail(FAILURES_BEFORE_ALERT)
    alert()
    assert alerts() == 0 and SweepState.objects.get(name=JOB).alerted_at is None

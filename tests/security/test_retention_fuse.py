"""Ways round the fuse: what two people agreed to is not used for something else."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from core import clock
from core.actors import SYSTEM
from personal_data.enums import FuseReason, RunState
from personal_data.models import DataItem, RetentionRun
from personal_data.services import fusing, retention
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.harness.people import Role
from tests.personal_data.retention_steps import held_back, let_go, pack_with, person, run, value

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
THREE_YEARS = timedelta(days=3 * 366)
ONE, TWO = Role("dpo", 1), Role("administrator", 2)


@pytest.fixture(autouse=True)
def _no_rest(settings: object) -> None:
    settings.PORTAL_RETENTION_PAUSE = 0.0  # type: ignore[attr-defined]


def agree(stopped: RetentionRun) -> None:
    for who in (ONE, TWO):
        fusing.approve(stop_id=stopped.stops.get().pk, by=who, now=clock.now())


def go_on(begun: RetentionRun) -> RetentionRun:
    retention.continue_run(run_id=begun.pk, now=clock.now(), longest=None)
    begun.refresh_from_db()
    return begun


def long_inactive(count: int, field: str) -> None:
    for _ in range(count):
        value(person(ago=THREE_YEARS), field)


def publish_sensitive(folder: Path, sensitivity: str) -> None:
    """The policy with another sensitivity of the phone number."""
    found = pack_with(folder, "", {})
    text = (found / "policy.toml").read_text(encoding="utf-8")
    told, count = re.subn(r'(code = "phone"\nkind(?:.*\n)*?sensitivity = )"[a-z]+"', rf'\g<1>"{sensitivity}"', text)
    assert count == 1
    (found / "policy.toml").write_text(told, encoding="utf-8")
    publish(path=found, by=SYSTEM, now=clock.now(), demo=True)


def test_a_policy_that_takes_a_field_out_of_a_hold_is_a_changed_rule(policy: PolicyVersion, tmp_path: Path) -> None:
    publish_sensitive(tmp_path, "sensitive")
    held_back(category="sensitive")
    long_inactive(1, "phone")
    assert run().state == RunState.DONE and DataItem.objects.exists()
    publish_sensitive(tmp_path, "basic")
    stopped = run()
    assert stopped.state == RunState.STOPPED and DataItem.objects.exists()
    stop = stopped.stops.get()
    assert stop.reason == FuseReason.RULES and stop.figures["changed"] == ["field:phone"]


def test_what_two_people_agreed_to_is_no_leave_for_more(policy: PolicyVersion) -> None:
    long_inactive(20, "phone")
    long_inactive(30, "address")
    hold = held_back(field="address")
    stopped = run()
    assert stopped.stops.get().figures["items"] == 20
    agree(stopped)
    let_go(hold)
    assert go_on(stopped).state == RunState.STOPPED
    assert DataItem.objects.filter(field="address").count() == 30
    again = stopped.stops.get()
    assert again.is_open and (again.first_by, again.second_by) == ("", "")
    assert again.figures["items"] == 50, "what has gone, and what is due still"
    agree(stopped)
    assert go_on(stopped).state == RunState.DONE
    assert not DataItem.objects.exists()


def test_a_handful_more_than_agreed_goes_along(policy: PolicyVersion) -> None:
    long_inactive(20, "phone")
    stopped = run()
    agree(stopped)
    long_inactive(5, "phone")
    assert go_on(stopped).state == RunState.DONE
    assert not DataItem.objects.exists()


def test_a_run_stopped_under_way_says_how_much_would_go_in_all(policy: PolicyVersion) -> None:
    long_inactive(5, "phone")
    long_inactive(40, "address")
    hold = held_back(field="address")
    begun = retention.begin_run(kind="BY_HAND", by=ONE, now=clock.now())
    assert begun.state == RunState.RUNNING
    let_go(hold)
    assert go_on(begun).state == RunState.STOPPED
    figures = begun.stops.get().figures
    assert (figures["items"], figures["people"]) == (45, 45)

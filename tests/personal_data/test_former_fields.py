"""What is held under a field that left the policy goes by the rule it was given under, and is seen until then."""

from datetime import timedelta
from pathlib import Path

import pytest

from core import clock
from core.actors import SYSTEM
from personal_data.enums import FuseReason, RunState
from personal_data.models import DataItem, ErasureRun
from personal_data.retention_pack import keeping_pack
from personal_data.selectors import held_on
from personal_data.services import fusing, retention
from personal_data.services.retention_looking import effect_of_rules
from policies import selectors as policies
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.harness.people import Role
from tests.personal_data.retention_steps import pack_with, person, run, value

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

THREE_YEARS = timedelta(days=3 * 366)


@pytest.fixture(autouse=True)
def _no_rest(settings: object) -> None:
    settings.PORTAL_RETENTION_PAUSE = 0.0  # type: ignore[attr-defined]


def another_policy(folder: Path) -> PolicyVersion:
    """The policy with another field in the place of one."""
    found = pack_with(folder, "", {})
    text = (found / "policy.toml").read_text(encoding="utf-8")
    (found / "policy.toml").write_text(text.replace('"other-entry"', '"new-entry"'), encoding="utf-8")
    return publish(path=found, by=SYSTEM, now=clock.now(), demo=True).version


def test_a_field_that_left_the_policy_goes_by_its_rule(policy: PolicyVersion, tmp_path: Path) -> None:
    gone, kept = person(ago=THREE_YEARS), person()
    value(gone, "other-entry", "một")
    value(kept, "other-entry", "hai")
    version = another_policy(tmp_path)
    assert policies.document(version).field("other-entry") is None
    assert run().state == RunState.DONE
    assert list(DataItem.objects.values_list("subject_id", flat=True)) == [kept.pk]
    assert ErasureRun.objects.get().subject_ref == gone.pk, "and keeps nobody from going whole"


def test_two_people_let_it_go_and_see_the_effect_first(policy: PolicyVersion, tmp_path: Path) -> None:
    assert run().state == RunState.DONE
    value(person(ago=THREE_YEARS), "other-entry", "một")
    before, version = policies.document(policy), another_policy(tmp_path)
    told = effect_of_rules(before, policies.document(version), now=clock.now())
    assert "1" in told[1]
    stopped = run()
    assert stopped.state == RunState.STOPPED and stopped.items_due == 1
    stop = stopped.stops.get()
    assert stop.reason == FuseReason.RULES and "field:other-entry" in stop.figures["changed"]
    for who in (Role("dpo", 1), Role("administrator", 2)):
        fusing.approve(stop_id=stop.pk, by=who, now=clock.now())
    assert retention.continue_run(run_id=stopped.pk, now=clock.now(), longest=None)
    assert not DataItem.objects.exists() and run().state == RunState.DONE, "the rules are those it went by"


def test_it_is_seen_while_something_is_held_there(policy: PolicyVersion, tmp_path: Path) -> None:
    someone = person()
    value(someone, "other-entry", "một")
    version = another_policy(tmp_path)
    (found,) = [one for one in held_on(subject_id=someone.pk, at=clock.now()) if one.spec.code == "other-entry"]
    assert found.is_former and found.value == "một" and found.kept.day is not None
    assert keeping_pack(version).field("other-entry") is not None
    assert "other-entry" not in {one.spec.code for one in held_on(subject_id=person().pk, at=clock.now())}

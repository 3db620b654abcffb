"""People of whom nothing is left go whole; whoever still has a reason to be known stays."""

from datetime import timedelta
from pathlib import Path

import pytest

from core import clock
from personal_data.enums import RunState, SubjectState
from personal_data.models import DataSubject, ErasureRun, RetentionLine
from personal_data.retention_rules import WHOLE_PERSON
from personal_data.services import retention_people
from personal_data.services.erasing import run_due_erasures
from policies.models import PolicyVersion
from tests.personal_data.retention_steps import event, held_back, person, publish_with, purpose, rule, run, value

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

DAY = timedelta(days=1)
THREE_YEARS = timedelta(days=3 * 366)


@pytest.fixture(autouse=True)
def _no_rest(settings: object) -> None:
    settings.PORTAL_RETENTION_PAUSE = 0.0  # type: ignore[attr-defined]


def whole() -> set[object]:
    """Whose erasure a run has begun."""
    return set(ErasureRun.objects.values_list("subject_ref", flat=True))


def test_whoever_was_long_inactive_is_erased_with_the_last_value(policy: PolicyVersion) -> None:
    gone, active = person(ago=THREE_YEARS), person()
    value(gone)
    value(active)
    done = run()
    assert whole() == {gone.pk} and done.people_gone == 1
    erasure = ErasureRun.objects.get()
    assert erasure.basis == f"retention:{done}"
    assert "SUPPRESS" in erasure.steps.values_list("kind", flat=True)
    run_due_erasures(now=clock.now())
    assert DataSubject.objects.get(pk=gone.pk).state == SubjectState.ERASED
    line = RetentionLine.objects.get(run=done, rule=WHOLE_PERSON)
    assert (line.gone, line.due, line.done) == (1, 1, True)


def test_whoever_has_neither_account_nor_case_goes_once_nothing_is_left(policy: PolicyVersion, tmp_path: Path) -> None:
    publish_with(tmp_path, rule("after", "after-event", event='"order-closed"', days="5"), {"phone": "after"})
    gone, with_case, new, more = person(ago=30 * DAY), person(ago=30 * DAY), person(), person(ago=30 * DAY)
    for subject in (gone, with_case, new, more):
        value(subject)
    value(more, "address")
    for subject in (gone, new, more):
        event_without_case(subject)
    event(with_case, "order-closed", ago=9 * DAY)
    run()
    assert whole() == {gone.pk}


def event_without_case(subject: DataSubject) -> None:
    event(subject, "order-closed", ago=9 * DAY)
    subject.retention_events.update(reference="")


@pytest.mark.parametrize("reason", ["hold", "case", "consent"])
def test_a_hold_a_case_and_a_live_consent_keep_the_person(policy: PolicyVersion, reason: str) -> None:
    subject = person(ago=THREE_YEARS)
    if reason == "hold":
        held_back(subject_ref=subject.pk)
    else:
        purpose(subject, "open-case" if reason == "case" else "device-information", live=True)
    assert run().state == RunState.DONE
    assert whole() == set()


def test_no_more_than_a_set_number_goes_in_one_run(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_people, "MOST_A_RUN", 2)
    for _ in range(3):
        person(ago=THREE_YEARS)
    assert run().people_gone == 2
    assert run().people_gone == 1

"""People of whom nothing is left go whole; whoever still has a reason to be known stays."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from core import clock
from core.actors import SYSTEM
from personal_data.enums import RunKind, RunState, SubjectState
from personal_data.models import DataItem, DataSubject, ErasureRun, RetentionLine
from personal_data.retention_rules import WHOLE_PERSON
from personal_data.services import fusing, retention_people
from personal_data.services.erasing import run_due_erasures
from personal_data.services.merging import merge, part, propose
from personal_data.services.retention import begin_run, continue_run
from personal_data.services.retention_looking import preview_of_whole_people
from policies.models import PolicyVersion
from tests.harness.people import Role
from tests.personal_data.import_steps import OFFICER
from tests.personal_data.retention_steps import (
    earlier,
    event,
    held_back,
    person,
    publish_with,
    purpose,
    rule,
    run,
    value,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

DAY = timedelta(days=1)
THREE_YEARS = timedelta(days=3 * 366)
ONE, TWO = Role("dpo", 1), Role("administrator", 2)


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


def test_everybody_goes_in_one_night_some_in_each_turn(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_people, "AT_ONCE", 2)
    for _ in range(5):
        person(ago=THREE_YEARS)
    begun = begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=clock.now())
    turns = []
    while not continue_run(run_id=begun.pk, now=clock.now()):
        turns.append(len(whole()))
    assert turns == [2, 4] and len(whole()) == 5
    line = RetentionLine.objects.get(run=begun, rule=WHOLE_PERSON)
    assert (line.due, line.gone, line.done) == (5, 5, True)


def test_whoever_has_to_stay_does_not_keep_the_others_waiting(
    policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_people, "AT_ONCE", 1)
    people = sorted((person(ago=THREE_YEARS) for _ in range(3)), key=lambda one: one.pk.int)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM personal_data_datasubject WHERE id = %s FOR UPDATE", [people[0].pk])
            assert run().state == RunState.DONE
    finally:
        other.close()
    assert whole() == {one.pk for one in people[1:]}


def test_more_people_than_the_set_share_do_not_go_by_themselves(policy: PolicyVersion) -> None:
    for _ in range(20):
        person(ago=THREE_YEARS)
    stopped = run()
    assert stopped.state == RunState.STOPPED and not whole()
    assert stopped.stops.get().figures == {"people": 20, "of_people": 20, "items": 0, "of_items": 0}


def test_people_who_come_to_it_under_way_stop_the_run_before_the_share_is_passed(policy: PolicyVersion) -> None:
    for _ in range(19):
        person(ago=THREE_YEARS)
    begun = begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=clock.now())
    for _ in range(3):
        person(ago=THREE_YEARS)
    assert not continue_run(run_id=begun.pk, now=clock.now(), longest=None)
    begun.refresh_from_db()
    assert begun.state == RunState.STOPPED and len(whole()) == begun.people_gone == 19
    assert begun.stops.get().figures["people"] == 22
    for colleague in (ONE, TWO):
        fusing.approve(stop_id=begun.stops.get().pk, by=colleague, now=clock.now())
    assert continue_run(run_id=begun.pk, now=clock.now(), longest=None)
    assert len(whole()) == 22


def test_the_preview_counts_them_today_and_of_days_to_come(policy: PolicyVersion) -> None:
    person(ago=THREE_YEARS)
    person()
    value(person(ago=THREE_YEARS))
    assert [foreseen(days) for days in (0, 30)] == [2, 3]
    assert not whole()


def foreseen(days: int) -> int:
    """How many people the preview says go whole within so many days."""
    lines = preview_of_whole_people(now=clock.now(), horizon_days=days)
    assert {(line.rule, line.items) for line in lines} <= {(WHOLE_PERSON, 0)}
    return sum(line.people for line in lines)


def test_the_preview_counts_whom_the_last_entry_leaves_and_the_run_agrees(
    policy: PolicyVersion, tmp_path: Path
) -> None:
    """With the last value, or file, go those of whom it is the last; earlier values go with their value alone."""
    publish_with(tmp_path, rule("after", "after-event", event='"order-closed"', days="5"), {"phone": "after"})
    goes = [person(ago=30 * DAY) for _ in range(5)]
    for subject in goes:
        value(subject)
    for subject in goes[:4]:
        event_without_case(subject)
    earlier(goes[0])
    value(goes[1], "address")
    earlier(goes[2], "address")
    assert foreseen(0) == 2, "not whose address stays, nor whose earlier one, nor where nothing is due"
    run()
    assert whole() == {goes[0].pk, goes[3].pk}
    assert foreseen(0) == foreseen(7) == 0, "whoever is on the way is not foreseen again"


def test_whose_last_entry_goes_in_some_days_is_counted_from_then(policy: PolicyVersion, tmp_path: Path) -> None:
    publish_with(tmp_path, rule("after", "after-event", event='"order-closed"', days="15"), {"phone": "after"})
    subject = person(ago=30 * DAY)
    value(subject)
    event_without_case(subject)
    assert [foreseen(days) for days in (0, 7, 30)] == [0, 1, 1]
    held_back(subject_ref=subject.pk)
    assert [foreseen(days) for days in (0, 7, 30)] == [0, 0, 0]


def test_whoever_was_found_to_be_another_stays_for_a_parting(policy: PolicyVersion) -> None:
    """Empty of values, but their cases and consents stand under them, and the two may be parted again."""
    kept, other = person(ago=30 * DAY), person(ago=30 * DAY)
    value(kept)
    value(other, "email", "mot@example.vn")
    row = propose(kept=kept.pk, other=other.pk, by=OFFICER, now=clock.now())
    merge(merge_id=row.pk, keep=kept.pk, words="cùng một người", by=OFFICER, now=clock.now())
    assert run().people_gone == 0 and preview_of_whole_people(now=clock.now()) == []
    part(merge_id=row.pk, words="hai người", by=OFFICER, now=clock.now())
    assert DataItem.objects.get(field="email").subject_id == other.pk

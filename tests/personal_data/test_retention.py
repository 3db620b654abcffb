"""What goes by each rule, what postpones it, and what is left behind: nothing that is not entered and announced."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import override_settings

from audit.models import AuditEntry
from core import clock
from core.actors import SYSTEM
from core.clock import local_date
from personal_data import storage
from personal_data.enums import RunState
from personal_data.errors_register import RegisterUnavailable
from personal_data.errors_runs import RunFailed
from personal_data.keys import data_key
from personal_data.models import DataItem, Device, RegisterHead, RetentionLine, RetentionRun, StoredFile, ValueHistory
from personal_data.retention_dates import plus_period
from personal_data.services import retention, retention_work
from policies import selectors as policies
from policies.models import PolicyVersion
from tests.personal_data.retention_steps import (
    device,
    earlier,
    event,
    held_back,
    let_go,
    person,
    publish_with,
    purpose,
    rule,
    run,
    stored,
    told,
    value,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

DAY = timedelta(days=1)
THREE_YEARS = timedelta(days=3 * 366)


@pytest.fixture(autouse=True)
def _no_rest(settings: object) -> None:
    settings.PORTAL_RETENTION_PAUSE = 0.0  # type: ignore[attr-defined]


def fields() -> set[str]:
    """The fields under which a value is held now."""
    return set(DataItem.objects.values_list("field", flat=True))


def held_back_in(done: RetentionRun) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in done.lines.all():
        for reason, count in line.held_back.items():
            found[reason] = found.get(reason, 0) + count
    return found


def test_what_was_long_inactive_goes_with_its_history_and_leaves_entry_and_announcement(policy: PolicyVersion) -> None:
    gone, stays = person(ago=THREE_YEARS), person()
    value(gone)
    value(gone, "address")
    earlier(gone)
    value(stays)
    done = run()
    assert done.state == RunState.DONE
    assert list(DataItem.objects.values_list("subject_id", flat=True)) == [stays.pk]
    assert not ValueHistory.objects.exists()
    assert done.items_gone == 2
    entries = AuditEntry.objects.filter(subject_ref=gone.pk, event="item.erased").order_by("details__field")
    assert [entry.details for entry in entries] == [
        {"field": field, "run": str(done.pk), "rule": "inactivity"} for field in ("address", "phone")
    ]
    assert RegisterHead.objects.get().sequence > 1


def test_the_day_counts_and_not_the_hour(policy: PolicyVersion) -> None:
    """Exactly the period ago is due today, a day less is not."""
    pack = policies.document(policy)
    inactivity = pack.retention_rule("inactivity")
    assert inactivity is not None
    today = local_date(clock.now())
    due = next(day for day in (today - DAY * back for back in range(700, 800)) if plus_period(day, inactivity) <= today)
    one, other = person(ago=(today - due) * 1), person(ago=(today - due) - DAY)
    for subject in (one, other):
        value(subject)
    run()
    assert list(DataItem.objects.values_list("subject_id", flat=True)) == [other.pk]


def test_files_go_bytes_and_all(policy: PolicyVersion, tmp_path: Path) -> None:
    publish_with(tmp_path, "", {}, pictures="other-entry")
    gone, stays = person(ago=THREE_YEARS), person()
    files = [stored(subject, "other-entry") for subject in (gone, stays)]
    run()
    assert [file.pk for file in StoredFile.objects.all()] == [files[1].pk]
    assert [path.name for path in storage.root().glob("??/*") if path.name in {str(file.pk) for file in files}] == [
        str(files[1].pk)
    ]
    assert AuditEntry.objects.filter(subject_ref=gone.pk, event="file.erased").count() == 1


def test_a_device_goes_once_its_consent_has_ended(policy: PolicyVersion) -> None:
    kept, gone, never = person(), person(), person()
    for subject in (kept, gone, never):
        device(subject)
    purpose(kept, "device-information", live=True)
    purpose(gone, "device-information", live=False)
    done = run()
    assert set(Device.objects.values_list("subject_id", flat=True)) == {kept.pk, never.pk}
    assert AuditEntry.objects.filter(subject_ref=gone.pk, event="device.erased").count() == 1
    assert done.items_gone == 1


def test_a_rule_of_purposes_waits_for_the_last_and_its_days(policy: PolicyVersion, tmp_path: Path) -> None:
    publish_with(tmp_path, rule("purposes", "while-purpose", days="10"), {"full-name": "purposes"})
    contract_runs, consent_lives, too_early, due = person(), person(), person(), person()
    for subject in (contract_runs, consent_lives, too_early, due):
        value(subject, "full-name")
        purpose(subject, "marketing", live=False, ago=30 * DAY)
    purpose(consent_lives, "service", live=False, ago=30 * DAY)
    purpose(consent_lives, "marketing", live=True, ago=30 * DAY)
    purpose(too_early, "service", live=False, ago=9 * DAY)
    purpose(due, "service", live=False, ago=10 * DAY)
    run()
    assert set(DataItem.objects.values_list("subject_id", flat=True)) == {
        contract_runs.pk,
        consent_lives.pk,
        too_early.pk,
    }


def test_after_an_event_the_last_one_counts(policy: PolicyVersion, tmp_path: Path) -> None:
    publish_with(tmp_path, rule("after", "after-event", event='"warranty-ended"', days="20"), {"phone": "after"})
    due, again, never = person(), person(), person()
    for subject in (due, again, never):
        value(subject)
    event(due, "warranty-ended", ago=20 * DAY)
    event(again, "warranty-ended", ago=90 * DAY)
    event(again, "warranty-ended", ago=19 * DAY)
    event(never, "case-closed", ago=90 * DAY)
    run()
    assert set(DataItem.objects.values_list("subject_id", flat=True)) == {again.pk, never.pk}


def test_the_law_postpones_every_other_rule_and_then_lets_it_go(policy: PolicyVersion, tmp_path: Path) -> None:
    publish_with(
        tmp_path,
        rule("kept-by-law", "law", years="2", clause='"L91 14.2"', also='["inactivity"]'),
        {"phone": "kept-by-law"},
    )
    running, over = person(ago=THREE_YEARS), person()
    value(running, ago=600 * DAY)
    value(over, ago=731 * DAY)
    done = run()
    assert set(DataItem.objects.values_list("subject_id", flat=True)) == {running.pk}
    assert held_back_in(done) == {"law": 1}


@pytest.mark.parametrize(
    "scope",
    [{"person": True}, {"person": True, "field": "phone"}, {"field": "phone"}, {"category": "contact"}],
)
def test_a_hold_keeps_what_it_names_and_its_release_lets_it_go(policy: PolicyVersion, scope: dict[str, object]) -> None:
    subject = person(ago=THREE_YEARS)
    value(subject)
    about = {"subject_ref": subject.pk} if scope.get("person") else {}
    hold = held_back(**about, **{key: text for key, text in scope.items() if key != "person"})
    done = run()
    assert fields() == {"phone"}
    assert held_back_in(done) == {"hold": 1}
    let_go(hold)
    run()
    assert fields() == set()


@pytest.mark.parametrize("scope", [{"field": "address"}, {"category": "device"}])
def test_a_hold_on_something_else_keeps_nothing(policy: PolicyVersion, scope: dict[str, str]) -> None:
    value(person(ago=THREE_YEARS))
    held_back(**scope)
    run()
    assert fields() == set()


def test_a_live_purpose_and_an_open_case_postpone(policy: PolicyVersion) -> None:
    consenting, with_case = person(ago=THREE_YEARS), person(ago=THREE_YEARS)
    value(consenting)
    value(consenting, "address")
    value(with_case)
    purpose(consenting, "marketing", live=True)  # names the phone and not the address
    purpose(with_case, "open-case", live=True)
    done = run()
    assert set(DataItem.objects.values_list("subject_id", "field")) == {
        (consenting.pk, "phone"),
        (with_case.pk, "phone"),
    }
    assert held_back_in(done) == {"purpose": 1, "case": 1}


def test_who_can_be_reached_is_told_seven_days_before(policy: PolicyVersion) -> None:
    untold, lately, in_time, other_day = (person(ago=THREE_YEARS) for _ in range(4))
    inactivity = policies.document(policy).retention_rule("inactivity")
    assert inactivity is not None
    for subject in (untold, lately, in_time, other_day):
        value(subject, "email", "somebody@example.vn")
        assert subject.last_active_at is not None
        day = plus_period(local_date(subject.last_active_at), inactivity)
        if subject is lately:
            told(subject, day, days_ago=6)
        if subject is in_time:
            told(subject, day, days_ago=7)
        if subject is other_day:
            told(subject, day - DAY, days_ago=8)
    done = run()
    assert set(DataItem.objects.values_list("subject_id", flat=True)) == {untold.pk, lately.pk, other_day.pk}
    assert held_back_in(done) == {"untold": 3}


def test_of_a_withdrawn_consent_nobody_is_warned_and_of_a_contract_everybody(
    policy: PolicyVersion, tmp_path: Path
) -> None:
    publish_with(tmp_path, rule("purposes", "while-purpose"), {"full-name": "purposes", "email": "until-erased"})
    withdrew, ended = person(), person()
    for subject in (withdrew, ended):
        value(subject, "full-name")
        value(subject, "email", "somebody@example.vn")
    purpose(withdrew, "service", live=False, ago=2 * DAY)
    purpose(withdrew, "marketing", live=False, ago=DAY)
    purpose(ended, "marketing", live=False, ago=2 * DAY)
    purpose(ended, "service", live=False, ago=DAY)
    done = run()
    assert set(DataItem.objects.filter(field="full-name").values_list("subject_id", flat=True)) == {ended.pk}
    assert held_back_in(done) == {"untold": 1}


def test_whoever_is_busy_goes_with_the_next_run(policy: PolicyVersion) -> None:
    """A person another writer has is passed over, and nobody waits."""
    busy, free = person(ago=THREE_YEARS), person(ago=THREE_YEARS)
    value(busy)
    value(free)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM personal_data_datasubject WHERE id = %s FOR UPDATE", [busy.pk])
            done = run()
    finally:
        other.close()
    assert list(DataItem.objects.values_list("subject_id", flat=True)) == [busy.pk]
    assert held_back_in(done) == {"busy": 1}
    run()
    assert not DataItem.objects.exists()


def test_a_register_that_cannot_be_written_stops_everything(policy: PolicyVersion, tmp_path: Path) -> None:
    publish_with(tmp_path, "", {}, pictures="other-entry")
    subject = person(ago=THREE_YEARS)
    value(subject)
    file = stored(subject, "other-entry")
    nowhere = tmp_path / "a-file"
    nowhere.touch()
    with override_settings(PORTAL_REGISTER_FILE=nowhere / "x.register"), pytest.raises(RunFailed):
        run()
    failed = RetentionRun.objects.get()
    assert failed.state == RunState.RUNNING and failed.error
    assert failed.items_gone == 0 and not AuditEntry.objects.filter(event="item.erased").exists()
    assert fields() == {"phone"} and StoredFile.objects.exists()
    assert storage.read_blob(file.pk, key=data_key(subject.pk)) == b"abc"
    assert retention.continue_run(run_id=failed.pk, now=clock.now())
    assert fields() == set() and not StoredFile.objects.exists()


def test_a_run_that_breaks_off_goes_on_where_it_was(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_work, "BATCH", 10)
    for _ in range(19):
        value(person(ago=THREE_YEARS))
    begun = retention.begin_run(kind="BY_HAND", by=SYSTEM, now=clock.now())
    announce, calls = retention_work.announce, []

    def fail_the_third(*args: object, **kwargs: object) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise RegisterUnavailable("unwritable")
        return announce(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(retention_work, "announce", fail_the_third)
    with pytest.raises(RunFailed):
        retention.continue_run(run_id=begun.pk, now=clock.now())
    begun.refresh_from_db()
    line = RetentionLine.objects.get(run=begun, rule="inactivity", target="personal_data.dataitem")
    assert 0 < begun.items_gone < 19
    assert begun.items_gone == line.gone == 19 - DataItem.objects.count()
    assert retention.continue_run(run_id=begun.pk, now=clock.now())
    begun.refresh_from_db()
    assert begun.items_gone == 19 == AuditEntry.objects.filter(event="item.erased").count()


def test_a_turn_ends_and_the_next_goes_on(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_work, "BATCH", 5)
    for _ in range(3):
        value(person(ago=THREE_YEARS))
    begun = retention.begin_run(kind="BY_HAND", by=SYSTEM, now=clock.now())
    assert not retention.continue_run(run_id=begun.pk, now=clock.now(), longest=timedelta(microseconds=1))
    assert DataItem.objects.count() == 2
    assert retention.continue_run(run_id=begun.pk, now=clock.now())


def test_a_run_says_when_its_last_turn_ended(policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        value(person(ago=THREE_YEARS))
    monkeypatch.setattr(retention_work, "BATCH", 5)
    began = clock.now()
    begun = retention.begin_run(kind="BY_HAND", by=SYSTEM, now=began)
    assert not retention.continue_run(run_id=begun.pk, now=began, longest=timedelta(microseconds=1))
    last = clock.now()
    assert retention.continue_run(run_id=begun.pk, now=last, longest=None)
    begun.refresh_from_db()
    assert begun.finished_at is not None and begun.started_at == began
    assert last < begun.finished_at <= clock.now(), "not when its last turn began"
    assert AuditEntry.objects.get(event="retention.done").at == begun.finished_at

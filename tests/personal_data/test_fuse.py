"""The fuse: an unusual run waits for two people. Whatever the clocks say, nothing goes too early and nothing twice."""

import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import connections

from audit.models import AuditEntry
from core import clock
from core.actors import SYSTEM
from personal_data.enums import FuseReason, RunKind, RunState
from personal_data.errors_retention import DecidingRefused, RetentionRefused
from personal_data.errors_runs import RunUnderWay, RunWaits, StopDecided
from personal_data.models import DataItem, FuseStop, RetentionRun, RetentionTick
from personal_data.services import fusing, retention
from policies.models import PolicyVersion
from tests.harness.people import Role
from tests.personal_data.retention_steps import pack_with, person, publish_with, rule, run, value

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

DAY = timedelta(days=1)
THREE_YEARS = timedelta(days=3 * 366)
ONE, TWO, AGENT = Role("dpo", 1), Role("administrator", 2), Role("agent", 3)


@pytest.fixture(autouse=True)
def _no_rest(settings: object) -> None:
    settings.PORTAL_RETENTION_PAUSE = 0.0  # type: ignore[attr-defined]


def people_long_inactive(count: int) -> None:
    for _ in range(count):
        value(person(ago=THREE_YEARS))


def begin(kind: RunKind = RunKind.BY_HAND) -> RetentionRun:
    return retention.begin_run(kind=kind, by=SYSTEM, now=clock.now())


def test_a_large_share_stops_and_two_different_people_let_it_go_on(policy: PolicyVersion) -> None:
    people_long_inactive(20)
    stopped = run()
    assert stopped.state == RunState.STOPPED and DataItem.objects.count() == 20
    (stop,) = stopped.stops.all()
    assert stop.reason == FuseReason.SHARE
    assert stop.figures == {"people": 20, "of_people": 20, "items": 20, "of_items": 20}
    with pytest.raises(DecidingRefused):
        fusing.approve(stop_id=stop.pk, by=AGENT, now=clock.now())
    fusing.approve(stop_id=stop.pk, by=ONE, now=clock.now())
    with pytest.raises(DecidingRefused):
        fusing.approve(stop_id=stop.pk, by=ONE, now=clock.now())
    stopped.refresh_from_db()
    assert stopped.state == RunState.STOPPED and DataItem.objects.count() == 20
    fusing.approve(stop_id=stop.pk, by=TWO, now=clock.now())
    assert retention.continue_run(run_id=stopped.pk, now=clock.now())
    assert not DataItem.objects.exists()
    with pytest.raises(StopDecided):
        fusing.approve(stop_id=stop.pk, by=ONE, now=clock.now())


def test_a_handful_is_never_too_many(policy: PolicyVersion) -> None:
    people_long_inactive(19)
    assert run().state == RunState.DONE
    assert not DataItem.objects.exists()


def test_a_small_share_goes_by_itself(policy: PolicyVersion, settings: object) -> None:
    settings.PORTAL_RETENTION_MAX_SHARE = 50  # type: ignore[attr-defined]
    people_long_inactive(20)
    for _ in range(20):
        value(person())
    assert run().state == RunState.DONE
    assert DataItem.objects.count() == 20


def test_a_run_that_turns_out_larger_than_it_looked_stops_under_way(policy: PolicyVersion) -> None:
    people_long_inactive(19)
    begun = begin()
    people_long_inactive(3)
    assert not retention.continue_run(run_id=begun.pk, now=clock.now(), longest=None)
    begun.refresh_from_db()
    assert begun.state == RunState.STOPPED and DataItem.objects.count() == 22
    (stop,) = begun.stops.all()
    assert stop.reason == FuseReason.SHARE
    fusing.approve(stop_id=stop.pk, by=ONE, now=clock.now())
    fusing.approve(stop_id=stop.pk, by=TWO, now=clock.now())
    assert retention.continue_run(run_id=begun.pk, now=clock.now(), longest=None)
    assert not DataItem.objects.exists()


def test_a_dropped_run_deletes_nothing_and_frees_the_next(policy: PolicyVersion) -> None:
    people_long_inactive(20)
    stopped = run()
    with pytest.raises(RunWaits):
        begin()
    stop = stopped.stops.get()
    with pytest.raises(DecidingRefused):
        fusing.drop(stop_id=stop.pk, by=AGENT, now=clock.now())
    fusing.drop(stop_id=stop.pk, by=ONE, now=clock.now())
    stopped.refresh_from_db()
    assert stopped.state == RunState.DROPPED and stopped.finished_at is not None
    assert retention.continue_run(run_id=stopped.pk, now=clock.now())
    assert DataItem.objects.count() == 20
    with pytest.raises(StopDecided):
        fusing.approve(stop_id=stop.pk, by=ONE, now=clock.now())
    assert begin().state == RunState.STOPPED


def test_changed_rules_stop_with_their_effect(policy: PolicyVersion, tmp_path: Path) -> None:
    kept = person(ago=400 * DAY)
    value(kept)
    assert run().state == RunState.DONE
    publish_with(tmp_path, rule("sooner", "inactive", months="12"), {"phone": "sooner"})
    stopped = run()
    assert stopped.state == RunState.STOPPED and DataItem.objects.exists()
    (stop,) = stopped.stops.all()
    assert stop.reason == FuseReason.RULES
    assert stop.figures == {
        "changed": ["field:phone", "rule:sooner"],
        "items": 1,
        "people": 1,
        "items_before": 0,
        "people_before": 0,
    }
    fusing.approve(stop_id=stop.pk, by=ONE, now=clock.now())
    fusing.approve(stop_id=stop.pk, by=TWO, now=clock.now())
    assert retention.continue_run(run_id=stopped.pk, now=clock.now())
    assert not DataItem.objects.exists()
    assert run().state == RunState.DONE


def test_another_period_shows_its_effect_before_it_is_published(policy: PolicyVersion, tmp_path: Path) -> None:
    value(person(ago=400 * DAY))
    shorter = pack_with(tmp_path, rule("sooner", "inactive", months="12"), {"phone": "sooner"})
    out = StringIO()
    call_command("publish_policy", "--path", str(shorter), "--dry-run", "--language", "en", stdout=out)
    assert "field:phone, rule:sooner" in out.getvalue()
    assert "1 entries of 1 people go at once" in out.getvalue()
    assert "0 entries of 0 people" in out.getvalue()
    assert PolicyVersion.objects.count() == 1
    call_command("publish_policy", "--path", str(shorter), "--language", "en", stdout=out)
    assert PolicyVersion.objects.count() == 2 and out.getvalue().count("go at once") == 2


def test_rules_that_change_under_way_end_the_run(policy: PolicyVersion, tmp_path: Path) -> None:
    people_long_inactive(1)
    begun = begin()
    publish_with(tmp_path, rule("sooner", "inactive", months="12"), {"phone": "sooner"})
    assert retention.continue_run(run_id=begun.pk, now=clock.now())
    begun.refresh_from_db()
    assert (begun.state, begun.error) == (RunState.DROPPED, "rules-changed")
    assert DataItem.objects.exists()


def test_only_the_officer_begins_a_run(policy: PolicyVersion) -> None:
    for role in (AGENT, TWO, Role("auditor", 4)):
        with pytest.raises(RetentionRefused):
            retention.begin_run(kind=RunKind.BY_HAND, by=role, now=clock.now())
    retention.begin_run(kind=RunKind.BY_HAND, by=ONE, now=clock.now())
    with pytest.raises(RunUnderWay):
        retention.begin_run(kind=RunKind.BY_HAND, by=ONE, now=clock.now())


def test_a_clock_ten_years_ahead_stops_the_run_and_deletes_nothing(policy: PolicyVersion) -> None:
    """Even when two people let it go on: the database's own clock does not allow it."""
    value(person())
    retention.run_due(now=clock.now())
    RetentionRun.objects.all().delete()
    with time_machine.travel(clock.now() + 3653 * DAY, tick=False):
        ahead = clock.now()
        retention.run_due(now=ahead)
        begun = RetentionRun.objects.filter(state=RunState.STOPPED).first() or begin()
        assert begun.state == RunState.STOPPED
        stop = begun.stops.get(reason=FuseReason.CLOCK)
        assert RetentionTick.objects.get().last_at < ahead
        fusing.approve(stop_id=stop.pk, by=ONE, now=ahead)
        fusing.approve(stop_id=stop.pk, by=TWO, now=ahead)
        assert retention.continue_run(run_id=begun.pk, now=ahead, longest=None)
        begun.refresh_from_db()
    assert begun.state == RunState.DONE and begun.items_gone == 0
    assert DataItem.objects.exists()


def test_the_statement_itself_asks_the_database_for_the_time(policy: PolicyVersion) -> None:
    """A run that says it may delete up to a moment to come deletes nothing."""
    people_long_inactive(1)
    begun = begin()
    ahead = clock.now() + 3653 * DAY
    RetentionRun.objects.filter(pk=begun.pk).update(as_of=ahead)
    value(person())
    assert retention.continue_run(run_id=begun.pk, now=ahead, longest=None)
    assert DataItem.objects.count() == 1


def test_an_hour_back_changes_nothing(policy: PolicyVersion) -> None:
    people_long_inactive(1)
    one = clock.midnight(clock.local_date(clock.now()) + DAY) + timedelta(hours=1)
    RetentionTick.objects.create(pk=1, last_at=one)
    for moment in (one, one - timedelta(hours=1), one):
        retention.run_due(now=moment)
    assert RetentionTick.objects.get().last_at == one
    assert RetentionRun.objects.count() == 1


def test_the_night_begins_once_a_day_after_one(policy: PolicyVersion) -> None:
    people_long_inactive(1)
    tomorrow = clock.local_date(clock.now()) + DAY
    midnight = clock.midnight(tomorrow)
    RetentionTick.objects.create(pk=1, last_at=midnight)
    retention.run_due(now=midnight + timedelta(minutes=30))
    assert not RetentionRun.objects.exists()
    for minutes in (70, 75, 60, 23 * 60):
        retention.run_due(now=midnight + timedelta(minutes=minutes))
    assert [found.day for found in RetentionRun.objects.all()] == [tomorrow]
    retention.run_due(now=midnight + DAY + timedelta(minutes=70))
    assert [found.day for found in RetentionRun.objects.order_by("day")] == [tomorrow, tomorrow + DAY]


def test_two_beats_at_once_begin_one_run_and_delete_once(policy: PolicyVersion) -> None:
    people_long_inactive(15)
    night = clock.local_date(clock.now()) + DAY
    now = clock.midnight(night) + timedelta(hours=2)
    RetentionTick.objects.create(pk=1, last_at=now - timedelta(minutes=5))
    gone: list[int] = []

    def beat() -> None:
        try:
            gone.append(retention.run_due(now=now))
        finally:
            connections.close_all()

    beats = [threading.Thread(target=beat) for _ in range(3)]
    for one in beats:
        one.start()
    for one in beats:
        one.join()
    assert RetentionRun.objects.count() == 1
    assert sum(gone) == 15 and not DataItem.objects.exists()
    assert AuditEntry.objects.filter(event="item.erased").count() == 15


def test_a_stopped_run_is_entered_with_its_reasons(policy: PolicyVersion) -> None:
    people_long_inactive(20)
    stopped = run()
    entries = AuditEntry.objects.filter(target=f"retention:{stopped.pk}").order_by("id")
    assert [entry.event for entry in entries] == ["retention.begun", "retention.stopped"]
    assert entries[1].details["reasons"] == ["SHARE"]
    assert FuseStop.objects.get().is_open

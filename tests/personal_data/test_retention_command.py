"""What goes and why, as the command shows it, and a run by hand."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from core import clock
from core.clock import local_date
from personal_data.enums import DisposalKind
from personal_data.models import DataItem, RetentionRun
from personal_data.retention_dates import plus_period
from personal_data.retention_rules import last_start, triggers_of
from personal_data.services import disposing
from personal_data.services.retention import preview
from policies import selectors as policies
from policies.models import PolicyVersion
from tests.harness.people import Role
from tests.personal_data.retention_steps import person, purpose, run, value

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

DAY = timedelta(days=1)
THREE_YEARS = timedelta(days=3 * 366)


@pytest.fixture(autouse=True)
def _no_rest(settings: object) -> None:
    settings.PORTAL_RETENTION_PAUSE = 0.0  # type: ignore[attr-defined]


def asked(*words: str) -> dict[str, object]:
    out = StringIO()
    with suppress(SystemExit):
        call_command("retention", *words, "--json", stdout=out)
    found: dict[str, object] = json.loads(out.getvalue())
    return found


def test_a_dry_run_tells_by_rule_with_masked_samples_and_deletes_nothing(policy: PolicyVersion) -> None:
    value(person(ago=THREE_YEARS), "phone", "0903 123 456")
    kept = person(ago=THREE_YEARS)
    value(kept)
    purpose(kept, "marketing", live=True)
    days = asked("--dry-run")["days"]
    line, whole = days["0"]  # type: ignore[index]
    assert (whole["rule"], whole["people"], whole["items"]) == ("whole-person", 1, 0), "of whom nothing is left then"
    assert line["rule"] == "inactivity" and line["target"] == "personal_data.dataitem"
    assert (line["people"], line["items"], line["held_back"]) == (1, 1, {"purpose": 1})
    (sample,) = line["samples"]
    assert sample and "123" not in sample
    assert DataItem.objects.count() == 2 and not RetentionRun.objects.exists()


def test_seven_and_thirty_days_look_ahead(policy: PolicyVersion) -> None:
    pack = policies.document(policy)
    inactivity = pack.retention_rule("inactivity")
    assert inactivity is not None
    today = clock.local_date(clock.now())
    for ahead in (5, 20, 40):
        subject = person(ago=(today - last_start(inactivity, today + ahead * DAY)))
        value(subject)
    counts = [sum(line.items for line in preview(now=clock.now(), horizon_days=days)) for days in (0, 7, 30)]
    assert counts == [0, 1, 2]


def test_by_hand_it_runs_to_its_end(policy: PolicyVersion) -> None:
    value(person(ago=THREE_YEARS))
    report = asked()
    assert report["ok"] and report["items"] == 1 and report["people"] == 1
    assert not DataItem.objects.exists()


def test_stopped_it_fails_and_says_why(policy: PolicyVersion) -> None:
    for _ in range(20):
        value(person(ago=THREE_YEARS))
    report = asked()
    assert not report["ok"] and report["state"] == "STOPPED"
    assert [stop["reason"] for stop in report["stops"]] == ["SHARE"]  # type: ignore[attr-defined]
    assert asked()["state"] == "STOPPED" and RetentionRun.objects.count() == 1


@pytest.mark.parametrize("language", ["vi", "en"])
def test_in_words(policy: PolicyVersion, language: str) -> None:
    value(person(ago=THREE_YEARS))
    out = StringIO()
    call_command("retention", "--dry-run", "--language", language, stdout=out)
    assert "inactivity" in out.getvalue() and len(out.getvalue().splitlines()) >= 4


def test_what_people_decided_is_called_as_at_the_desk(policy: PolicyVersion) -> None:
    value(person(ago=DAY))
    row = disposing.propose(
        kind=DisposalKind.ORDERED,
        fields=["phone"],
        ground="12/2026",
        goes_on=local_date(clock.now()),
        by=Role("dpo"),
        now=clock.now(),
    )
    disposing.approve(disposal_id=row.pk, seen_digest=bytes(row.digest), by=Role("administrator", 3), now=clock.now())
    out = StringIO()
    call_command("retention", "--dry-run", "--language", "en", stdout=out)
    assert f"Decided deletion {row.pk} · " in out.getvalue() and "disposal:" not in out.getvalue()


def test_the_last_day_from_which_a_period_is_over(policy: PolicyVersion) -> None:
    """The inverse of adding the period, on every day of some years, the ends of months too."""
    rules = [trigger.period for trigger in triggers_of(policies.document(policy)) if trigger.period]
    mixed = [replace(rules[0], years=None, months=months, days=days) for months in (1, 6) for days in (31, 60, 169)]
    for rule in [*rules, *mixed]:
        for number in range(1200):
            today = date(2023, 12, 1) + number * DAY
            start = last_start(rule, today)
            assert plus_period(start, rule) <= today < plus_period(start + DAY, rule) or not rule.has_period


def test_two_runs_in_a_row_find_nothing_twice(policy: PolicyVersion) -> None:
    value(person(ago=THREE_YEARS))
    assert [run().items_gone, run().items_gone] == [1, 0]

"""Decided deletions: selected by one, approved by another who sees the effect anew, carried out by the engine."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEntry
from core.actors import SYSTEM
from core.clock import local_date, midnight
from personal_data.enums import DisposalKind, DisposalState, HoldGround, RunKind
from personal_data.errors_holds import DisposalDecided, EffectChanged, NotClear
from personal_data.errors_retention import DecidingRefused, RetentionRefused
from personal_data.models import DataItem, DataSubject, Disposal, PurposeState
from personal_data.services import disposing, holding, holds
from personal_data.services.purposes import end_for_everybody
from personal_data.services.retention import begin_run, continue_run
from personal_data.services.subjects import create_subject
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.harness.people import Role
from tests.personal_data.erasure_cases import PERSON, fill

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
OFFICER, OTHER, ADMINISTRATOR = Role("dpo", 1), Role("dpo", 2), Role("administrator", 3)


@pytest.fixture
def policy(transactional_db: None, now: datetime) -> PolicyVersion:
    """ACROS, whose one trigger is an order of its management (AC-7)."""
    return publish(slug="acros", by=SYSTEM, now=now, demo=True).version


def order(now: datetime, **wanted: Any) -> Disposal:
    right = {
        "kind": DisposalKind.ORDERED,
        "fields": ["phone"],
        "ground": "Quyết định 5/2026",
        "goes_on": local_date(now),
        "by": OFFICER,
        "now": now,
    }
    return disposing.propose(**{**right, **wanted})


def approved(row: Disposal, now: datetime, by: Role = OTHER) -> Disposal:
    return disposing.approve(disposal_id=row.pk, seen_digest=bytes(row.digest), by=by, now=now)


def carried_out(now: datetime) -> None:
    run = begin_run(kind=RunKind.BY_HAND, by=OFFICER, now=now)
    assert continue_run(run_id=run.pk, now=now, longest=None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "WISH"}, "kind"),
        ({"ground": " "}, "ground"),
        ({"fields": []}, "fields"),
        ({"fields": ["no-such"]}, "fields"),
        ({"goes_on": None}, "goes_on"),
        ({"subject_ref": uuid4()}, "subject_ref"),
        ({"kind": DisposalKind.PURPOSE, "purpose": "commercial"}, "purpose"),
        ({"kind": DisposalKind.PURPOSE, "purpose": "no-such"}, "purpose"),
    ],
)
def test_what_is_not_clear_is_refused_with_the_reason(
    policy: PolicyVersion, now: datetime, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(NotClear) as refused:
        order(now, **wrong)
    assert refused.value.field == field and not Disposal.objects.exists()


def test_a_day_gone_by_or_far_ahead_is_refused(policy: PolicyVersion, now: datetime) -> None:
    today = local_date(now)
    for wrong in (
        {"goes_on": today - timedelta(days=1)},
        {"goes_on": today + timedelta(days=367)},
        {"held_before": today + timedelta(days=2)},
    ):
        with pytest.raises(NotClear):
            order(now, **wrong)


def test_one_prepares_and_another_approves(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    for role in ("agent", "auditor", "administrator"):
        with pytest.raises(RetentionRefused):
            order(now, by=Role(role))
    row = order(now)
    assert (row.people, row.items, row.held_back) == (1, 1, {})
    for by in (OFFICER, Role("agent", 4), Role("auditor", 5)):
        with pytest.raises(DecidingRefused):
            approved(row, now, by=by)
    assert approved(row, now, by=ADMINISTRATOR).state == DisposalState.APPROVED
    assert approved(row, now, by=ADMINISTRATOR).state == DisposalState.APPROVED, "pressed twice"
    with pytest.raises(DisposalDecided):
        approved(row, now)
    recorded = AuditEntry.objects.filter(target=f"disposal:{row.pk}").order_by("id").values_list("event", flat=True)
    assert list(recorded) == ["disposal.proposed", "disposal.approved"]


def test_the_database_refuses_one_person_alone(subject: DataSubject, now: datetime) -> None:
    row = order(now)
    for decided_by in ("", row.proposed_by):
        with pytest.raises(IntegrityError), transaction.atomic():
            disposing.record(event="test.tried", target=f"disposal:{row.pk}", by=SYSTEM, now=now)
            Disposal.objects.filter(pk=row.pk).update(state=DisposalState.APPROVED, decided_by=decided_by)


def test_an_effect_that_changed_has_to_be_looked_at_again(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    row = order(now)
    another = create_subject(by=SYSTEM, now=now, language="vi")
    holding.write_item(subject_id=another.pk, field="phone", value="0987000111", by=PERSON, now=now)
    with pytest.raises(EffectChanged):
        approved(row, now)
    row.refresh_from_db()
    assert row.state == DisposalState.PROPOSED and row.people == 1
    seen = disposing.digest_of(row, disposing.effect_of(row, now=now))
    assert disposing.approve(disposal_id=row.pk, seen_digest=seen, by=OTHER, now=now).people == 2


def test_nothing_is_proposed_but_what_was_seen(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    with pytest.raises(EffectChanged):
        order(now, seen_digest=b"something else")
    row, effect = disposing.selected(
        kind="ORDERED", fields=["phone"], ground="Quyết định 5/2026", goes_on=local_date(now), now=now
    )
    assert not Disposal.objects.exists() and effect.items == 1, "the dry run keeps nothing"
    assert order(now, seen_digest=bytes(row.digest)).items == 1


def test_the_engine_carries_out_what_was_approved_on_its_day(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    row = order(now, goes_on=local_date(now) + timedelta(days=1))
    carried_out(now)
    approved(row, now)
    carried_out(now)
    assert DataItem.objects.filter(field="phone").exists(), "neither before it was approved nor before its day"
    today = order(now)
    approved(today, now)
    carried_out(now)
    assert set(DataItem.objects.values_list("field", flat=True)) == {"full-name"}
    today.refresh_from_db()
    assert (today.state, today.gone) == ("DONE", 1)


def test_a_declined_one_deletes_nothing(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    own, others = order(now), order(now)
    disposing.decline(disposal_id=own.pk, by=OFFICER, now=now)
    with pytest.raises(DecidingRefused):
        disposing.decline(disposal_id=others.pk, by=Role("agent", 9), now=now)
    disposing.decline(disposal_id=others.pk, by=ADMINISTRATOR, now=now)
    with pytest.raises(DisposalDecided):
        approved(others, now)
    carried_out(now)
    assert DataItem.objects.count() == 2


def test_what_is_held_or_came_later_stays(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    hold = holds.place(
        subject_ref=subject.pk,
        ground=HoldGround.DISPUTE,
        clause="12/2026",
        review_on=local_date(now) + timedelta(days=9),
        by=OFFICER,
        now=now,
    )
    row = approved(order(now), now)
    assert (row.people, row.items, row.held_back) == (0, 0, {"hold": 1})
    later = create_subject(by=SYSTEM, now=now, language="vi")
    in_two_days = now + timedelta(days=2)
    holding.write_item(subject_id=later.pk, field="phone", value="0987000111", by=PERSON, now=in_two_days)
    carried_out(now)
    assert DataItem.objects.filter(field="phone").count() == 2
    row.refresh_from_db()
    assert row.state == DisposalState.APPROVED, "it is not over while something of it is held back"
    holds.release(hold_id=hold.pk, by=OFFICER, now=now)
    carried_out(now)
    assert list(DataItem.objects.filter(field="phone").values_list("subject_id", flat=True)) == [later.pk]


def test_data_of_one_person_no_longer_needed_goes_alone(subject: DataSubject, now: datetime) -> None:
    other = create_subject(by=SYSTEM, now=now, language="vi")
    for one in (subject, other):
        holding.write_item(subject_id=one.pk, field="phone", value="0912345678", by=PERSON, now=now)
    approved(order(now, kind=DisposalKind.NOT_NEEDED, subject_ref=subject.pk), now)
    carried_out(now)
    assert list(DataItem.objects.values_list("subject_id", flat=True)) == [other.pk]


def test_a_purpose_two_people_end_ends_for_everybody(subject: DataSubject, now: datetime) -> None:
    people = [subject, *(create_subject(by=SYSTEM, now=now - timedelta(seconds=1), language="vi") for _ in range(3))]
    row = order(now, kind=DisposalKind.PURPOSE, purpose="care", fields=[])
    assert (row.people, row.items, row.fields) == (4, 0, [])
    later = now + timedelta(minutes=1)
    assert end_for_everybody(now=later) == 0, "one person alone ends nothing"
    approved(row, later)
    assert end_for_everybody(now=later) == 4 and end_for_everybody(now=later) == 0
    ended = PurposeState.objects.filter(purpose="care", live=False).values_list("subject_id", flat=True)
    assert set(ended) == {one.pk for one in people}
    row.refresh_from_db()
    assert row.state == DisposalState.DONE
    entries = AuditEntry.objects.filter(event="purpose.ended")
    assert {entry.subject_ref for entry in entries} == {one.pk for one in people} and entries.count() == 4
    assert all(entry.details == {"purpose": "care", "disposal": row.pk} for entry in entries)


def test_a_purpose_ended_for_one_person_goes_on_for_the_others(subject: DataSubject, now: datetime) -> None:
    create_subject(by=SYSTEM, now=now - timedelta(seconds=1), language="vi")
    row = order(now, kind=DisposalKind.PURPOSE, purpose="care", fields=[], subject_ref=subject.pk)
    assert row.people == 1
    later = now + timedelta(minutes=1)
    approved(row, later)
    assert end_for_everybody(now=later) == 1
    row.refresh_from_db()
    assert row.state == DisposalState.DONE
    assert PurposeState.objects.get(purpose="care").subject_id == subject.pk


def test_a_purpose_ends_on_the_day_that_was_named(subject: DataSubject, now: datetime) -> None:
    goes_on = local_date(now) + timedelta(days=3)
    row = order(now, kind=DisposalKind.PURPOSE, purpose="care", fields=[], goes_on=goes_on)
    approved(row, now + timedelta(minutes=1))
    assert end_for_everybody(now=now + timedelta(days=1)) == 0
    assert end_for_everybody(now=midnight(goes_on)) == 1
    assert PurposeState.objects.get(purpose="care").since == midnight(goes_on)

"""Limits of use, orders to recipients, and corrections that keep what was before."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from audit.services.recording import record
from consent.answers import Answer
from consent.models import LedgerEntry
from consent.services.asking import questions
from consent.services.following import follow_up_all
from consent.services.granting import record_answers, withdraw
from core.actors import SYSTEM
from core.clock import local_date, midnight
from core.encryption import unseal
from core.rules import request_terms
from personal_data import keys
from personal_data.enums import LimitKind, Order
from personal_data.errors import (
    LiftedBySame,
    LiftingRefused,
    LiftNotAsked,
    LimitNotOwn,
    OrderConfirmed,
    OrderingRefused,
    Restricted,
    UseStopped,
)
from personal_data.models import DataItem, DataSubject, PurposeState, RecipientTask, UseLimit, ValueHistory
from personal_data.selectors_limits import is_restricted, limits_of, orders_on
from personal_data.services import correcting, erasing, holding, limiting, ordering
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.harness.people import Role
from tests.personal_data.erasure_cases import NAME, PERSON, events, fill
from tests.personal_data.uses import may_use

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
OFFICER, OTHER, AGENT = Role("dpo", 1), Role("dpo", 2), Role("agent", 3)
BASIS = "request:41"


@pytest.fixture
def policy(transactional_db: None, now: datetime) -> PolicyVersion:
    """ACROS: values and files."""
    return publish(slug="acros", by=SYSTEM, now=now, demo=True).version


def limit(subject: DataSubject, now: datetime, purpose: str = "", kind: LimitKind = LimitKind.RESTRICTION) -> UseLimit:
    return limiting.set_limit(subject_id=subject.pk, kind=kind, purpose=purpose, basis=BASIS, by=SYSTEM, now=now)


def test_a_limit_is_set_once_and_stops_its_purpose(subject: DataSubject, now: datetime) -> None:
    one, two = limit(subject, now, "commercial"), limit(subject, now, "commercial")
    assert one.pk == two.pk and events(subject).count("limit.set") == 1
    assert not may_use(subject.pk, "commercial") and may_use(subject.pk, "orders") and not is_restricted(subject.pk)
    limit(subject, now)
    assert is_restricted(subject.pk) and not may_use(subject.pk, "orders") and len(limits_of(subject.pk)) == 2


def test_what_it_rests_on_ends_it(subject: DataSubject, now: datetime) -> None:
    limit(subject, now, "commercial", LimitKind.OBJECTION)
    limit(subject, now, "statistics", LimitKind.OBJECTION)
    ended = limiting.end_limits(subject_id=subject.pk, basis=BASIS, purposes=["statistics"], by=SYSTEM, now=now)
    assert ended == 1 and may_use(subject.pk, "statistics") and not may_use(subject.pk, "commercial")
    assert limiting.end_limits(subject_id=subject.pk, basis=BASIS, by=SYSTEM, now=now) == 1
    assert limiting.end_limits(subject_id=subject.pk, basis=BASIS, by=SYSTEM, now=now) == 0
    assert limit(subject, now, "statistics", LimitKind.OBJECTION).ended_at is None, "it can be set again"


def test_staff_lift_a_limit_only_by_two(subject: DataSubject, now: datetime) -> None:
    row = limit(subject, now)
    with pytest.raises(LiftingRefused):
        limiting.ask_to_lift(limit_id=row.pk, words="x", by=AGENT, now=now)
    with pytest.raises(LiftNotAsked):
        limiting.second_lift(limit_id=row.pk, by=OTHER, now=now)
    limiting.ask_to_lift(limit_id=row.pk, words="Người đó yêu cầu qua điện thoại", by=OFFICER, now=now)
    with pytest.raises(LiftedBySame):
        limiting.second_lift(limit_id=row.pk, by=OFFICER, now=now)
    with pytest.raises(LiftingRefused):
        limiting.second_lift(limit_id=row.pk, by=Role("auditor", 4), now=now)
    assert is_restricted(subject.pk)
    limiting.drop_lift(limit_id=row.pk, by=AGENT, now=now)
    with pytest.raises(LiftNotAsked):
        limiting.second_lift(limit_id=row.pk, by=AGENT, now=now)
    limiting.ask_to_lift(limit_id=row.pk, words="x", by=OFFICER, now=now)
    limiting.second_lift(limit_id=row.pk, by=AGENT, now=now)
    assert not is_restricted(subject.pk)
    with pytest.raises(LiftNotAsked):
        limiting.ask_to_lift(limit_id=row.pk, words="x", by=OFFICER, now=now)


def test_a_person_ends_the_own_restriction_alone_and_nothing_else(subject: DataSubject, now: datetime) -> None:
    person, stranger = Role("person", 7), Role("person", 8)
    person.subject_id, stranger.subject_id = subject.pk, uuid4()  # type: ignore[attr-defined]
    row, objection = limit(subject, now), limit(subject, now, "commercial", LimitKind.OBJECTION)
    limiting.ask_to_lift(limit_id=row.pk, words="x", by=OFFICER, now=now)
    for wrong, by in ((row, stranger), (row, AGENT), (objection, person)):
        with pytest.raises(LimitNotOwn):
            limiting.end_own(limit_id=wrong.pk, by=by, now=now)
    limiting.end_own(limit_id=row.pk, by=person, now=now)
    assert not is_restricted(subject.pk) and [one.pk for one in limits_of(subject.pk)] == [objection.pk]
    assert events(subject)[-1] == "limit.ended"
    with pytest.raises(LiftNotAsked):
        limiting.end_own(limit_id=row.pk, by=person, now=now)


def give_stop(subject: DataSubject, now: datetime) -> list[RecipientTask]:
    """Recipients ordered to stop two uses, because of the request that limits them."""
    fill(subject, now, pictures=0)
    return ordering.give_orders(
        subject_id=subject.pk,
        order=Order.STOP,
        fields=(),
        purposes=["orders", "care"],
        basis=BASIS,
        by=SYSTEM,
        now=now,
    )


def told_of_the_end() -> list[tuple[str, list[str]]]:
    tasks = RecipientTask.objects.filter(order=Order.ENDED)
    return sorted((task.recipient, sorted(task.purposes)) for task in tasks)


def concerned(stopped: list[RecipientTask], *, but: str = "") -> list[tuple[str, list[str]]]:
    """Who stopped what, without one use."""
    found = [(task.recipient, sorted(set(task.purposes) - {but})) for task in stopped]
    return sorted(pair for pair in found if pair[1])


def test_who_was_told_to_stop_is_told_that_the_person_ended_it(subject: DataSubject, now: datetime) -> None:
    stopped, row, person = give_stop(subject, now), limit(subject, now), Role("person", 7)
    person.subject_id = subject.pk  # type: ignore[attr-defined]
    limiting.end_own(limit_id=row.pk, by=person, now=now)
    assert stopped and told_of_the_end() == concerned(stopped)
    for task in RecipientTask.objects.filter(order=Order.ENDED):
        assert task.basis == f"limit:{row.pk}" and task.due_at == ordering.due_moment(now=now, before=None)
        ordering.confirm(task_id=task.pk, words="", by=OFFICER, now=now)
    assert set(orders_on(BASIS)) == set(RecipientTask.objects.all())


def test_each_end_is_told_and_only_its_own_use(subject: DataSubject, now: datetime) -> None:
    stopped, care = give_stop(subject, now), limit(subject, now, "care")
    limit(subject, now, "orders")
    limiting.ask_to_lift(limit_id=care.pk, words="x", by=OFFICER, now=now)
    limiting.second_lift(limit_id=care.pk, by=AGENT, now=now)
    assert told_of_the_end() == concerned(stopped, but="orders")
    limiting.end_limits(subject_id=subject.pk, basis=BASIS, by=SYSTEM, now=now)
    assert told_of_the_end() == sorted([*concerned(stopped, but="orders"), *concerned(stopped, but="care")])


def test_of_what_stays_stopped_nobody_is_told(subject: DataSubject, now: datetime) -> None:
    """By another limit, or because the consent or contract is over."""
    stopped, other = give_stop(subject, now), {"kind": LimitKind.OBJECTION, "purpose": "care", "basis": "request:42"}
    limit(subject, now)
    limiting.set_limit(subject_id=subject.pk, by=SYSTEM, now=now, **other)  # type: ignore[arg-type]
    limiting.end_limits(subject_id=subject.pk, basis=BASIS, by=SYSTEM, now=now)
    assert told_of_the_end() == concerned(stopped, but="care")
    with transaction.atomic():
        record(event="test.done", target=f"subject:{subject.pk}", by=SYSTEM, now=now)
        PurposeState.objects.create(subject=subject, purpose="orders", live=False, since=now)
    limit(subject, now, "orders")
    assert limiting.end_limits(subject_id=subject.pk, basis=BASIS, by=SYSTEM, now=now) == 1
    assert told_of_the_end() == concerned(stopped, but="care")


def test_who_was_told_nothing_hears_of_no_end(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    limit(subject, now)
    limiting.end_limits(subject_id=subject.pk, basis=BASIS, by=SYSTEM, now=now)
    assert not RecipientTask.objects.exists()


def test_the_limit_of_a_deletion_is_not_lifted_apart(subject: DataSubject, now: datetime) -> None:
    row = limit(subject, now, kind=LimitKind.COOLING_OFF)
    with pytest.raises(LiftingRefused):
        limiting.ask_to_lift(limit_id=row.pk, words="x", by=OFFICER, now=now)


def test_the_database_refuses_the_same_person_twice(subject: DataSubject, now: datetime) -> None:
    row = limit(subject, now)
    limiting.ask_to_lift(limit_id=row.pk, words="x", by=OFFICER, now=now)
    for change in ({"lift_seconded_by": "user:1", "ended_at": now}, {"ended_at": now}):
        with pytest.raises(IntegrityError), transaction.atomic():
            record(event="test.tried", target=f"subject:{subject.pk}", by=SYSTEM, now=now)
            UseLimit.objects.filter(pk=row.pk).update(**change)


def test_nobody_lifts_a_limit_on_themselves(subject: DataSubject, now: datetime) -> None:
    own = Role("dpo", 5)
    own.subject_id = subject.pk  # type: ignore[attr-defined]
    row = limit(subject, now)
    with pytest.raises(LiftingRefused):
        limiting.ask_to_lift(limit_id=row.pk, words="x", by=own, now=now)


def test_restricted_values_are_read_by_the_officer_and_for_no_stopped_purpose(
    subject: DataSubject, now: datetime
) -> None:
    fill(subject, now, pictures=0)
    item = DataItem.objects.get(field="full-name")

    def look(by: Role) -> str:
        return holding.reveal(item_id=item.pk, purpose="orders", reason="Giao hàng", by=by, now=now)

    assert look(OFFICER) == NAME
    row = limit(subject, now)
    assert look(OFFICER) == NAME, "the officer may look while everything is restricted"
    with pytest.raises(Restricted):
        holding.reveal(item_id=item.pk, purpose="orders", reason="x", by=Role("auditor"), now=now)
    limit(subject, now, "orders")
    with pytest.raises(UseStopped):
        look(OFFICER)
    assert events(subject)[-1] == "item.read_refused" and row.pk


def test_a_consent_given_while_limited_is_recorded_and_waits(
    subject: DataSubject, policy: PolicyVersion, now: datetime
) -> None:
    asked = questions(policy, "vi")[0]
    limit(subject, now, asked.key.purpose, LimitKind.OBJECTION)
    agree(subject, policy, now)
    assert LedgerEntry.objects.filter(purpose=asked.key.purpose, reply="GRANTED").exists()
    assert not may_use(subject.pk, asked.key.purpose)
    limiting.end_limits(subject_id=subject.pk, basis=BASIS, by=SYSTEM, now=now)
    assert may_use(subject.pk, asked.key.purpose)


def agree(subject: DataSubject, policy: PolicyVersion, now: datetime) -> None:
    record_answers(
        subject_id=subject.pk,
        answers=[Answer(key=one.key, granted=True) for one in questions(policy, "vi")],
        version=policy,
        language="vi",
        evidence={"browser": "Firefox"},
        by=PERSON,
        now=now,
    )


def order(subject: DataSubject, now: datetime, **how: object) -> list[RecipientTask]:
    said = {"order": Order.DELETE, "fields": ["phone"], "purposes": (), "basis": BASIS, "by": SYSTEM, "now": now}
    return ordering.give_orders(subject_id=subject.pk, **(said | how))  # type: ignore[arg-type]


def test_every_holder_but_staff_and_authorities_gets_one_task(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    given = order(subject, now)
    assert [task.recipient for task in given] == ["carrier", "payment", "warranty-partner"]
    assert {task.pk for task in order(subject, now)} == {task.pk for task in given}
    assert events(subject).count("recipient.ordered") == 3
    days = request_terms(on=local_date(now)).recipient_days
    assert {task.due_at for task in given} == {midnight(local_date(now) + timedelta(days=days + 1))}


def test_recipients_are_done_a_day_before_the_limit(now: datetime) -> None:
    limit_at = midnight(local_date(now) + timedelta(days=4))
    assert ordering.due_moment(now=now, before=limit_at) == limit_at - timedelta(days=1)
    assert ordering.due_moment(now=now, before=now) == midnight(local_date(now) + timedelta(days=1))


def test_purposes_lead_to_their_recipients_who_hold_something(subject: DataSubject, now: datetime) -> None:
    def holders(**how: object) -> list[str]:
        found = ordering.holders_of(subject_id=subject.pk, fields=(), at=now, **how)  # type: ignore[arg-type]
        return [recipient.code for recipient in found]

    assert holders(purposes=["care"]) == [], "nothing is held"
    fill(subject, now, pictures=0)
    assert holders(purposes=["care"]) == ["warranty-partner"]
    assert holders(purposes=["orders"]) == ["carrier", "payment"]
    assert holders(purposes=["orders"], classes=["payment"]) == ["payment"]


def test_a_confirmation_is_recorded_once_and_by_staff(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    task = order(subject, now)[0]
    with pytest.raises(OrderingRefused):
        ordering.confirm(task_id=task.pk, words="", by=Role("auditor"), now=now)
    ordering.note_told(task_id=task.pk, by=AGENT, now=now)
    ordering.confirm(task_id=task.pk, words="Đã xóa, thư ngày 3", by=AGENT, now=now)
    task.refresh_from_db()
    assert (task.told_at, task.confirmed_at, task.confirmed_by) == (now, now, "user:3")
    with pytest.raises(OrderConfirmed):
        ordering.confirm(task_id=task.pk, words="", by=AGENT, now=now)


def test_who_is_late_is_told_once(subject: DataSubject, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(ordering, "_told_late", [lambda tasks, now: told.append(len(tasks))])
    fill(subject, now, pictures=0)
    tasks = order(subject, now)
    ordering.confirm(task_id=tasks[0].pk, words="", by=AGENT, now=now)
    due = tasks[0].due_at
    assert ordering.sweep_late(now=due - timedelta(minutes=1)) == 0
    assert ordering.sweep_late(now=due) == 2 and ordering.sweep_late(now=due + timedelta(days=1)) == 0
    assert told == [2] and events(subject).count("recipient.late") == 2


def test_a_withdrawal_in_the_account_reaches_the_recipients(
    subject: DataSubject, policy: PolicyVersion, now: datetime
) -> None:
    fill(subject, now, pictures=0)
    agree(subject, policy, now)
    follow_up_all(now=now)
    assert not RecipientTask.objects.exists()
    shared = next(one.key for one in questions(policy, "vi") if one.key.recipient_class)
    entry = withdraw(subject_id=subject.pk, key=shared, evidence={"browser": "Firefox"}, by=PERSON, now=now)
    follow_up_all(now=now)
    task = RecipientTask.objects.get()
    assert (task.order, task.basis, task.purposes) == ("STOP", f"consent:{entry}", [shared.purpose])


def test_deleting_a_value_in_the_account_reaches_the_recipients(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    holding.erase_items(subject_id=subject.pk, fields=["phone"], by=PERSON, now=now)
    assert {(task.recipient, task.order) for task in RecipientTask.objects.all()} == {
        ("carrier", "DELETE"),
        ("payment", "DELETE"),
        ("warranty-partner", "DELETE"),
    }


def test_a_correction_keeps_the_value_before_it(subject: DataSubject, now: datetime) -> None:
    fill(subject, now, pictures=0)
    later = now + timedelta(hours=1)

    def correct(value: str) -> None:
        correcting.correct_item(subject_id=subject.pk, field="phone", value=value, basis=BASIS, by=SYSTEM, now=later)

    correct("0987654321")
    correct("0987654321")
    row = ValueHistory.objects.get()
    clear = unseal(keys.data_key(subject.pk), row.sealed_value, context=correcting.history_context(row)).decode()
    assert (clear, row.held_since, row.replaced_at, row.basis) == ("+84912345678", now, later, BASIS)
    assert events(subject).count("item.corrected") == 1
    holding.erase_items(subject_id=subject.pk, fields=["phone"], by=PERSON, now=later)
    assert not ValueHistory.objects.exists() and DataItem.objects.count() == 1, "it goes with the value"


def test_what_is_deleted_on_a_page_goes_by_a_plan_before_the_answer(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    assert holding.erase_items(subject_id=subject.pk, fields=["phone", "payment-image"], by=PERSON, now=now) == 3
    from personal_data.models import ErasureRun

    run = ErasureRun.objects.get()
    assert (run.scope, run.state, run.basis) == ("CHOSEN", "DONE", "")
    assert events(subject).count("item.erased") == 1 and events(subject).count("file.erased") == 2
    assert erasing.run_due_erasures(now=now) == 0

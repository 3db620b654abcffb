"""Carrying a decision out: each kind to its end, step by step, once, whatever breaks off in between."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cases.errors import RoleRefused
from consent.selectors import in_force
from consent.services.asking import questions
from core.actors import SYSTEM
from core.clock import local_date
from dsr_requests.enums import FulfilmentError, FulfilmentKind, Outcome, RequestKind, Verdict
from dsr_requests.errors import NothingToResume
from dsr_requests.models import FulfilmentStep, Request, Snapshot
from dsr_requests.services import fulfilling, fulfilment_ways
from dsr_requests.services.snapshots import kept_of
from dsr_requests.wishes import Wish
from outbound.models import OutboxMessage
from personal_data import keys
from personal_data.enums import HoldGround, StepState
from personal_data.errors import KeyDestroyed, Restricted
from personal_data.models import DataItem, DataSubject, ErasureRun, Package, RecipientTask, UseLimit, ValueHistory
from personal_data.services.erasing import cancel_erasure, run_due_erasures
from personal_data.services.holds import place, release
from policies.models import PolicyVersion
from tests.cases.fixtures import queued
from tests.dsr_requests import steps
from tests.dsr_requests.carrying import (
    COOLED,
    NAME,
    PHONE,
    all_of_it,
    decided,
    in_a_thread,
    recorded,
    run,
    run_of,
    states,
    to_the_end,
    undone,
)
from tests.personal_data.uses import may_use

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
Staff = Callable[..., User]


@pytest.fixture
def asked(member: User, agent: User, dpo: User, now: datetime) -> Callable[..., Request]:
    """`asked(wish)`: a member's request, decided and in effect."""
    steps.hold(member, now=now, full_name=NAME, phone=PHONE)

    def make(wish: Wish, **how: object) -> Request:
        return decided(member, wish, by=agent, second_by=dpo, now=now, **how)  # type: ignore[arg-type]

    return make


def test_deleting_everything_waits_cools_off_erases_tells_recipients_and_closes(
    asked: Callable[..., Request], member: User, dpo: User, now: datetime
) -> None:
    request = asked(all_of_it(RequestKind.DELETE))
    assert undone(request)[0] == "SNAPSHOT" and not ErasureRun.objects.exists()
    assert not run(request, now=now)
    found = run_of(request)
    assert (found.state, found.starts_at) == ("COOLING", now + timedelta(hours=24))
    assert DataItem.objects.count() == 2 and not may_use(member.subject_id, "service")
    assert kept_of(request).address == steps.MEMBER_ADDRESS
    assert "request-erasure-begins" in [mail.notice for mail in queued()]
    assert run_due_erasures(now=now + timedelta(hours=23)) == 0
    assert run_due_erasures(now=now + COOLED) == 1
    assert DataSubject.objects.get(pk=member.subject_id).state == "ERASED"
    assert not run(request, now=now + COOLED), "recipients have not confirmed"
    assert undone(request) == ["CONFIRMED", "FINISH"] and steps.fresh(request).status == "FULFILLING"
    done = to_the_end(request, by=dpo, now=now)
    assert (done.status, done.outcome) == ("CLOSED", Outcome.FULFILLED)
    assert undone(request) == [] and Snapshot.objects.get().sealed is None
    last = [mail for mail in queued() if mail.notice in ("request-done", "data-erased")]
    assert {(mail.notice, mail.to) for mail in last} == {
        ("request-done", steps.MEMBER_ADDRESS),
        ("data-erased", steps.MEMBER_ADDRESS),
    }
    assert all("/certificate/" in mail.body for mail in last)
    assert not OutboxMessage.objects.filter(subject_id=member.subject_id).exists()
    with pytest.raises(KeyDestroyed):
        keys.data_key(member.subject_id)
    assert not [line for line in found.plan.lines.all() if line.left and line.fate in ("DELETE", "BLANK")]
    assert [(line.target, line.difference) for line in found.plan.lines.exclude(difference="")] == []


def test_a_deletion_called_off_goes_back_to_the_examination_and_can_be_decided_again(
    asked: Callable[..., Request], agent: User, dpo: User, member: User, now: datetime
) -> None:
    request = asked(all_of_it(RequestKind.DELETE))
    run(request, now=now)
    cancel_erasure(run_id=run_of(request).pk, by=member, now=now)
    assert not run(request, now=now)
    again = steps.fresh(request)
    assert again.status == "INVESTIGATING" and not again.decisions.filter(dropped_at=None).exists()
    assert Snapshot.objects.get().sealed is None and undone(request) == []
    assert DataItem.objects.count() == 2 and may_use(member.subject_id, "service")
    later = now + timedelta(hours=1)
    steps.approve(steps.judge(request, Verdict.ACCEPT, by=agent, now=later), by=dpo, now=later)
    done = to_the_end(request, by=dpo, now=later)
    assert done.outcome == Outcome.FULFILLED
    assert sorted(ErasureRun.objects.values_list("state", flat=True)) == ["CANCELLED", "DONE"]


def test_deleting_some_fields_leaves_the_others_and_the_person(
    asked: Callable[..., Request], member: User, dpo: User, now: datetime
) -> None:
    request = asked(Wish(RequestKind.DELETE, fields=("phone",)))
    done = to_the_end(request, by=dpo, now=now)
    assert done.outcome == Outcome.FULFILLED
    assert [item.field for item in DataItem.objects.all()] == ["full-name"]
    assert DataSubject.objects.get(pk=member.subject_id).is_active


def test_a_legal_hold_lets_the_deletion_wait_and_its_release_lets_it_go_on(
    asked: Callable[..., Request], member: User, dpo: User, now: datetime
) -> None:
    request = asked(Wish(RequestKind.DELETE, fields=("phone",)))
    hold = place(
        subject_ref=member.subject_id,
        ground=HoldGround.DISPUTE,
        clause="12/2026",
        review_on=local_date(now) + timedelta(days=30),
        by=dpo,
        now=now,
    )
    done = to_the_end(request, by=dpo, now=now)
    assert done.status == "FULFILLING" and DataItem.objects.filter(field="phone").exists()
    release(hold_id=hold.pk, by=dpo, now=now)
    assert to_the_end(request, by=dpo, now=now).status == "CLOSED"
    assert not DataItem.objects.filter(field="phone").exists()


def test_a_correction_keeps_the_value_before_it_and_is_done_once(
    asked: Callable[..., Request], member: User, dpo: User, now: datetime
) -> None:
    request = asked(Wish(RequestKind.CORRECT, values={"phone": "0987654321"}))
    done = to_the_end(request, by=dpo, now=now)
    assert done.outcome == Outcome.FULFILLED and done.corrections.get().state == "APPLIED"
    old = ValueHistory.objects.get()
    assert (old.field, old.basis, old.held_since) == ("phone", request.target, now)
    told = RecipientTask.objects.filter(basis=request.target)
    assert {task.order for task in told} <= {"CORRECT"}


def test_a_restriction_stops_the_purpose_and_orders_recipients(
    asked: Callable[..., Request], member: User, dpo: User, now: datetime
) -> None:
    request = asked(Wish(RequestKind.RESTRICT, purposes=("marketing",)))
    run(request, now=now)
    limit = UseLimit.objects.get(kind="RESTRICTION")
    assert (limit.purpose, limit.basis) == ("marketing", request.target)
    assert not may_use(member.subject_id, "marketing") and may_use(member.subject_id, "service")
    for task in RecipientTask.objects.all():
        assert now < task.due_at < request.limit_at
    assert to_the_end(request, by=dpo, now=now).outcome == Outcome.FULFILLED
    assert UseLimit.objects.get(kind="RESTRICTION").ended_at is None, "it stands until it is lifted"


def test_a_withdrawal_ends_the_consents_by_itself(
    policy_in_force: PolicyVersion, member: User, dpo: User, now: datetime
) -> None:
    from consent.answers import Answer
    from consent.services.granting import record_answers

    record_answers(
        subject_id=member.subject_id,
        answers=[Answer(key=one.key, granted=True) for one in questions(policy_in_force, "en")],
        version=policy_in_force,
        language="en",
        evidence={"browser": "Firefox"},
        by=member,
        now=now,
    )
    before = in_force(member.subject_id, now)
    assert before
    request = steps.by_member(member, all_of_it(RequestKind.WITHDRAW), now=now, proved=True)
    assert steps.fresh(request).status == "FULFILLING"
    done = to_the_end(request, by=dpo, now=now)
    assert done.outcome == Outcome.FULFILLED and not in_force(member.subject_id, now)
    assert recorded(request)[:1] == ["WITHDRAW " + request.steps.first().target]


def test_a_copy_is_done_when_it_is_ready(member: User, now: datetime) -> None:
    request = steps.by_member(member, Wish(RequestKind.COPY), now=now, proved=True)
    assert not run(request, now=now)
    assert Package.objects.get().state == "WAITING" and undone(request) == ["PACKAGE", "FINISH"]
    fulfilling_before = recorded(request)
    assert not run(request, now=now) and recorded(request) == fulfilling_before, "waiting writes nothing"


def test_what_was_partly_refused_ends_partly_done(asked: Callable[..., Request], dpo: User, now: datetime) -> None:
    wish = Wish(RequestKind.DELETE, fields=("phone", "full-name"))
    request = asked(wish, verdict=Verdict.PART, refused_fields=("full-name",))
    assert to_the_end(request, by=dpo, now=now).outcome == Outcome.PARTLY_FULFILLED


def test_a_protection_has_no_step_but_its_end(asked: Callable[..., Request], now: datetime) -> None:
    request = asked(Wish(RequestKind.PROTECT))
    assert run(request, now=now) and recorded(request) == ["FINISH"]
    assert not run(request, now=now)


class Broken(Exception):
    """Stands for whatever breaks a step off."""


@pytest.mark.parametrize("kind", ["SNAPSHOT", "ERASE", "ORDER", "CONFIRMED", "FINISH"])
def test_broken_off_in_any_step_it_is_repeated_and_nothing_is_done_twice(
    asked: Callable[..., Request], dpo: User, now: datetime, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step did its work and the worker broke off before the commit."""
    request = asked(all_of_it(RequestKind.DELETE))
    way, left = fulfilment_ways._WAYS[FulfilmentKind(kind)], iter([1])

    def breaks(work: fulfilment_ways.Work) -> fulfilment_ways.Done | None:
        done = way(work)
        if next(left, None):
            raise Broken("0912345678")
        return done

    monkeypatch.setitem(fulfilment_ways._WAYS, FulfilmentKind(kind), breaks)
    at = now
    for _round in range(4):
        to_the_end(request, by=dpo, now=at)
        at += COOLED
    done = steps.fresh(request)
    assert next(left, None) is None, "it did break off"
    assert (done.status, done.outcome) == ("CLOSED", Outcome.FULFILLED)
    told = recorded(request)
    assert len(told) == len(set(told)) == request.steps.count()
    assert ErasureRun.objects.count() == 1 and RecipientTask.objects.count() == len(
        {task.recipient for task in RecipientTask.objects.all()}
    )
    assert [mail.notice for mail in queued()].count("request-done") == 1
    failed = recorded(request, "step_failed")
    assert failed == [next(one for one in told if one.startswith(kind))]


def test_two_workers_on_one_request_do_each_step_once(asked: Callable[..., Request], dpo: User, now: datetime) -> None:
    request = asked(all_of_it(RequestKind.DELETE))

    def at_once(at: datetime) -> None:
        workers = [threading.Thread(target=in_a_thread(lambda: run(request, now=at))) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    at_once(now)
    run_due_erasures(now=now + COOLED)
    at_once(now + COOLED)
    to_the_end(request, by=dpo, now=now)
    told = recorded(request)
    assert len(told) == len(set(told)) == request.steps.count()
    assert ErasureRun.objects.count() == 1
    assert recorded(request, "step_failed") == []


def test_failing_too_often_it_waits_for_the_officer(
    asked: Callable[..., Request], agent: User, dpo: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked(Wish(RequestKind.DELETE, fields=("phone",)))

    def broken(work: object) -> None:
        raise OSError("disk")

    with monkeypatch.context() as patch:
        patch.setitem(fulfilment_ways._WAYS, FulfilmentKind.ERASE, broken)
        at = now
        for pause in fulfilling.PAUSES:
            run(request, now=at)
            step = request.steps.get(kind="ERASE")
            assert (step.state, step.error, step.next_try_at) == (StepState.FAILED, FulfilmentError.DISK, at + pause)
            assert not run(request, now=at), "not before its time"
            at += pause
        run(request, now=at)
    assert request.steps.get(kind="ERASE").state == StepState.STUCK
    assert not run(request, now=at + timedelta(days=3)) and DataItem.objects.count() == 2
    with pytest.raises(fulfilling.StuckRequests):
        fulfilling.check_none_stuck(now=at)
    with pytest.raises(RoleRefused):
        fulfilling.resume(request_id=request.pk, by=agent, now=at)
    fulfilling.resume(request_id=request.pk, by=dpo, now=at)
    with pytest.raises(NothingToResume):
        fulfilling.resume(request_id=request.pk, by=dpo, now=at)
    fulfilling.check_none_stuck(now=at)
    assert to_the_end(request, by=dpo, now=at).outcome == Outcome.FULFILLED


def test_a_step_changes_only_with_an_entry(asked: Callable[..., Request]) -> None:
    asked(Wish(RequestKind.PROTECT))
    with pytest.raises(DatabaseError), transaction.atomic():
        FulfilmentStep.objects.update(count=7)


def test_a_person_erased_meanwhile_ends_what_was_left_of_a_request(
    asked: Callable[..., Request], member: User, dpo: User, now: datetime
) -> None:
    from personal_data.services.erasing import begin_erasure

    request = asked(Wish(RequestKind.RESTRICT, purposes=("marketing",)))
    begin_erasure(subject_id=member.subject_id, address="", by=SYSTEM, now=now)
    run_due_erasures(now=now)
    done = to_the_end(request, by=dpo, now=now)
    assert (done.status, done.outcome) == ("CLOSED", Outcome.PARTLY_FULFILLED)
    assert dict(states(request))["LIMIT"] == "DONE" and request.steps.get(kind="LIMIT").result == "gone"


def test_the_snapshot_is_sealed_and_holds_what_recipients_need(
    asked: Callable[..., Request], staff: Staff, now: datetime
) -> None:
    from cases.errors import NotYours
    from dsr_requests.services.snapshots import read_identifiers

    request = asked(all_of_it(RequestKind.DELETE))
    run(request, now=now)
    sealed = Snapshot.objects.get().sealed
    assert (
        sealed is not None
        and PHONE.encode() not in bytes(sealed)
        and steps.MEMBER_ADDRESS.encode() not in bytes(sealed)
    )
    with pytest.raises(Restricted):  # until the deletion begins the officer alone reads them
        read_identifiers(request_id=request.pk, reason="x", by=request.assignee, now=now)
    run_due_erasures(now=now + COOLED)
    found = read_identifiers(request_id=request.pk, reason="Báo cho bên vận chuyển", by=request.assignee, now=now)
    assert found.get("phone") == PHONE or not RecipientTask.objects.exists()
    with pytest.raises((NotYours, RoleRefused)):
        read_identifiers(request_id=request.pk, reason="x", by=staff("agent", "khac"), now=now)


def test_staff_are_shown_by_what_recipients_know_the_person(
    asked: Callable[..., Request], now: datetime, client: Client
) -> None:
    """In the answer to one POST with its reason; the page itself never holds it."""
    request = asked(all_of_it(RequestKind.DELETE))
    run(request, now=now)
    run_due_erasures(now=now + COOLED)
    assert kept_of(request).identifiers
    client.force_login(request.assignee)
    page = reverse("admin:dsr_requests_request_change", args=[request.pk])
    show = reverse("admin:dsr_requests_request_named", args=[request.pk])
    assert "recipient-names" in client.get(page).content.decode()
    assert client.post(show, {"reason": ""}).status_code == 422
    answer = client.post(show, {"reason": "Báo cho bên vận chuyển"})
    assert answer.status_code == 200 and NAME in answer.content.decode()
    assert NAME not in client.get(page).content.decode()

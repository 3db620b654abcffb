"""The person takes a request back while nothing was done that cannot be undone."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.models import User
from cases.enums import CaseStatus, ContactKind, IntakeChannel
from cases.errors import CaseClosed, NotSender
from cases.services.assigning import take
from cases.services.filing import Sender
from cases.services.messaging import write_as_staff
from cases.services.recording import note
from core.actors import GUEST, SYSTEM
from dsr_requests.enums import FulfilmentKind, Outcome, RequestEvent, RequestKind, Verdict
from dsr_requests.errors import TooLateToTakeBack
from dsr_requests.models import FulfilmentStep, Request
from dsr_requests.services.fulfilling import run_request
from dsr_requests.services.withdrawing import take_back
from personal_data.enums import ErasureState, StepState, SubjectState
from personal_data.models import DataSubject, ErasureRun, UseLimit
from personal_data.services.erasing import run_due_erasures
from policies.models import PolicyVersion
from tests.cases.fixtures import mails_of
from tests.dsr_requests.steps import WISHES, approve, by_guest, by_member, by_staff, fresh, hold, judge, refused

HOUR = timedelta(hours=1)


def deletion(member: User, agent: User, dpo: User, *, now: datetime) -> Request:
    """A deletion of everything, decided by two."""
    case = by_member(member, WISHES[RequestKind.DELETE], now=now, proved=True)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    approve(judge(case, Verdict.ACCEPT, by=agent, now=now), by=dpo, now=now)
    return fresh(case)


def test_a_request_is_taken_back_once(member: User, agent: User, now: datetime) -> None:
    case = by_member(member, WISHES[RequestKind.OBJECT], now=now, proved=True)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    for _ in range(2):
        take_back(request_id=case.pk, by=member, now=now)
    ended = fresh(case)
    assert (ended.status, ended.outcome) == (CaseStatus.WITHDRAWN, Outcome.TAKEN_BACK)
    assert len(mails_of("request-withdrawn")) == len(mails_of("staff-case-withdrawn")) == 1
    assert not UseLimit.objects.filter(basis=case.target, ended_at__isnull=True).exists()


def test_it_is_taken_back_in_every_open_state(
    policy_in_force: PolicyVersion, member: User, agent: User, now: datetime
) -> None:
    sender = Sender(address="0901 234 567", language="vi", contact_kind=ContactKind.PHONE)
    said = by_staff(WISHES[RequestKind.PROTECT], by=agent, now=now, sender=sender, channel=IntakeChannel.PHONE)
    waiting = by_guest(WISHES[RequestKind.PROTECT], now=now)
    take(kind="request", case_id=waiting.pk, by=agent, now=now)
    write_as_staff(
        kind="request", case_id=waiting.pk, text="?", form_token=uuid4(), awaits_answer=True, by=agent, now=now
    )
    running = by_member(member, WISHES[RequestKind.COPY], now=now, proved=True)
    states = []
    for case in (said, waiting, running):
        states.append(fresh(case).status)
        assert take_back(request_id=case.pk, by=member if case == running else GUEST, now=now).settled_at == now
    assert states == [CaseStatus.RECEIVED, CaseStatus.WAITING, CaseStatus.FULFILLING]


def test_only_its_sender_takes_it_back(member: User, agent: User, now: datetime) -> None:
    case = by_member(member, WISHES[RequestKind.PROTECT], now=now)
    with pytest.raises(NotSender):
        take_back(request_id=case.pk, by=agent, now=now)


def test_what_is_over_is_not_taken_back(member: User, agent: User, dpo: User, now: datetime) -> None:
    case = refused(by_member(member, WISHES[RequestKind.PROTECT], now=now), by=agent, second_by=dpo, now=now)
    with pytest.raises(CaseClosed):
        take_back(request_id=case.pk, by=member, now=now)


def test_a_decision_that_waited_counts_no_more(member: User, agent: User, now: datetime) -> None:
    case = by_member(member, WISHES[RequestKind.DELETE], now=now, proved=True)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    judge(case, Verdict.ACCEPT, by=agent, now=now)
    take_back(request_id=case.pk, by=member, now=now)
    assert fresh(case).decisions.get().dropped_at == now


def test_a_deletion_is_called_off_while_it_can_be(member: User, agent: User, dpo: User, now: datetime) -> None:
    hold(member, now=now, full_name="Trần Thị Lan")
    case = deletion(member, agent, dpo, now=now)
    run_request(request_id=case.pk, now=now)
    assert ErasureRun.objects.get().state == ErasureState.COOLING
    take_back(request_id=case.pk, by=member, now=now + HOUR)
    assert ErasureRun.objects.get().state == ErasureState.CANCELLED
    assert not UseLimit.objects.filter(ended_at__isnull=True).exists()
    run_request(request_id=case.pk, now=now + 30 * HOUR)
    run_due_erasures(now=now + 30 * HOUR)
    assert DataSubject.objects.get(pk=member.subject_id).state == SubjectState.ACTIVE
    assert fresh(case).status == CaseStatus.WITHDRAWN


@pytest.mark.parametrize(
    "kind", [FulfilmentKind.WITHDRAW, FulfilmentKind.CORRECT, FulfilmentKind.ORDER, FulfilmentKind.ERASE]
)
def test_what_was_done_and_cannot_be_undone_stays_done(kind: FulfilmentKind, member: User, now: datetime) -> None:
    case = fresh(by_member(member, WISHES[RequestKind.WITHDRAW], now=now, proved=True))
    with transaction.atomic():
        FulfilmentStep.objects.create(case=case, position=90, kind=kind, state=StepState.DONE, done_at=now)
        note(case, RequestEvent.STEP_DONE, by=SYSTEM, now=now)
    with pytest.raises(TooLateToTakeBack):
        take_back(request_id=case.pk, by=member, now=now)
    assert fresh(case).is_open


def test_a_deletion_that_has_begun_is_not_taken_back(member: User, agent: User, dpo: User, now: datetime) -> None:
    hold(member, now=now, full_name="Trần Thị Lan")
    case = deletion(member, agent, dpo, now=now)
    run_request(request_id=case.pk, now=now)
    begins = ErasureRun.objects.get().starts_at
    assert begins is not None
    run_due_erasures(now=begins)
    assert ErasureRun.objects.get().state != ErasureState.COOLING
    with pytest.raises(TooLateToTakeBack):
        take_back(request_id=case.pk, by=GUEST, now=begins)

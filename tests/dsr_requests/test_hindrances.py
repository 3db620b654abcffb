"""What keeps a request from taking effect: a paused address, a contact just changed, a mandate, a policy long past."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connections

from accounts.models import User
from cases.enums import CaseStatus
from cases.services.assigning import take
from core.errors import NotAllowed
from dsr_requests.enums import PauseReason, RequestKind, Verdict
from dsr_requests.errors import Frozen, HeldBack, MandateOver, NothingToSecond
from dsr_requests.models import Decision, Representative, Request
from dsr_requests.services.identifying import identify_member
from dsr_requests.services.pausing import pause
from dsr_requests.services.seconding import second
from dsr_requests.wishes import Wish
from tests.cases.fixtures import write_directly
from tests.dsr_requests.steps import WISHES, approve, by_guest, by_member, fresh, hold, identify, judge
from tests.dsr_requests.test_filing import MANDATE

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def taken(member: User, agent: User, now: datetime) -> Callable[[Wish], Request]:
    def make(wish: Wish) -> Request:
        case = by_member(member, wish, now=now, proved=True)
        take(kind="request", case_id=case.pk, by=agent, now=now)
        return fresh(case)

    return make


def test_nothing_takes_effect_while_the_address_is_paused(
    taken: Callable[[Wish], Request], agent: User, dpo: User, now: datetime
) -> None:
    case = taken(WISHES[RequestKind.DELETE])
    waiting = judge(case, Verdict.ACCEPT, by=agent, now=now)
    pause(reason=PauseReason.ODD, request_id=case.pk, by=dpo, now=now)
    with pytest.raises(HeldBack):
        approve(waiting, by=dpo, now=now)
    with pytest.raises(HeldBack):
        judge(case, Verdict.ACCEPT, by=agent, now=now)
    held = fresh(case)
    assert held.is_open and held.limit_at == case.limit_at and not held.steps.exists()
    assert judge(case, Verdict.REFUSE, by=agent, now=now).needs_second


@pytest.mark.parametrize("kind", [RequestKind.VIEW, RequestKind.COPY, RequestKind.WITHDRAW])
def test_nothing_is_decided_by_itself_while_the_address_is_paused(
    kind: RequestKind, member: User, dpo: User, now: datetime
) -> None:
    first = by_member(member, WISHES[RequestKind.PROTECT], now=now)
    pause(reason=PauseReason.FRAUD, request_id=first.pk, by=dpo, now=now)
    case = by_member(member, WISHES[kind], now=now, proved=True)
    assert fresh(case).is_identified and not fresh(case).decisions.exists()


@pytest.mark.parametrize("kind", [RequestKind.COPY, RequestKind.DELETE])
def test_a_contact_changed_lately_keeps_data_where_it_is(
    kind: RequestKind, member: User, agent: User, dpo: User, now: datetime
) -> None:
    hold(member, now=now, phone="0901 234 567")
    hold(member, now=now + MINUTE, phone="0901 234 568")
    case = by_member(member, WISHES[kind], now=now + HOUR, proved=True)
    assert fresh(case).status == CaseStatus.ACKNOWLEDGED
    take(kind="request", case_id=case.pk, by=agent, now=now + HOUR)
    with pytest.raises(Frozen):
        judge(case, Verdict.ACCEPT, by=agent, now=now + HOUR)
    assert judge(case, Verdict.ACCEPT, by=agent, now=now + 4 * DAY).verdict == Verdict.ACCEPT


def test_a_contact_changed_lately_does_not_hinder_what_hands_nothing_out(
    taken: Callable[[Wish], Request], member: User, agent: User, now: datetime
) -> None:
    hold(member, now=now, phone="0901 234 567")
    hold(member, now=now + MINUTE, phone="0901 234 568")
    accepted = judge(taken(WISHES[RequestKind.RESTRICT]), Verdict.ACCEPT, by=agent, now=now + HOUR)
    assert accepted.effective_at == now + HOUR


def test_somebody_else_never_gets_what_decides_itself(member: User, agent: User, dpo: User, now: datetime) -> None:
    case = identify(by_guest(Wish(RequestKind.COPY, mandate=MANDATE), now=now), member, now=now)
    assert case.is_identified and not case.decisions.exists()
    Representative.objects.get(case=case)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    later = datetime(2027, 2, 2, tzinfo=now.tzinfo)
    with pytest.raises(MandateOver):
        judge(case, Verdict.ACCEPT, by=agent, now=later)


def test_a_consent_of_a_policy_long_past_is_looked_at_by_staff(member: User, now: datetime) -> None:
    case = by_member(member, WISHES[RequestKind.WITHDRAW], now=now)
    write_directly(case, everything=False, consents=["newsletter//"])
    identify_member(request_id=case.pk, by=member, now=now)
    assert fresh(case).is_identified and not fresh(case).decisions.exists()


def test_of_two_who_approve_at_once_one_does(
    taken: Callable[[Wish], Request], agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    decision = judge(taken(WISHES[RequestKind.PROTECT]), Verdict.REFUSE, by=agent, now=now)
    ready = Barrier(2)

    def run(by: User) -> str:
        try:
            ready.wait(timeout=10)
            second(decision_id=decision.pk, seen_digest=bytes(decision.digest), by=by, now=now)
        except NotAllowed as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(run, (other_agent, dpo)))
    assert answers[1] == "done" and answers[0] in (NothingToSecond.code, "case-closed")
    found = Decision.objects.get()
    assert isinstance(found.seconded_by_id, UUID) and found.effective_at == now

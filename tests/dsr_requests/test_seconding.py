"""The second person: what needs one, who may be one, and that what is approved is what runs."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from cases.enums import CaseStatus
from cases.errors import OwnCase, ReasonMissing, RoleRefused
from cases.services.assigning import take
from dsr_requests.enums import Ground, RequestKind, Verdict
from dsr_requests.errors import (
    NothingToSecond,
    PlanChanged,
    SameTwice,
)
from dsr_requests.models import Decision, Request
from dsr_requests.selectors import waiting_for_second
from dsr_requests.services.seconding import drop, second
from dsr_requests.wishes import Wish
from policies.models import PolicyVersion
from tests.cases.fixtures import mails_of
from tests.dsr_requests.steps import (
    WISHES,
    approve,
    by_guest,
    by_member,
    fresh,
    hold,
    identify,
    judge,
)

LATER = timedelta(minutes=1)


@pytest.fixture
def taken(member: User, agent: User, now: datetime) -> Callable[..., Request]:
    """A member's request, proved and in the hands of an agent."""

    def make(wish: Wish, **changes: Any) -> Request:
        case = by_member(member, wish, now=now, proved=True, **changes)
        if fresh(case).is_open:
            take(kind="request", case_id=case.pk, by=agent, now=now)
        return fresh(case)

    return make


@pytest.mark.parametrize(
    ("wish", "verdict", "changes", "two"),
    [
        (WISHES[RequestKind.DELETE], Verdict.ACCEPT, {}, True),
        (Wish(RequestKind.DELETE, fields=("email", "phone")), Verdict.ACCEPT, {}, False),
        (Wish(RequestKind.DELETE, fields=("email", "phone")), Verdict.PART, {"refused_fields": ["email"]}, True),
        (WISHES[RequestKind.RESTRICT], Verdict.ACCEPT, {}, False),
        (WISHES[RequestKind.OBJECT], Verdict.REFUSE, {}, True),
        (WISHES[RequestKind.PROTECT], Verdict.REFUSE, {}, True),
    ],
)
def test_what_needs_a_second_person_waits_for_one(
    wish: Wish,
    verdict: Verdict,
    changes: dict[str, Any],
    two: bool,
    taken: Callable[..., Request],
    agent: User,
    dpo: User,
    now: datetime,
) -> None:
    case = taken(wish)
    decision = judge(case, verdict, by=agent, now=now, **changes)
    assert decision.needs_second == two == decision.awaits_second
    assert (decision.effective_at is None) == two and bool(mails_of("staff-request-second")) == two
    if two:
        assert fresh(case).status == CaseStatus.ACKNOWLEDGED and not mails_of("request-decided")
        approve(decision, by=dpo, now=now + LATER)
        ended = fresh(case)
        assert ended.status == (CaseStatus.CLOSED if verdict == Verdict.REFUSE else CaseStatus.FULFILLING)


def test_the_second_is_another_person(
    taken: Callable[..., Request], agent: User, other_agent: User, staff: Callable[..., User], now: datetime
) -> None:
    decision = judge(taken(WISHES[RequestKind.DELETE]), Verdict.ACCEPT, by=agent, now=now)
    with pytest.raises(SameTwice):
        approve(decision, by=agent, now=now)
    for role in ("auditor", "administrator"):
        with pytest.raises(RoleRefused):
            approve(decision, by=staff(role), now=now)
    assert not list(waiting_for_second(by=agent)) and list(waiting_for_second(by=other_agent)) == [decision]
    approved = approve(decision, by=other_agent, now=now)
    assert approve(decision, by=other_agent, now=now).seconded_at == approved.seconded_at == now
    assert not list(waiting_for_second(by=other_agent))


def test_the_second_is_nobody_the_request_concerns(
    agent: User, dpo: User, policy_in_force: PolicyVersion, now: datetime
) -> None:
    about = identify(by_guest(WISHES[RequestKind.DELETE], now=now), dpo, now=now)
    take(kind="request", case_id=about.pk, by=agent, now=now)
    decision = judge(about, Verdict.ACCEPT, by=agent, now=now)
    with pytest.raises(OwnCase):
        approve(decision, by=dpo, now=now)
    assert not list(waiting_for_second(by=dpo))


def test_the_database_refuses_the_same_person_twice(taken: Callable[..., Request], agent: User, now: datetime) -> None:
    decision = judge(taken(WISHES[RequestKind.DELETE]), Verdict.ACCEPT, by=agent, now=now)
    for change in (
        "seconded_by_id = decided_by_id, seconded_at = now()",
        "effective_at = now()",
        "seconded_at = now()",
        "needs_second = false, ground = 'R3'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE dsr_requests_decision SET {change} WHERE id = %s", [decision.pk])


def test_the_second_approves_what_was_seen(
    taken: Callable[..., Request], member: User, agent: User, dpo: User, now: datetime
) -> None:
    hold(member, now=now, full_name="Trần Thị Lan")
    decision = judge(taken(WISHES[RequestKind.DELETE]), Verdict.ACCEPT, by=agent, now=now)
    with pytest.raises(PlanChanged):
        second(decision_id=decision.pk, seen_digest=b"\0" * 32, by=dpo, now=now)
    hold(member, now=now, phone="0901 234 567")
    with pytest.raises(PlanChanged):
        approve(decision, by=dpo, now=now)
    assert Decision.objects.get().awaits_second


def test_a_declined_decision_stays_on_record_and_another_can_follow(
    taken: Callable[..., Request], agent: User, dpo: User, now: datetime
) -> None:
    case = taken(WISHES[RequestKind.DELETE])
    decision = judge(case, Verdict.ACCEPT, by=agent, now=now)
    with pytest.raises(ReasonMissing):
        drop(decision_id=decision.pk, words=" ", by=dpo, now=now)
    drop(decision_id=decision.pk, words="Hợp đồng còn chạy.", by=dpo, now=now)
    assert mails_of("staff-request-declined")[0].to == "an@example.org"
    with pytest.raises(NothingToSecond):
        approve(decision, by=dpo, now=now)
    again = judge(case, Verdict.REFUSE, by=agent, now=now + LATER, ground=Ground.MUST_KEEP)
    assert [row.dropped_at is None for row in case.decisions.all()] == [False, True]
    assert not fresh(case).decisions.filter(pk=again.pk, effective_at__isnull=False).exists()


def test_a_new_decision_overtakes_one_that_waited(taken: Callable[..., Request], agent: User, now: datetime) -> None:
    case = taken(WISHES[RequestKind.DELETE])
    first = judge(case, Verdict.ACCEPT, by=agent, now=now)
    judge(case, Verdict.REFUSE, by=agent, now=now + LATER)
    assert Decision.objects.get(pk=first.pk).dropped_at == now + LATER

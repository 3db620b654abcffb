"""What moves the dates of a request, when it may, and that marks go on while it is carried out."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils.translation import override

from accounts.models import User
from cases import sealing
from cases.clock import rule_of
from cases.enums import CaseStatus, MarkCode
from cases.errors import CaseClosed, NotYours
from cases.explaining import last_day
from cases.selectors import staff_timeline, timeline
from cases.services.assigning import take
from cases.services.reminding import sweep_marks
from core.deadlines import ClockEventKind
from core.rules import period_rule
from dsr_requests.enums import ExtensionReason, RequestEvent, RequestKind, Verdict
from dsr_requests.errors import (
    DaysImpossible,
    ExtendedAlready,
    FirstDatePassed,
    NoProcessorPeriod,
    ProcessorSet,
    WordsMissing,
)
from dsr_requests.models import Request
from dsr_requests.phrases import FOR_PERSON, FOR_STAFF, LOOKS
from dsr_requests.selectors import shown
from dsr_requests.services.extending import extend, set_processor
from dsr_requests.services.withdrawing import take_back
from tests.cases.fixtures import mails_of
from tests.dsr_requests.steps import WISHES, by_member, fresh, judge
from tests.harness.clock import MONDAY

WHY = "Hai đơn vị gửi tin phải kiểm tra danh sách của họ."
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def case(frozen_clock: time_machine.Traveller, member: User, agent: User) -> Request:
    """An objection of a member, in the hands of an agent, received on a Monday in March."""
    found = by_member(member, WISHES[RequestKind.RESTRICT], now=MONDAY, proved=True)
    take(kind="request", case_id=found.pk, by=agent, now=MONDAY)
    return fresh(found)


def longer(case: Request, *, by: User, now: datetime, days: int = 7, words: str = WHY) -> Request:
    return extend(request_id=case.pk, days=days, reason=ExtensionReason.RECIPIENTS, words=words, by=by, now=now)


def test_an_extension_moves_both_dates_and_is_told_with_its_reason(case: Request, agent: User) -> None:
    before = last_day(case.target_at)
    after = longer(case, by=agent, now=MONDAY)
    assert (last_day(fresh(after).target_at) - before).days == 7
    (mail,) = mails_of("request-extended")
    assert "Recipients of the data have to act as well" in mail.body and WHY not in mail.body
    assert case.reference not in mail.subject and "Article 5.2" in mail.body
    key = sealing.evidence_key(case.subject_id)
    assert sealing.message_text(case.messages.get(), key=key) == WHY
    assert "extended by 7 days" in shown_in_english(after) and "Recipients of the data" in shown_in_english(after)


def shown_in_english(case: Request) -> str:
    with override("en"):
        return shown(fresh(case)).target_why


def test_it_is_extended_once(case: Request, agent: User) -> None:
    longer(case, by=agent, now=MONDAY)
    moved = fresh(case).target_at
    longer(case, by=agent, now=MONDAY + INSTANT)
    assert fresh(case).target_at == moved and len(mails_of("request-extended")) == 1
    with pytest.raises(ExtendedAlready):
        longer(case, by=agent, now=MONDAY, days=3)


@pytest.mark.parametrize("kind", RequestKind)
def test_an_extension_is_as_long_as_the_law_allows_for_the_kind(
    kind: RequestKind, frozen_clock: time_machine.Traveller, member: User, agent: User, dpo: User
) -> None:
    found = fresh(by_member(member, WISHES[kind], now=MONDAY))
    most = period_rule(kind, on=MONDAY.date()).extension_days
    for days in (0, most + 1):
        with pytest.raises(DaysImpossible):
            longer(found, by=dpo, now=MONDAY, days=days)
    longer(found, by=dpo, now=MONDAY, days=most)
    assert (last_day(fresh(found).target_at) - last_day(found.target_at)).days == most


def test_its_reason_is_told_before_the_first_date_passes(case: Request, agent: User) -> None:
    with pytest.raises(FirstDatePassed):
        longer(case, by=agent, now=case.target_at)
    assert fresh(case).target_at == case.target_at
    longer(case, by=agent, now=case.target_at - INSTANT)
    assert fresh(case).target_at > case.target_at


def test_an_extension_needs_words_and_the_colleague_who_has_it(case: Request, agent: User, other_agent: User) -> None:
    with pytest.raises(WordsMissing):
        longer(case, by=agent, now=MONDAY, words=" ")
    with pytest.raises(NotYours):
        longer(case, by=other_agent, now=MONDAY)
    assert not case.clock_events.exists()


def test_nothing_is_extended_once_it_is_over(case: Request, agent: User, member: User) -> None:
    take_back(request_id=case.pk, by=member, now=MONDAY)
    with pytest.raises(CaseClosed):
        longer(case, by=agent, now=MONDAY)


def test_another_company_that_has_to_act_gives_the_longer_period(case: Request, agent: User) -> None:
    received = last_day(case.received_at)
    set_processor(request_id=case.pk, by=agent, now=MONDAY)
    assert (last_day(fresh(case).target_at) - received).days == rule_of(case).processor == 20
    assert len(mails_of("request-processor")) == 1
    with pytest.raises(ProcessorSet):
        set_processor(request_id=case.pk, by=agent, now=MONDAY)
    longer(case, by=agent, now=MONDAY, days=15)
    assert (last_day(fresh(case).target_at) - received).days == 35
    assert {event.kind for event in case.clock_events.all()} == {ClockEventKind.PROCESSOR, ClockEventKind.EXTENSION}


def test_a_kind_without_a_processor_period_keeps_its_dates(member: User, dpo: User, now: datetime) -> None:
    found = by_member(member, WISHES[RequestKind.PROTECT], now=now)
    with pytest.raises(NoProcessorPeriod):
        set_processor(request_id=found.pk, by=dpo, now=now)


def test_marks_go_on_while_it_is_carried_out(case: Request, agent: User) -> None:
    judge(case, Verdict.ACCEPT, by=agent, now=MONDAY)
    running = fresh(case)
    assert running.status == CaseStatus.FULFILLING and running.next_mark
    done = sweep_marks(now=running.limit_at)
    assert done[MarkCode.LIMIT_PASSED] == 1 and done[MarkCode.ONE_LEFT] >= 1


def test_every_event_of_a_request_has_words() -> None:
    events = {value for name, value in vars(RequestEvent).items() if name.isupper()}
    assert events == set(FOR_STAFF) and set(FOR_PERSON) <= events and set(LOOKS) <= events


def test_the_timeline_tells_why_the_dates_moved(case: Request, agent: User) -> None:
    longer(case, by=agent, now=MONDAY)
    told = "\n".join(event.text for event in timeline(fresh(case), now=MONDAY))
    assert "24/3/2026" in told.replace("03", "3") and "17/3/2026" in told.replace("03", "3")
    assert len([event for event in staff_timeline(fresh(case)) if event.text]) >= 2

"""Nobody established who asks: a reminder, a second chance, and a refusal with its reason; never a silent end."""

from datetime import datetime
from uuid import uuid4

from django.utils.translation import override

from accounts.models import User
from cases import sealing
from cases.enums import CaseStatus, MarkCode
from cases.services.messaging import write_as_staff
from cases.services.reminding import sweep_marks
from core.actors import GUEST
from dsr_requests.enums import DemandReason, Ground, Outcome, RequestKind, Verdict
from dsr_requests.models import Request
from dsr_requests.sealing import words_of
from dsr_requests.selectors_identity import running_check
from dsr_requests.services.demanding import ask_evidence, give_evidence
from dsr_requests.services.ending_unidentified import refuse_unidentified
from policies.models import PolicyVersion
from tests.cases.fixtures import MEMBER_ADDRESS, mails_of
from tests.dsr_requests.asking import (
    DAY,
    HELD_ADDRESS,
    HOUR,
    MINUTE,
    STRANGER,
    answer,
    ask,
    begin,
    evidence_file,
    fresh,
    identity_codes,
    open_to_sender,
    person_held,
    taken,
)
from tests.dsr_requests.steps import WISHES, by_staff


def sweep(request: Request, *, until: datetime) -> Request:
    """Set off everything due, mark by mark."""
    while sweep_marks(now=until):
        pass
    return fresh(request)


def test_acknowledged_at_once_reminded_after_a_day(policy_in_force: PolicyVersion, now: datetime) -> None:
    request = ask(now=now)
    assert request.acknowledged_at == now and mails_of("request-received")[0].to == STRANGER
    sweep(request, until=now + 24 * HOUR - MINUTE)
    assert mails_of("identity-reminder") == []
    sweep(request, until=now + 24 * HOUR)
    sweep(request, until=now + 30 * HOUR)
    (mail,) = mails_of("identity-reminder")
    assert mail.to == STRANGER and "not confirmed yet" in mail.body
    assert request.marks.filter(code=MarkCode.ADDRESS_REMINDER).count() == 1


def test_who_proved_the_address_alone_is_told_what_is_missing(policy_in_force: PolicyVersion, now: datetime) -> None:
    request = open_to_sender(ask(now=now), now=now)
    sweep(request, until=now + 24 * HOUR)
    (mail,) = mails_of("identity-reminder")
    assert "Please show us by" in mail.body and "not confirmed" not in mail.body


def test_a_member_who_did_not_sign_in_again_is_reminded_too(member: User, now: datetime) -> None:
    request = ask(now=now, address=MEMBER_ADDRESS, subject_id=member.subject_id, by=member)
    sweep(request, until=now + 24 * HOUR)
    assert mails_of("identity-reminder")[0].to == MEMBER_ADDRESS


def test_after_the_reminder_there_is_a_second_chance(policy_in_force: PolicyVersion, now: datetime) -> None:
    person = person_held(now=now)
    request = open_to_sender(ask(now=now), now=now)
    begin(request, HELD_ADDRESS, now=now)
    sweep(request, until=now + 24 * HOUR)
    check = begin(request, HELD_ADDRESS, now=now + 25 * HOUR)
    answer(request, check, identity_codes()[-1][1], now=now + 25 * HOUR)
    request = sweep(request, until=now + 8 * DAY)
    assert request.about_id == person.pk and request.outcome != Outcome.REFUSED


def test_after_seven_days_it_is_refused_with_its_reason(policy_in_force: PolicyVersion, now: datetime) -> None:
    request = open_to_sender(ask(now=now), now=now)
    begin(request, HELD_ADDRESS, now=now + 6 * DAY)
    assert sweep(request, until=now + 7 * DAY - MINUTE).is_open
    request = sweep(request, until=now + 7 * DAY)
    decision = request.decisions.get()
    assert (request.status, request.outcome) == (CaseStatus.CLOSED, Outcome.REFUSED)
    assert (decision.verdict, decision.ground, decision.decided_by_id) == (Verdict.REFUSE, Ground.UNVERIFIED, None)
    assert decision.article and decision.effective_at == now + 7 * DAY and not decision.needs_second
    words = words_of(decision, key=sealing.evidence_key(request.subject_id))
    assert "no other address or number" in words
    assert running_check(request, at=now + 7 * DAY) is None
    (mail,) = mails_of("request-refused")
    assert mail.to == STRANGER


def test_the_words_are_in_the_language_of_the_person(policy_in_force: PolicyVersion, now: datetime) -> None:
    request = ask(now=now)
    with override("vi"):
        request = sweep(request, until=now + 7 * DAY)
    words = words_of(request.decisions.get(), key=sealing.evidence_key(request.subject_id))
    assert words.startswith("The e-mail address given")


def test_ending_twice_refuses_once(policy_in_force: PolicyVersion, now: datetime) -> None:
    request = ask(now=now)
    assert not refuse_unidentified(request_id=request.pk, now=now + 7 * DAY - MINUTE)
    assert refuse_unidentified(request_id=request.pk, now=now + 7 * DAY)
    assert not refuse_unidentified(request_id=request.pk, now=now + 7 * DAY)
    assert fresh(request).decisions.count() == 1


def test_what_staff_work_on_ends_by_their_decision_alone(
    policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    request = taken(open_to_sender(ask(now=now), now=now), agent, now=now)
    write_as_staff(
        kind="request",
        case_id=request.pk,
        text="Bạn còn địa chỉ nào khác không?",
        form_token=uuid4(),
        awaits_answer=True,
        by=agent,
        now=now,
    )
    assert sweep(request, until=now + 8 * DAY).is_open


def test_what_was_sent_as_evidence_waits_for_us(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    request = taken(open_to_sender(ask(now=now), now=now), agent, now=now)
    ask_evidence(request_id=request.pk, reason=DemandReason.NO_CHANNEL, by=agent, now=now)
    give_evidence(request_id=request.pk, uploads=[evidence_file()], by=GUEST, now=now)
    assert sweep(request, until=now + 8 * DAY).is_open
    assert mails_of("identity-reminder") == []


def test_what_came_days_ago_has_its_time_for_proving_from_when_it_was_written_down(
    policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    entered = now + 9 * DAY
    request = by_staff(WISHES[RequestKind.VIEW], by=agent, now=entered, received_at=now)
    assert sweep(request, until=entered + 24 * HOUR - MINUTE).is_open and mails_of("identity-reminder") == []
    assert sweep(request, until=entered + 24 * HOUR).is_open and len(mails_of("identity-reminder")) == 1
    assert sweep(request, until=entered + 7 * DAY - MINUTE).is_open
    assert sweep(request, until=entered + 7 * DAY).outcome == Outcome.REFUSED


def test_the_clock_runs_from_receipt_all_the_while(policy_in_force: PolicyVersion, now: datetime) -> None:
    request = ask(now=now)
    before = (request.target_at, request.limit_at)
    open_to_sender(request, now=now + 2 * DAY)
    begin(request, HELD_ADDRESS, now=now + 2 * DAY)
    request = fresh(request)
    assert (request.target_at, request.limit_at) == before

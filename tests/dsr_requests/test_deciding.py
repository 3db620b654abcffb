"""Deciding: the plan that was seen, coded grounds, the second person, and what the portal decides by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from audit.models import AuditEntry
from cases import sealing
from cases.enums import CaseStatus, ContactKind, IntakeChannel
from cases.errors import AcknowledgeFirst, CaseClosed, MoveNotAllowed, NotYours, OwnCase, RoleRefused
from cases.services.assigning import take
from cases.services.filing import Sender
from cases.services.investigating import begin
from cases.services.messaging import write_as_person, write_as_staff
from consent.answers import Answer, ConsentKey
from consent.selectors import in_force
from consent.services.asking import questions
from consent.services.granting import record_answers
from core.clock import local_date
from core.errors import NotAllowed
from core.rules import refusal_grounds
from dsr_requests.enums import BY_ITSELF, CorrectionState, FulfilmentKind, Ground, Outcome, RequestKind, Verdict
from dsr_requests.errors import (
    DecidedAlready,
    GroundImpossible,
    GroundMissing,
    NotIdentified,
    PartImpossible,
    PlanChanged,
    WordsMissing,
)
from dsr_requests.models import Decision, Request
from dsr_requests.planning import digest_of, what_will_run
from dsr_requests.sealing import words_of
from dsr_requests.services.deciding import decide
from dsr_requests.wishes import Wish
from personal_data.enums import LimitKind
from personal_data.models import UseLimit
from policies.models import PolicyVersion
from tests.cases.fixtures import mails_of, queued
from tests.dsr_requests.steps import (
    WISHES,
    WORDS,
    approve,
    by_guest,
    by_member,
    by_staff,
    fresh,
    hold,
    identify,
    judge,
    refused,
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


def consents_to(member: User, version: PolicyVersion, *, now: datetime) -> ConsentKey:
    """The member agrees to one of the questions of the policy."""
    key = next(one.key for one in questions(version, "vi") if one.key.purpose == "marketing")
    record_answers(
        subject_id=member.subject_id,
        answers=[Answer(key, True)],
        version=version,
        language="vi",
        evidence={},
        by=member,
        now=now,
    )
    return key


# --- what the portal decides by itself --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RequestKind)
def test_only_what_needs_no_judgement_is_decided_by_itself(kind: RequestKind, member: User, now: datetime) -> None:
    case = fresh(by_member(member, WISHES[kind], now=now, proved=True))
    if kind in BY_ITSELF:
        decision = case.decisions.get()
        assert case.status == CaseStatus.FULFILLING and decision.decided_by is None and decision.effective_at == now
        assert not decision.needs_second and case.steps.exists()
    else:
        assert case.status == CaseStatus.ACKNOWLEDGED and not case.decisions.exists()


def test_nothing_is_decided_before_it_is_known_who_asks(member: User, now: datetime) -> None:
    case = fresh(by_member(member, WISHES[RequestKind.COPY], now=now))
    assert case.status == CaseStatus.ACKNOWLEDGED and not case.decisions.exists()


def test_a_withdrawal_names_only_what_is_in_force(member: User, policy_in_force: PolicyVersion, now: datetime) -> None:
    key = consents_to(member, policy_in_force, now=now)
    assert key in in_force(member.subject_id, now)
    case = fresh(by_member(member, WISHES[RequestKind.WITHDRAW], now=now, proved=True))
    ended = [step.target for step in case.steps.filter(kind=FulfilmentKind.WITHDRAW)]
    assert ended == [f"marketing/{key.channel}/{key.recipient_class}"]


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_the_plan_of_a_deletion_names_tables_recipients_and_what_stays(
    taken: Callable[..., Request], member: User, now: datetime
) -> None:
    hold(member, now=now, full_name="Trần Thị Lan", phone="0901 234 567")
    plan = what_will_run(taken(WISHES[RequestKind.DELETE]), at=now)
    kinds = [entry["kind"] for entry in plan]
    assert kinds[:2] == ["SNAPSHOT", "ERASE"] and kinds[-2:] == ["CONFIRMED", "FINISH"]
    lines = {line["target"]: line for line in plan[1]["lines"] if line["rows"]}
    assert lines["personal_data.dataitem"]["rows"] == 2 and lines["dsr_requests.request"]["fate"] == "KEEP"
    orders = [entry for entry in plan if entry["kind"] == "ORDER"]
    assert orders and all(entry["order"] == "DELETE" and entry["fields"] for entry in orders)
    assert not {"staff", "authority"} & {entry["target"] for entry in orders}


def test_the_hash_stands_for_what_goes_and_not_for_what_moves_by_itself(
    taken: Callable[..., Request], member: User, now: datetime
) -> None:
    hold(member, now=now, full_name="Trần Thị Lan")
    case = taken(WISHES[RequestKind.DELETE])
    first = digest_of(what_will_run(case, at=now), case)
    by_member(member, WISHES[RequestKind.PROTECT], now=now)
    assert digest_of(what_will_run(case, at=now + timedelta(days=3)), case) == first
    hold(member, now=now, phone="0901 234 567")
    assert digest_of(what_will_run(case, at=now), case) != first


def test_a_plan_that_changed_meanwhile_decides_nothing(
    taken: Callable[..., Request], member: User, agent: User, now: datetime
) -> None:
    hold(member, now=now, full_name="Trần Thị Lan")
    case = taken(WISHES[RequestKind.DELETE])
    seen = digest_of(what_will_run(case, at=now), case)
    hold(member, now=now, phone="0901 234 567")
    with pytest.raises(PlanChanged):
        judge(case, Verdict.ACCEPT, by=agent, now=now, seen_digest=seen)
    assert not Decision.objects.exists()


def test_the_hash_is_of_this_request_and_no_other(
    taken: Callable[..., Request], member: User, agent: User, now: datetime
) -> None:
    case, other = taken(WISHES[RequestKind.PROTECT]), taken(WISHES[RequestKind.PROTECT])
    with pytest.raises(PlanChanged):
        judge(case, Verdict.ACCEPT, by=agent, now=now, seen_digest=digest_of(what_will_run(other, at=now), other))


# --- grounds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in RequestKind if kind not in BY_ITSELF])
def test_a_request_is_refused_on_the_grounds_of_its_kind_alone(
    kind: RequestKind, taken: Callable[..., Request], agent: User, now: datetime
) -> None:
    case = taken(WISHES[kind])
    known = {one.code for one in refusal_grounds(kind, on=local_date(now))} - {Ground.UNVERIFIED}
    for ground in Ground.values:
        if ground in known:
            decision = judge(case, Verdict.REFUSE, by=agent, now=now, ground=ground)
            assert decision.ground == ground and decision.article
        else:
            with pytest.raises(GroundImpossible):
                judge(case, Verdict.REFUSE, by=agent, now=now, ground=ground)


def test_who_asks_being_unknown_is_a_ground_only_while_it_is(
    policy_in_force: PolicyVersion, member: User, agent: User, now: datetime
) -> None:
    case = by_guest(WISHES[RequestKind.COPY], now=now)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    assert judge(case, Verdict.REFUSE, by=agent, now=now, ground=Ground.UNVERIFIED).needs_second


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ground": ""}, GroundMissing),
        ({"ground": "R9"}, GroundImpossible),
        ({"words": "  "}, WordsMissing),
        ({"verdict": Verdict.ACCEPT, "ground": Ground.ABUSE}, GroundImpossible),
        ({"verdict": Verdict.PART}, PartImpossible),
        ({"verdict": Verdict.PART, "refused_fields": ["email", "phone"]}, PartImpossible),
        ({"verdict": Verdict.PART, "refused_fields": ["address"]}, PartImpossible),
        ({"verdict": Verdict.PART, "refused_purposes": ["marketing"]}, PartImpossible),
        ({"refused_fields": ["email"]}, PartImpossible),
    ],
)
def test_a_decision_is_whole(
    changes: dict[str, Any], refusal: type[NotAllowed], taken: Callable[..., Request], agent: User, now: datetime
) -> None:
    case = taken(Wish(RequestKind.DELETE, fields=("email", "phone")))
    verdict = changes.pop("verdict", Verdict.REFUSE)
    with pytest.raises(refusal):
        judge(case, verdict, by=agent, now=now, **changes)
    assert not Decision.objects.exists()


def test_protecting_data_is_told_in_words(taken: Callable[..., Request], agent: User, now: datetime) -> None:
    case = taken(WISHES[RequestKind.PROTECT])
    with pytest.raises(WordsMissing):
        judge(case, Verdict.ACCEPT, by=agent, now=now, words="")
    decision = judge(case, Verdict.ACCEPT, by=agent, now=now, words="Đã đổi mật khẩu hệ thống.")
    key = sealing.evidence_key(case.subject_id)
    assert words_of(decision, key=key) == "Đã đổi mật khẩu hệ thống." and fresh(case).status == CaseStatus.FULFILLING


# --- one decides ------------------------------------------------------------------------------------------------------


def test_an_accepted_request_is_carried_out_and_the_person_told(
    taken: Callable[..., Request], member: User, agent: User, now: datetime
) -> None:
    case = taken(WISHES[RequestKind.RESTRICT])
    token = uuid4()
    first, again = (judge(case, Verdict.ACCEPT, by=agent, now=now, form_token=token) for _ in range(2))
    assert first == again and Decision.objects.count() == 1 and first.effective_at == now
    assert fresh(case).status == CaseStatus.FULFILLING and len(mails_of("request-decided")) == 1
    assert [step.kind for step in case.steps.all()] == [entry["kind"] for entry in first.plan]
    with pytest.raises(DecidedAlready):
        judge(case, Verdict.ACCEPT, by=agent, now=now)


def test_a_request_is_decided_only_for_a_known_person(
    policy_in_force: PolicyVersion, agent: User, dpo: User, now: datetime
) -> None:
    case = by_guest(WISHES[RequestKind.DELETE], now=now)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    for by in (agent, dpo):
        with pytest.raises(NotIdentified):
            judge(case, Verdict.ACCEPT, by=by, now=now)


def test_what_was_not_acknowledged_is_not_decided(
    policy_in_force: PolicyVersion, member: User, agent: User, now: datetime
) -> None:
    sender = Sender(address="0901 234 567", language="vi", contact_kind=ContactKind.PHONE)
    case = by_staff(WISHES[RequestKind.PROTECT], by=agent, now=now, sender=sender, channel=IntakeChannel.PHONE)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    with pytest.raises(AcknowledgeFirst):
        judge(case, Verdict.REFUSE, by=agent, now=now)


def test_only_who_has_it_decides(
    taken: Callable[..., Request], other_agent: User, staff: Callable[..., User], now: datetime
) -> None:
    case = taken(WISHES[RequestKind.PROTECT])
    with pytest.raises(NotYours):
        judge(case, Verdict.ACCEPT, by=other_agent, now=now)
    for role in ("auditor", "administrator"):
        with pytest.raises(RoleRefused):
            judge(case, Verdict.ACCEPT, by=staff(role), now=now)


def test_nobody_decides_the_own(dpo: User, agent: User, policy_in_force: PolicyVersion, now: datetime) -> None:
    sent = by_member(dpo, WISHES[RequestKind.PROTECT], now=now, proved=True)
    with pytest.raises(OwnCase):
        judge(sent, Verdict.ACCEPT, by=dpo, now=now)
    about = identify(by_guest(WISHES[RequestKind.PROTECT], now=now), dpo, now=now)
    with pytest.raises(OwnCase):
        judge(about, Verdict.ACCEPT, by=dpo, now=now)


def test_what_is_being_carried_out_is_stopped_by_nobody_writing(
    taken: Callable[..., Request], member: User, agent: User, now: datetime
) -> None:
    case = taken(WISHES[RequestKind.RESTRICT])
    judge(case, Verdict.ACCEPT, by=agent, now=now)
    for awaits_answer in (False, True):
        write_as_staff(
            kind="request",
            case_id=case.pk,
            text="Chúng tôi đang chờ xác nhận.",
            form_token=uuid4(),
            awaits_answer=awaits_answer,
            by=agent,
            now=now,
        )
    write_as_person(kind="request", case_id=case.pk, text="Cảm ơn", form_token=uuid4(), by=member, now=now)
    with pytest.raises(MoveNotAllowed):
        begin(kind="request", case_id=case.pk, by=agent, now=now)
    assert fresh(case).status == CaseStatus.FULFILLING


# --- a refusal --------------------------------------------------------------------------------------------------------


def test_a_refusal_ends_the_request_with_its_article_and_the_way_to_contest_it(
    taken: Callable[..., Request], agent: User, dpo: User, now: datetime
) -> None:
    case = taken(WISHES[RequestKind.DELETE])
    ended = refused(case, by=agent, second_by=dpo, now=now, ground=Ground.MUST_KEEP)
    assert (ended.status, ended.outcome) == (CaseStatus.CLOSED, Outcome.REFUSED) and not ended.steps.exists()
    decision = ended.decisions.get()
    assert "14.1" in decision.article and decision.plan == []
    assert words_of(decision, key=sealing.evidence_key(ended.subject_id)) == WORDS
    (mail,) = mails_of("request-refused")
    assert WORDS not in mail.body and ended.reference not in mail.subject and "contest" in mail.body
    with pytest.raises(CaseClosed):
        judge(case, Verdict.ACCEPT, by=agent, now=now)


def test_what_an_objection_stopped_goes_on_after_a_refusal(
    taken: Callable[..., Request], member: User, agent: User, dpo: User, now: datetime
) -> None:
    case = taken(WISHES[RequestKind.OBJECT])
    standing = UseLimit.objects.filter(subject_id=member.subject_id, kind=LimitKind.OBJECTION, ended_at__isnull=True)
    assert standing.get().basis == case.target
    refused(case, by=agent, second_by=dpo, now=now, ground=Ground.WITHOUT_CONSENT)
    assert not standing.exists()


def test_a_partial_acceptance_leaves_out_what_is_refused(
    taken: Callable[..., Request], member: User, agent: User, dpo: User, now: datetime
) -> None:
    hold(member, now=now, full_name="Trần Thị Lan", phone="0901 234 567", address="Hà Nội")
    case = taken(WISHES[RequestKind.DELETE])
    decision = judge(case, Verdict.PART, by=agent, now=now, refused_fields=["address"], ground=Ground.MUST_KEEP)
    approve(decision, by=dpo, now=now)
    erase = next(entry for entry in decision.plan if entry["kind"] == "ERASE")
    assert erase["target"] == "chosen" and erase["fields"] == ["full-name", "phone"]


def test_a_correction_is_decided_field_by_field(
    taken: Callable[..., Request], agent: User, dpo: User, now: datetime
) -> None:
    case = taken(Wish(RequestKind.CORRECT, values={"full-name": "Trần Lan", "phone": "0901 234 567"}))
    decision = judge(case, Verdict.PART, by=agent, now=now, refused_fields=["phone"], ground=Ground.FRAUD)
    assert {row.state for row in case.corrections.all()} == {CorrectionState.PROPOSED}
    approve(decision, by=dpo, now=now)
    states = {row.field: (row.state, row.ground) for row in case.corrections.all()}
    assert states == {"full-name": (CorrectionState.ACCEPTED, ""), "phone": (CorrectionState.REFUSED, Ground.FRAUD)}
    assert [entry["target"] for entry in decision.plan if entry["kind"] == "CORRECT"] == ["full-name"]


def test_no_words_stand_in_what_is_recorded_or_mailed(
    taken: Callable[..., Request], agent: User, dpo: User, now: datetime
) -> None:
    refused(taken(WISHES[RequestKind.DELETE]), by=agent, second_by=dpo, now=now)
    assert WORDS not in repr([entry.details for entry in AuditEntry.objects.all()])
    assert not any(WORDS in mail.body for mail in queued())


def test_a_decision_needs_every_argument_by_name() -> None:
    with pytest.raises(TypeError):
        decide(1, Verdict.ACCEPT)  # type: ignore[call-arg, misc]

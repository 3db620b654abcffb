"""Corrections field by field, and those staff propose (LV-6): nothing changes unless the person accepts."""

from datetime import datetime
from uuid import uuid4

import pytest

from accounts.models import User
from cases import sealing
from cases.enums import CaseStatus
from cases.errors import CaseClosed, NotSender, NotYours, OwnCase, RoleRefused
from cases.selectors import staff_timeline
from cases.services.assigning import take
from core.actors import GUEST, SYSTEM
from dsr_requests.enums import CorrectionState, Ground, Method, Outcome, RequestKind, Verdict
from dsr_requests.errors import (
    CorrectionSettled,
    GroundImpossible,
    GroundMissing,
    NoAddressHeld,
    NotIdentified,
    OfferWaits,
    PartImpossible,
    UnknownChoice,
    WordsMissing,
)
from dsr_requests.models import Correction, Request
from dsr_requests.sealing import proposed_value
from dsr_requests.services.fulfilling import run_request
from dsr_requests.services.offering import answer_offer, decide_correction, offer_correction, open_with_offer
from dsr_requests.wishes import Wish
from personal_data import keys
from personal_data.errors import InvalidValue
from personal_data.fields import read_value
from personal_data.models import DataItem, DataSubject
from personal_data.services.holding import write_item
from policies.models import PolicyVersion
from tests.cases.fixtures import mails_of
from tests.dsr_requests.steps import WISHES, by_guest, by_member, fresh, hold, judge

NAME, NEW_NAME = "Trần Thị Lan", "Trần Lan"
WHY = "Hợp đồng của bạn ghi khác."


def offered(member: User, *, by: User, now: datetime, **changes: object) -> Correction:
    said = {
        "form_token": uuid4(),
        "subject_id": member.subject_id,
        "field": "full-name",
        "value": NEW_NAME,
        "words": WHY,
        "by": by,
        "now": now,
    }
    return open_with_offer(**(said | changes))  # type: ignore[arg-type]


def held(member: User, field: str = "full-name") -> str:
    item = DataItem.objects.get(subject_id=member.subject_id, field=field)
    return read_value(item, key=keys.data_key(member.subject_id))


def answer(row: Correction, *, accept: bool, by: User, now: datetime) -> Correction:
    return answer_offer(request_id=row.case_id, field=row.field, accept=accept, by=by, now=now)


def test_a_proposal_changes_nothing_until_the_person_accepts(member: User, agent: User, now: datetime) -> None:
    hold(member, now=now, full_name=NAME)
    row = offered(member, by=agent, now=now)
    assert (row.state, row.by_staff, held(member)) == (CorrectionState.OFFERED, True, NAME)
    (mail,) = mails_of("request-offer")
    assert NEW_NAME not in mail.body and WHY not in mail.body and row.case.reference not in mail.subject
    for _ in range(2):
        answer(row, accept=True, by=member, now=now)
    case = fresh(row.case)
    assert case.status == CaseStatus.FULFILLING and case.about_id == member.subject_id
    assert case.verifications.get().method == Method.SESSION and case.decisions.get().decided_by is None
    run_request(request_id=case.pk, now=now)
    assert held(member) == NEW_NAME
    assert Correction.objects.get(pk=row.pk).state == CorrectionState.APPLIED


def test_a_declined_proposal_ends_without_a_change(member: User, agent: User, now: datetime) -> None:
    hold(member, now=now, full_name=NAME)
    row = offered(member, by=agent, now=now)
    answer(row, accept=False, by=member, now=now)
    case = fresh(row.case)
    assert (case.status, case.outcome, held(member)) == (CaseStatus.WITHDRAWN, Outcome.TAKEN_BACK, NAME)
    assert case.corrections.get().state == CorrectionState.DECLINED and not case.is_identified
    with pytest.raises(CaseClosed):
        answer(row, accept=True, by=member, now=now)


def test_only_the_person_answers(member: User, agent: User, now: datetime) -> None:
    row = offered(member, by=agent, now=now)
    with pytest.raises(NotSender):
        answer(row, accept=True, by=agent, now=now)


def test_the_same_form_proposes_once(member: User, agent: User, now: datetime) -> None:
    token = uuid4()
    first, again = (offered(member, by=agent, now=now, form_token=token) for _ in range(2))
    assert first == again and Request.objects.count() == 1 and len(mails_of("request-offer")) == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"field": "shoe-size"}, UnknownChoice),
        ({"field": "device"}, UnknownChoice),
        ({"field": "phone", "value": "12"}, InvalidValue),
        ({"words": " "}, WordsMissing),
    ],
)
def test_a_proposal_is_whole(
    changes: dict[str, object], refusal: type[Exception], member: User, agent: User, now: datetime
) -> None:
    with pytest.raises(refusal):
        offered(member, by=agent, now=now, **changes)
    assert not Request.objects.exists()


def test_nobody_proposes_to_oneself_or_without_the_role(agent: User, staff: object, now: datetime) -> None:
    with pytest.raises(OwnCase):
        offered(agent, by=agent, now=now)
    with pytest.raises(RoleRefused):
        offered(agent, by=staff("auditor"), now=now)  # type: ignore[operator]


def test_a_person_without_an_account_is_written_to_at_the_address_held(
    policy_in_force: PolicyVersion, subject: DataSubject, agent: User, now: datetime
) -> None:
    said = {"form_token": uuid4(), "field": "full-name", "value": NEW_NAME, "words": WHY, "by": agent, "now": now}
    with pytest.raises(NoAddressHeld):
        open_with_offer(subject_id=subject.pk, **said)
    write_item(subject_id=subject.pk, field="email", value="hoa@example.com", by=SYSTEM, now=now)
    row = open_with_offer(subject_id=subject.pk, **said)
    assert mails_of("request-offer")[0].to == "hoa@example.com"
    answer_offer(request_id=row.case_id, field="full-name", accept=True, by=GUEST, now=now)
    case = fresh(row.case)
    assert case.about_id == subject.pk and case.verifications.get().method == Method.CODE_MAIL


def test_a_proposal_on_a_request_of_the_person_waits_for_the_answer(member: User, agent: User, now: datetime) -> None:
    hold(member, now=now, full_name=NAME, phone="0901 234 567")
    wish = Wish(RequestKind.CORRECT, values={"full-name": "Lan", "phone": "0901 234 568"})
    case = by_member(member, wish, now=now, proved=True)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    said = {"request_id": case.pk, "field": "full-name", "value": NEW_NAME, "words": WHY, "by": agent, "now": now}
    row = offer_correction(**said)  # type: ignore[arg-type]
    decide_correction(request_id=case.pk, field="phone", accept=True, by=agent, now=now)
    assert proposed_value(row, key=sealing.evidence_key(case.subject_id)) == NEW_NAME
    assert any(event.text == "Lan" for event in staff_timeline(fresh(case)))
    with pytest.raises(OfferWaits):
        judge(case, Verdict.ACCEPT, by=agent, now=now)
    answer(row, accept=True, by=member, now=now)
    with pytest.raises(CorrectionSettled):
        decide_correction(request_id=case.pk, field="full-name", accept=False, ground=Ground.FRAUD, by=agent, now=now)
    assert fresh(case).is_open and not case.decisions.exists()
    decision = judge(case, Verdict.ACCEPT, by=agent, now=now)
    assert [entry["target"] for entry in decision.plan if entry["kind"] == "CORRECT"] == ["full-name", "phone"]


def test_a_proposal_is_made_to_somebody_known(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    case = by_guest(WISHES[RequestKind.CORRECT], now=now)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    said = {"field": "full-name", "value": NEW_NAME, "words": WHY, "by": agent, "now": now}
    with pytest.raises(NotIdentified):
        offer_correction(request_id=case.pk, **said)  # type: ignore[arg-type]


def test_one_field_is_refused_on_a_ground_before_the_decision(
    member: User, agent: User, other_agent: User, now: datetime
) -> None:
    wish = Wish(RequestKind.CORRECT, values={"full-name": "Lan", "phone": "0901 234 568"})
    case = by_member(member, wish, now=now, proved=True)
    take(kind="request", case_id=case.pk, by=agent, now=now)
    said = {"request_id": case.pk, "field": "phone", "accept": False, "by": agent, "now": now}
    with pytest.raises(GroundMissing):
        decide_correction(**said)  # type: ignore[arg-type]
    with pytest.raises(GroundImpossible):
        decide_correction(**said, ground=Ground.HARM)  # type: ignore[arg-type]
    with pytest.raises(NotYours):
        decide_correction(**said | {"by": other_agent}, ground=Ground.FRAUD)  # type: ignore[arg-type]
    decide_correction(**said, ground=Ground.FRAUD)  # type: ignore[arg-type]
    with pytest.raises(PartImpossible):
        judge(case, Verdict.ACCEPT, by=agent, now=now)
    decision = judge(case, Verdict.PART, by=agent, now=now, refused_fields=["phone"], ground=Ground.FRAUD)
    assert decision.refused_fields == ["phone"] and decision.needs_second

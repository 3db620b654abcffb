"""Nobody decides the own matter, also one sent under a reference that proved to be the same person."""

from datetime import datetime

import pytest

from accounts.models import User
from cases import queue
from cases.errors import OwnCase
from cases.permissions import check_can_record
from cases.services.assigning import assign, take
from complaints.models import Complaint
from core.errors import NotAllowed
from dsr_requests.enums import RequestKind, Verdict
from dsr_requests.models import Request
from dsr_requests.selectors import waiting_for_second
from personal_data.errors import LiftingRefused
from personal_data.permissions import check_can_second_lift
from personal_data.selectors_merged import own_references
from personal_data.services.merging import part
from tests.dsr_requests.steps import WISHES, approve, by_guest, identify, judge
from tests.dsr_requests.test_merged_cases import WORDS, join
from tests.personal_data.import_steps import OFFICER

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@pytest.fixture
def theirs(policy_in_force: object, now: datetime) -> Request:
    """What somebody without an account sent, about the own data."""
    request = by_guest(WISHES[RequestKind.DELETE], now=now)
    return identify(request, request.subject, now=now)


def listed(request: Request | Complaint, by: User) -> bool:
    return queue.listed(type(request), by=by).filter(pk=request.pk).exists()


def test_cases_of_whoever_proved_to_be_a_member_of_staff_are_the_own(
    theirs: Request, complaint: Complaint, agent: User, other_agent: User, dpo: User, now: datetime
) -> None:
    cases: list[Request | Complaint] = [theirs, complaint]
    assert all(listed(case, agent) and not case.concerns(agent) for case in cases)
    merges = [join(agent.subject_id, case.subject_id, now) for case in cases]
    for case in cases:
        assert not listed(case, agent) and case.concerns(agent) and not case.concerns(dpo)
        with pytest.raises(OwnCase):
            take(kind=case.kind, case_id=case.pk, by=agent, now=now)
        with pytest.raises(NotAllowed):
            assign(kind=case.kind, case_id=case.pk, to=agent.pk, by=dpo, now=now)
        with pytest.raises(OwnCase):
            check_can_record(case.subject_id, by=agent)
        with pytest.raises(LiftingRefused):
            check_can_second_lift(subject_id=case.subject_id, by=agent)
    for merge in merges:
        part(merge_id=merge.pk, words=WORDS, by=OFFICER, now=now)
    assert all(listed(case, agent) and not case.concerns(agent) for case in cases)


def test_nobody_approves_what_was_decided_on_the_own_data(
    theirs: Request, agent: User, other_agent: User, now: datetime
) -> None:
    take(kind="request", case_id=theirs.pk, by=agent, now=now)
    decision = judge(theirs, Verdict.REFUSE, by=agent, now=now)
    assert decision in waiting_for_second(by=other_agent)
    join(other_agent.subject_id, theirs.subject_id, now)
    assert decision not in waiting_for_second(by=other_agent)
    with pytest.raises(OwnCase):
        approve(decision, by=other_agent, now=now)
    assert own_references(other_agent) == [other_agent.subject_id, theirs.subject_id]


def test_who_sends_as_whoever_was_merged_in_by_way_of_another_is_known_too(
    theirs: Request, complaint: Complaint, agent: User, now: datetime
) -> None:
    join(complaint.subject_id, theirs.subject_id, now)
    assert not theirs.concerns(agent)
    join(agent.subject_id, complaint.subject_id, now)
    assert theirs.concerns(agent) and complaint.concerns(agent)

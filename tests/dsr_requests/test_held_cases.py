"""A legal hold on a case stands on whom the case is about, without anybody being named."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from accounts.models import User
from complaints.models import Complaint
from core.actors import SYSTEM
from core.clock import local_date
from dsr_requests.enums import RepresentativeKind, RequestKind
from dsr_requests.models import Request
from personal_data.enums import HoldGround
from personal_data.errors_holds import NotClear
from personal_data.models import LegalHold
from personal_data.services import holds
from personal_data.services.subjects import create_subject
from policies.models import PolicyVersion
from tests.cases.fixtures import signed_in
from tests.dsr_requests.asking import ask, mandate, open_to_sender, person_held
from tests.dsr_requests.test_attorney import examined
from tests.dsr_requests.test_merged_cases import join
from tests.personal_data.import_steps import OFFICER

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


def hold_on(
    case: Request | Complaint, now: datetime, *, clause: str = "Vụ án 12/2026", who: UUID | None = None
) -> LegalHold:
    return holds.place(
        case_ref=case.reference,
        subject_ref=who,
        ground=HoldGround.DISPUTE,
        clause=clause,
        review_on=local_date(now) + timedelta(days=90),
        by=OFFICER,
        now=now,
    )


def standing(case: Request | Complaint) -> list[UUID | None]:
    return list(LegalHold.objects.filter(case_ref=case.target).order_by("pk").values_list("subject_ref", flat=True))


def test_it_stands_on_the_person_represented(policy_in_force: PolicyVersion, agent: User, now: datetime) -> None:
    held = person_held(now=now)
    request = ask(now=now, kind=RequestKind.COPY, mandate=mandate(RepresentativeKind.ATTORNEY))
    request = examined(open_to_sender(request, now=now), agent, now=now)
    assert request.about_id == held.pk != request.subject_id
    hold_on(request, now)
    assert standing(request) == [held.pk]
    hold_on(request, now, who=request.subject_id)
    assert standing(request) == [held.pk, request.subject_id], "who is named may be kept too"
    with pytest.raises(NotClear):
        hold_on(request, now, who=create_subject(by=SYSTEM, now=now, language="vi").pk)


def test_it_follows_once_it_is_known_whose_data_it_is_about(
    policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    held = person_held(now=now)
    request = open_to_sender(ask(now=now, kind=RequestKind.COPY, mandate=mandate(RepresentativeKind.PARENT)), now=now)
    first = hold_on(request, now)
    assert standing(request) == [request.subject_id]
    examined(request, agent, now=now)
    assert standing(request) == [request.subject_id, held.pk]
    second = LegalHold.objects.get(subject_ref=held.pk)
    assert (second.ground, second.clause, second.owner, second.review_on) == (
        first.ground,
        first.clause,
        first.owner,
        first.review_on,
    )
    holds.release(hold_id=first.pk, by=OFFICER, now=now)
    second.refresh_from_db()
    assert second.is_in_force, "each is released apart"


def test_it_stands_on_both_records_of_people_who_proved_to_be_one(
    complaint: Complaint, member: User, dpo: User, now: datetime
) -> None:
    join(member.subject_id, complaint.subject_id, now)
    hold = hold_on(complaint, now)
    assert standing(complaint) == [complaint.subject_id, member.subject_id]
    page = signed_in(dpo).get(f"/staff/personal_data/legalhold/{hold.pk}/change/").content.decode()
    assert str(complaint.subject_id)[:13] in page and str(member.subject_id)[:13] in page

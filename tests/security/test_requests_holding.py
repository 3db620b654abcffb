"""What stops a deletion, a merging, a claim or a copy already on its way: a pause, a deletion, an ended mandate."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from accounts.models import User
from accounts.services.claiming import claim, waiting_for
from accounts.services.registering import register_person
from audit.services.recording import record
from cases.enums import CaseStatus, IntakeChannel
from cases.services.assigning import take
from core.actors import SYSTEM
from core.errors import NotAllowed
from dsr_requests.enums import PauseReason, RepresentativeKind, RequestKind, Verdict
from dsr_requests.errors import MandateOver, PlanChanged
from dsr_requests.models import Decision, Representative, Request
from dsr_requests.services import handing_over
from dsr_requests.services.fulfilling import run_due
from dsr_requests.services.pausing import lift, pause, tell
from dsr_requests.wishes import Wish
from personal_data.models import DataItem, ErasureRun, Merge, UseLimit
from personal_data.services.erasing import begin_erasure, cancel_erasure, run_due_erasures
from personal_data.services.merging import merge, propose
from personal_data.services.packaging import make_due
from policies.models import PolicyVersion
from tests.cases.fixtures import PASSWORD
from tests.dsr_requests.asking import HELD_ADDRESS, ask, mandate, person_held
from tests.dsr_requests.steps import WISHES, approve, by_member, fresh, hold, identify, judge
from tests.personal_data.import_steps import OFFICER, PEOPLE, people_of, taken_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cooling(member: User, agent: User, dpo: User, now: datetime) -> Request:
    """A deletion of everything, decided by two, that can still be called off."""
    hold(member, now=now, full_name="Trần Thị Lan", phone="0912345678")
    request = by_member(member, WISHES[RequestKind.DELETE], now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    approve(judge(request, Verdict.ACCEPT, by=agent, now=now), by=dpo, now=now)
    run_due(now=now)
    assert ErasureRun.objects.get().state == "COOLING"
    return fresh(request)


def run_all(now: datetime) -> None:
    run_due(now=now)
    run_due_erasures(now=now)
    run_due(now=now)


def test_a_deletion_of_somebody_whose_address_is_held_does_not_begin(
    cooling: Request, member: User, agent: User, now: datetime
) -> None:
    row = pause(request_id=cooling.pk, reason=PauseReason.REPORTED, by=agent, now=now + HOUR)
    for later in (DAY, 2 * DAY, 9 * DAY):
        run_all(now + later)
    assert ErasureRun.objects.get().state == "COOLING"
    assert DataItem.objects.filter(subject=member.subject_id).count() == 2
    assert ErasureRun.objects.get().attempts == 0 and fresh(cooling).status == CaseStatus.FULFILLING
    said = {"pause_id": row.pk, "way": IntakeChannel.PHONE, "words": "Đã gọi số đã lưu.", "by": agent}
    tell(**said, now=now + 9 * DAY)
    lift(**said, now=now + 9 * DAY)
    run_all(now + 10 * DAY)
    assert not DataItem.objects.filter(subject=member.subject_id).exists()


def test_no_step_of_a_request_runs_while_its_address_is_held(
    member: User, agent: User, dpo: User, now: datetime
) -> None:
    hold(member, now=now, full_name="Trần Thị Lan", phone="0912345678")
    request = by_member(member, Wish(RequestKind.DELETE, fields=("phone",)), now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    judge(request, Verdict.ACCEPT, by=agent, now=now)
    pause(request_id=request.pk, reason=PauseReason.REPORTED, by=agent, now=now)
    run_all(now + HOUR)
    assert DataItem.objects.filter(subject=member.subject_id).count() == 2
    assert not request.steps.exclude(attempts=0).exists()


def test_what_was_approved_is_what_is_stored(member: User, agent: User, dpo: User, now: datetime) -> None:
    """The plan that runs is the stored one, so the stored one must be the one hashed."""
    hold(member, now=now, full_name="Trần Thị Lan", phone="0912345678")
    request = by_member(member, WISHES[RequestKind.DELETE], now=now, proved=True)
    take(kind="request", case_id=request.pk, by=agent, now=now)
    decision = judge(request, Verdict.ACCEPT, by=agent, now=now)
    changed = [entry for entry in decision.plan if entry["kind"] != "ORDER"]
    assert changed != decision.plan
    with transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(plan=changed)
        record(event="test.changed", target=request.target, by=SYSTEM, now=now)
    with pytest.raises(PlanChanged):
        approve(decision, by=dpo, now=now)


@pytest.mark.parametrize("leaving", [0, 1])
def test_nobody_who_is_about_to_be_deleted_is_merged(
    leaving: int, policy_in_force: PolicyVersion, now: datetime
) -> None:
    pair = people_of(taken_in(PEOPLE, now))
    row = propose(kept=pair[0], other=pair[1], by=OFFICER, now=now)
    run = begin_erasure(subject_id=pair[leaving], address="", cooling_off=DAY, by=SYSTEM, now=now)
    with pytest.raises(NotAllowed):
        merge(merge_id=row.pk, keep=pair[0], words="Một người", by=OFFICER, now=now)
    assert UseLimit.objects.get().subject_id == pair[leaving]
    cancel_erasure(run_id=run.pk, by=SYSTEM, now=now)
    assert merge(merge_id=row.pk, keep=pair[0], words="Một người", by=OFFICER, now=now).state == "MERGED"
    assert not UseLimit.objects.filter(ended_at=None).exists()


@pytest.fixture
def newcomer(policy_in_force: PolicyVersion, now: datetime) -> tuple[User, UUID]:
    """Somebody who signed up with an address that stands in the records, and who is known under it."""
    known = people_of(taken_in(PEOPLE, now))[0]
    return register_person(address="an@example.vn", password=PASSWORD, language="vi", by=SYSTEM, now=now), known


def test_what_is_held_is_claimed_by_its_address(newcomer: tuple[User, UUID], now: datetime) -> None:
    user, known = newcomer
    assert waiting_for(user=user, at=now) == known
    assert claim(user_id=user.pk, known=known, by=user, now=now) == known


def test_nothing_is_claimed_from_an_address_that_is_held_back(
    newcomer: tuple[User, UUID], dpo: User, now: datetime
) -> None:
    user, known = newcomer
    pause(contact="an@example.vn", reason=PauseReason.REPORTED, by=dpo, now=now)
    assert waiting_for(user=user, at=now) is None
    with pytest.raises(NotAllowed):
        claim(user_id=user.pk, known=known, by=user, now=now)


@pytest.mark.parametrize("who", ["known", "made"])
def test_nothing_is_claimed_while_either_is_about_to_be_deleted(
    who: str, newcomer: tuple[User, UUID], now: datetime
) -> None:
    user, known = newcomer
    going = known if who == "known" else user.subject_id
    begin_erasure(subject_id=going, address="", cooling_off=DAY, by=SYSTEM, now=now)
    assert waiting_for(user=user, at=now) is None
    with pytest.raises(NotAllowed):
        claim(user_id=user.pk, known=known, by=user, now=now)
    assert not Merge.objects.filter(state="MERGED").exists()


def test_people_just_brought_in_can_ask_at_once(policy_in_force: PolicyVersion, now: datetime) -> None:
    """The day a value is held since lies before the day it was brought in; that replaces nothing."""
    from dsr_requests.selectors_identity import is_frozen, person_at_address

    known = people_of(taken_in(PEOPLE, now))[0]
    found = person_at_address("an@example.vn", at=now + HOUR)
    assert found is not None and found.subject_id == known
    assert not is_frozen(known, now + HOUR)


def test_the_copy_of_somebody_else_is_not_handed_over_after_the_mandate(
    policy_in_force: PolicyVersion, agent: User, now: datetime
) -> None:
    person = person_held(now=now)
    request = ask(now=now, kind=RequestKind.COPY, mandate=mandate(RepresentativeKind.PARENT, contact=HELD_ADDRESS))
    take(kind="request", case_id=request.pk, by=agent, now=now)
    identify(request, person, now=now)
    judge(request, Verdict.ACCEPT, by=agent, now=now)
    run_due(now=now)
    make_due(now=now)
    with transaction.atomic():
        Representative.objects.update(valid_until=(now - DAY).date())
        record(event="test.changed", target=request.target, by=SYSTEM, now=now)
    with pytest.raises(MandateOver):
        handing_over.begin_fetch(request_id=request.pk, now=now)

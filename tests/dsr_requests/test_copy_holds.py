"""The copy of one person held back by two members of staff: nothing leaves, the clock goes on, and the person knows."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import actor_reference, read_note, record
from cases.enums import CaseStatus
from cases.errors import OwnCase, ReasonMissing, RoleRefused
from core.actors import GUEST, SYSTEM
from dsr_requests.enums import Ground, RequestKind, Verdict
from dsr_requests.errors import GroundImpossible
from dsr_requests.errors_copy import (
    CopyHeld,
    CopyHeldAlready,
    CopyHoldOver,
    CopyHoldSame,
    EndHoldFirst,
    OfficerHoldsBack,
)
from dsr_requests.models import CopyHold, Request
from dsr_requests.services.forgetting import forget_copy_holds
from dsr_requests.services.fulfilling import run_due
from dsr_requests.services.handing_over import begin_fetch, fetch_own, fetch_with_code
from dsr_requests.services.holding_copies import ask, drop, end, second
from dsr_requests.services.identifying import go_on_waiting
from personal_data.models import DataSubject, Package
from personal_data.services import packaging
from personal_data.storage import stored_blobs
from policies.models import PolicyVersion
from tests.cases.fixtures import mails_of, signed_in
from tests.dsr_requests import asking
from tests.dsr_requests.steps import WISHES, approve, by_member, fresh, hold, judge
from tests.dsr_requests.test_copy import guest_request, work
from tests.dsr_requests.test_merged_cases import join
from tests.harness.ages import ages_at
from tests.personal_data.package_steps import unpacked

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
WHY = "Bản sao còn chứa dữ liệu của người khác; chúng tôi đang tách ra."
LATER = timedelta(hours=1)


@pytest.fixture
def held(policy_in_force: PolicyVersion, now: datetime) -> DataSubject:
    """A customer without an account."""
    return asking.person_held(now=now)


def placed(subject: DataSubject | User, *, dpo: User, agent: User, now: datetime) -> CopyHold:
    """Held back by two."""
    subject_id = subject.subject_id if isinstance(subject, User) else subject.pk
    found = ask(subject_id=subject_id, ground=Ground.HARM, words=WHY, by=dpo, now=now)
    return second(hold_id=found.pk, by=agent, now=now)


def lies_ready() -> bool:
    return Package.objects.get().pk in set(stored_blobs(older_than=float("inf")))


def test_while_it_stands_none_is_made_and_the_person_is_told_once(
    held: DataSubject, dpo: User, agent: User, now: datetime
) -> None:
    found = placed(held, dpo=dpo, agent=agent, now=now)
    request = guest_request(held, now)
    due = (request.target_at, request.limit_at)
    go_on_waiting(now=now + LATER)
    work(now + LATER)
    request = fresh(request)
    assert request.status == CaseStatus.ACKNOWLEDGED and not request.decisions.exists() and not Package.objects.exists()
    assert (request.target_at, request.limit_at) == due and not request.clock_events.exists()
    (mail,) = mails_of("copy-held")
    assert mail.to == asking.HELD_ADDRESS and request.reference in mail.body and request.reference not in mail.subject
    assert "Giving it would harm security or another person" in mail.body and "15.2(a)" in mail.body
    assert WHY not in mail.body and "court" in mail.body and "keeps running" in mail.body
    told = AuditEntry.objects.get(event="request.copy_held")
    assert told.details == {"hold": str(found.pk), "ground": "R2"}


def test_one_that_lies_ready_is_put_back_and_made_anew_when_it_ends(
    held: DataSubject, dpo: User, agent: User, now: datetime
) -> None:
    request = guest_request(held, now)
    row = begin_fetch(request_id=request.pk, now=now)
    code = mails_of("copy-code")[-1].code
    assert lies_ready()
    found = placed(held, dpo=dpo, agent=agent, now=now)
    assert Package.objects.get().state == "WAITING" and not lies_ready()
    work(now)
    assert Package.objects.get().state == "WAITING" and Package.objects.get().attempts == 0
    with pytest.raises(CopyHeld):
        begin_fetch(request_id=request.pk, now=now)
    with pytest.raises(CopyHeld):
        fetch_with_code(request_id=request.pk, code_id=row.pk, typed=code, by=GUEST, now=now)
    (mail,) = mails_of("copy-held")
    assert "made anew" in mail.body, "although the request was closed with the copy"
    end(hold_id=found.pk, words="Đã tách xong.", by=agent, now=now + LATER)
    work(now + LATER)
    assert Package.objects.get().state == "READY" and len(mails_of("copy-let-go")) == 1
    row = begin_fetch(request_id=request.pk, now=now + LATER)
    code = mails_of("copy-code")[-1].code
    _, fetched = fetch_with_code(request_id=request.pk, code_id=row.pk, typed=code, by=GUEST, now=now + LATER)
    assert fetched is not None
    (line,) = unpacked(b"".join(fetched.pieces)).rows("copy_holds")
    assert line["ground"]["code"] == "R2" and line["words"] == WHY and line["ended_at"]


def test_ending_it_lets_an_open_request_go_on_by_itself(
    held: DataSubject, dpo: User, agent: User, now: datetime
) -> None:
    found = placed(held, dpo=dpo, agent=agent, now=now)
    request = guest_request(held, now)
    end(hold_id=found.pk, words="Đã xem xong.", by=dpo, now=now + LATER)
    work(now + LATER)
    assert fresh(request).status == CaseStatus.CLOSED and Package.objects.get().state == "READY"
    assert read_note(AuditEntry.objects.get(event="copy_hold.ended")) == "Đã xem xong."


def test_staff_leave_parts_out_by_two_and_that_copy_is_handed_over(
    member: User, dpo: User, agent: User, now: datetime
) -> None:
    hold(member, now=now, full_name="Trần Thị Lan", phone="0912345678")
    placed(member, dpo=dpo, agent=agent, now=now)
    request = asking.taken(by_member(member, WISHES[RequestKind.COPY], now=now, proved=True), agent, now=now)
    with pytest.raises(EndHoldFirst):
        judge(request, Verdict.ACCEPT, by=agent, now=now)
    decision = judge(request, Verdict.PART, by=agent, now=now, ground=Ground.HARM, refused_fields=["phone"])
    approve(decision, by=dpo, now=now)
    work(now)
    package = Package.objects.get()
    copy = unpacked(b"".join(fetch_own(package_id=package.pk, subject_id=member.subject_id, by=member, now=now).pieces))
    assert "phone" not in {line["field"]["code"] for line in copy.rows("data")}


def test_it_counts_for_whoever_proved_to_be_the_same(
    member: User, held: DataSubject, dpo: User, agent: User, now: datetime
) -> None:
    placed(held, dpo=dpo, agent=agent, now=now)
    join(member.subject_id, held.pk, now)
    by_member(member, WISHES[RequestKind.COPY], now=now, proved=True)
    work(now)
    assert not Package.objects.exists() and len(mails_of("copy-held")) == 1
    with pytest.raises(CopyHeldAlready):
        ask(subject_id=member.subject_id, ground=Ground.HARM, words=WHY, by=dpo, now=now)


def test_a_copy_being_made_meanwhile_does_not_become_ready(
    member: User, dpo: User, agent: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is placed between the first byte and the last."""
    made = packaging.zip_pieces

    def held_meanwhile(*args: object, **kwargs: object) -> object:
        yield from made(*args, **kwargs)  # type: ignore[arg-type]
        placed(member, dpo=dpo, agent=agent, now=now)

    monkeypatch.setattr(packaging, "zip_pieces", held_meanwhile)
    request = by_member(member, WISHES[RequestKind.COPY], now=now, proved=True)
    run_due(now=now)
    package = Package.objects.get().pk
    work(now)
    assert CopyHold.objects.get().stands and not Package.objects.exists()
    assert package not in set(stored_blobs(older_than=float("inf")))
    assert fresh(request).status == CaseStatus.INVESTIGATING


@pytest.mark.parametrize("by_staff", [True, False])
def test_one_not_made_yet_is_examined_by_staff_or_made_when_it_ends(
    by_staff: bool, member: User, dpo: User, agent: User, now: datetime
) -> None:
    hold(member, now=now, full_name="Trần Thị Lan", phone="0912345678")
    request = by_member(member, WISHES[RequestKind.COPY], now=now, proved=True)
    run_due(now=now)
    assert fresh(request).status == CaseStatus.FULFILLING and Package.objects.get().state == "WAITING"
    found = placed(member, dpo=dpo, agent=agent, now=now)
    assert fresh(request).status == CaseStatus.INVESTIGATING and not Package.objects.exists()
    if by_staff:
        request = asking.taken(fresh(request), agent, now=now)
        decision = judge(request, Verdict.PART, by=agent, now=now, ground=Ground.HARM, refused_fields=["phone"])
        approve(decision, by=dpo, now=now)
    else:
        end(hold_id=found.pk, words="Đã xem xong.", by=agent, now=now + LATER)
    work(now + LATER)
    package = Package.objects.get()
    assert package.state == "READY" and bool(package.left_out) == by_staff
    assert fresh(request).status == CaseStatus.CLOSED and request.target_at == fresh(request).target_at


def test_two_people_and_the_database_says_so_too(
    held: DataSubject, dpo: User, agent: User, staff: Callable[..., User], now: datetime
) -> None:
    said = {"subject_id": held.pk, "ground": Ground.HARM, "words": WHY, "now": now}
    for by in (agent, staff("administrator"), staff("auditor")):
        with pytest.raises(OfficerHoldsBack):
            ask(**said, by=by)
    found = ask(**said, by=dpo)
    with pytest.raises(CopyHeldAlready):
        ask(**said, by=dpo)
    with pytest.raises(CopyHoldSame):
        second(hold_id=found.pk, by=dpo, now=now)
    with pytest.raises(RoleRefused):
        second(hold_id=found.pk, by=staff("auditor", "Hoa"), now=now)
    with pytest.raises(DatabaseError, match="copy_hold_second_is_another"), transaction.atomic():
        record(event="test.done", target=found.target, by=SYSTEM, now=now)
        CopyHold.objects.filter(pk=found.pk).update(seconded_at=now, seconded_by=actor_reference(dpo))
    with pytest.raises(DatabaseError, match="no audit entry"), transaction.atomic():
        CopyHold.objects.filter(pk=found.pk).update(seconded_at=now, seconded_by=actor_reference(agent))
    assert guest_request(held, now).status == CaseStatus.CLOSED, "one person alone holds nothing back"
    assert second(hold_id=found.pk, by=agent, now=now).stands
    assert second(hold_id=found.pk, by=agent, now=now).seconded_at == now
    with pytest.raises(CopyHoldOver):
        drop(hold_id=found.pk, by=agent, now=now)


def test_nobody_about_themselves_also_once_joined(held: DataSubject, dpo: User, agent: User, now: datetime) -> None:
    with pytest.raises(OwnCase):
        ask(subject_id=dpo.subject_id, ground=Ground.HARM, words=WHY, by=dpo, now=now)
    found = ask(subject_id=held.pk, ground=Ground.HARM, words=WHY, by=dpo, now=now)
    join(agent.subject_id, held.pk, now)
    for service in (second, drop):
        with pytest.raises(OwnCase):
            service(hold_id=found.pk, by=agent, now=now)
    assert signed_in(agent).get(f"/staff/dsr_requests/copyhold/{found.pk}/change/").status_code == 404


def test_a_ground_of_the_law_for_copies_and_words_are_needed(held: DataSubject, dpo: User, now: datetime) -> None:
    for ground in (Ground.MUST_KEEP, Ground.UNVERIFIED, Ground.NOT_HELD, ""):
        with pytest.raises(GroundImpossible):
            ask(subject_id=held.pk, ground=ground, words=WHY, by=dpo, now=now)
    with pytest.raises(ReasonMissing):
        ask(subject_id=held.pk, ground=Ground.ABUSE, words=" ", by=dpo, now=now)


def test_declined_it_holds_nothing_and_goes_with_its_time(
    held: DataSubject, dpo: User, agent: User, now: datetime
) -> None:
    found = drop(hold_id=ask(subject_id=held.pk, ground=Ground.HARM, words=WHY, by=dpo, now=now).pk, by=agent, now=now)
    assert not found.stands and found.dropped_at == now
    with pytest.raises(CopyHoldOver):
        second(hold_id=found.pk, by=agent, now=now)
    later = now.replace(year=now.year + 3) + timedelta(days=1)
    assert forget_copy_holds(ages_at(later - timedelta(days=2))) == 0
    assert forget_copy_holds(ages_at(later)) == 1 and not CopyHold.objects.exists()


def test_other_rights_go_on(member: User, dpo: User, agent: User, now: datetime) -> None:
    placed(member, dpo=dpo, agent=agent, now=now)
    request: Request = by_member(member, WISHES[RequestKind.WITHDRAW], now=now, proved=True)
    work(now)
    assert fresh(request).status == CaseStatus.CLOSED

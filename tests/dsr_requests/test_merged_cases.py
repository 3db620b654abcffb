"""The cases of whoever was found to be the same person: in the account, and in the plan of a deletion."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from cases.errors import NotSender
from cases.services.messaging import write_as_person
from complaints.models import Complaint
from core.actors import SYSTEM
from dsr_requests.enums import RequestKind
from dsr_requests.models import Request
from dsr_requests.services.identifying import identify_member
from personal_data import planning
from personal_data.enums import Fate
from personal_data.models import ErasureRun, Merge
from personal_data.services.erasing import begin_erasure, run_due_erasures
from personal_data.services.merging import merge, part, propose
from personal_data.services.subjects import create_subject
from tests.cases.fixtures import signed_in
from tests.dsr_requests.steps import WISHES, by_guest
from tests.personal_data.import_steps import OFFICER

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
WORDS = "Khách gọi từ số đã lưu."


@pytest.fixture
def earlier(complaint: Complaint, member: User, now: datetime) -> Request:
    """What somebody without an account sent who proves to be the member: a complaint and a request."""
    return by_guest(WISHES[RequestKind.COPY], now=now)


def join(kept: UUID, other: UUID, now: datetime) -> Merge:
    row = propose(kept=kept, other=other, by=OFFICER, now=now)
    return merge(merge_id=row.pk, keep=kept, words=WORDS, by=OFFICER, now=now)


def rows(subject_id: UUID, now: datetime) -> dict[tuple[str, str], planning.Planned]:
    found = planning.plan_everything(subject_id=subject_id, at=now, confirms=False)
    return {(line.target, str(line.fate)): line for line in found if line.rows}


def test_they_stand_in_the_account_of_the_person_kept_until_the_two_are_parted(
    member: User, earlier: Request, complaint: Complaint, now: datetime
) -> None:
    browser = signed_in(member)
    pages = {
        "/en/account/requests/": earlier.reference,
        f"/en/account/requests/{earlier.reference}/": earlier.reference,
        "/en/account/complaints/": complaint.reference,
        f"/en/account/complaints/{complaint.reference}/": complaint.reference,
    }

    def shown() -> list[bool]:
        found = [(browser.get(address), reference) for address, reference in pages.items()]
        return [page.status_code == 200 and reference in page.content.decode() for page, reference in found]

    assert shown() == [False] * 4
    joined = [join(member.subject_id, other, now) for other in (earlier.subject_id, complaint.subject_id)]
    assert shown() == [True] * 4
    for row in joined:
        part(merge_id=row.pk, words=WORDS, by=OFFICER, now=now)
    assert shown() == [False] * 4


def test_who_was_kept_by_way_of_another_sees_them_too(member: User, complaint: Complaint, now: datetime) -> None:
    between = create_subject(by=SYSTEM, now=now, language="vi").pk
    join(between, complaint.subject_id, now)
    join(member.subject_id, between, now)
    page = signed_in(member).get("/en/account/complaints/").content.decode()
    assert complaint.reference in page


def test_the_person_kept_writes_in_them_and_nobody_else_does(
    member: User, complaint: Complaint, now: datetime, staff: Callable[..., User]
) -> None:
    said = {"kind": "complaint", "case_id": complaint.pk, "text": "Thêm một ý.", "uploads": [], "now": now}
    with pytest.raises(NotSender):
        write_as_person(**said, form_token=uuid4(), by=member)  # type: ignore[arg-type]
    join(member.subject_id, complaint.subject_id, now)
    write_as_person(**said, form_token=uuid4(), by=member)  # type: ignore[arg-type]
    assert complaint.messages.count() == 1
    with pytest.raises(NotSender):
        write_as_person(**said, form_token=uuid4(), by=staff("agent", "Bình"))  # type: ignore[arg-type]


def test_who_shows_who_is_asking_in_one_asks_for_what_is_held_now(
    member: User, earlier: Request, now: datetime
) -> None:
    with pytest.raises(NotSender):
        identify_member(request_id=earlier.pk, by=member, now=now)
    join(member.subject_id, earlier.subject_id, now)
    assert identify_member(request_id=earlier.pk, by=member, now=now).about_id == member.subject_id


def test_the_plan_of_the_person_kept_counts_what_came_with_the_other(
    member: User, earlier: Request, complaint: Complaint, now: datetime
) -> None:
    alone = rows(member.subject_id, now)
    case, request = ("complaints.complaint", Fate.KEEP.value), ("dsr_requests.request", Fate.KEEP.value)
    assert case not in alone and request not in alone
    for other in (earlier.subject_id, complaint.subject_id):
        join(member.subject_id, other, now)
    together = rows(member.subject_id, now)
    assert together[case].rows == together[request].rows == 1
    assert together[case].shared == together[request].shared == 0, "they are one person"
    going = together[planning.MERGED, Fate.OUTSIDE.value]
    assert going.rows >= 4, "a key and a person each, at the least"


def test_the_outcome_is_as_planned_for_both(member: User, complaint: Complaint, now: datetime) -> None:
    join(member.subject_id, complaint.subject_id, now)
    run = begin_erasure(subject_id=member.subject_id, address="", by=member, now=now)
    run_due_erasures(now=now)
    run_due_erasures(now=now)
    assert ErasureRun.objects.filter(finished_at__isnull=False).count() == 2
    assert not [
        (line.target, line.rows, line.left, line.difference) for line in run.plan.lines.all() if line.difference
    ]
    kept = run.plan.lines.get(target="complaints.complaint")
    assert (kept.rows, kept.left) == (1, 1)

"""Ways round a legal hold: by people joined and parted, by who places it, by the moment at which it is placed."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from accounts.models import User
from cases.enums import CaseStatus
from complaints.models import Complaint
from complaints.services.filing import Filed
from core.clock import local_date
from personal_data.enums import DisposalKind
from personal_data.errors_holds import NotClear, OwnMatter
from personal_data.errors_retention import HeldForLaw
from personal_data.models import DataItem, LegalHold, Merge
from personal_data.selectors_holds import is_held
from personal_data.services import announcing, hold_order, holds, merging
from personal_data.services.disposing import approve, propose
from personal_data.services.erasing import begin_deletion
from policies.models import PolicyVersion
from tests.cases.fixtures import signed_in
from tests.complaints.steps import sort, walked_to
from tests.personal_data.erasure_cases import PERSON
from tests.personal_data.hold_steps import OFFICER, Place, place
from tests.personal_data.retention_steps import person, run, value

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
__all__ = ["place"]
WORDS = "Khách gọi từ số đã lưu."
HOLDS = "/staff/personal_data/legalhold/"
Staff = Callable[..., User]


@pytest.fixture
def joined(policy: PolicyVersion, now: datetime) -> Merge:
    """Two people made one, whose only value came from the other."""
    kept, other = person(), person()
    value(other)
    row = merging.propose(kept=kept.pk, other=other.pk, by=OFFICER, now=now)
    return merging.merge(merge_id=row.pk, keep=kept.pk, words=WORDS, by=OFFICER, now=now)


def test_parting_two_people_frees_nothing_a_hold_keeps(joined: Merge, place: Place, now: datetime) -> None:
    hold = place(subject_ref=joined.kept_id)
    merging.part(merge_id=joined.pk, words=WORDS, by=OFFICER, now=now)
    assert DataItem.objects.get().subject_id == joined.other_id
    with pytest.raises(HeldForLaw):
        begin_deletion(subject_id=joined.other_id, fields=["phone"], by=PERSON, now=now)
    holds.release(hold_id=hold.pk, by=OFFICER, now=now)
    assert is_held(joined.other_id, ["phone"]), "each is released apart"
    holds.release(hold_id=LegalHold.objects.get(subject_ref=joined.other_id).pk, by=OFFICER, now=now)
    begin_deletion(subject_id=joined.other_id, fields=["phone"], by=PERSON, now=now)


def test_a_hold_on_somebody_found_to_be_another_keeps_what_stands_there(
    joined: Merge, place: Place, now: datetime
) -> None:
    hold = place(subject_ref=joined.other_id)
    assert hold.subject_ref == joined.other_id
    with pytest.raises(HeldForLaw):
        begin_deletion(subject_id=joined.kept_id, fields=["phone"], by=PERSON, now=now)
    merging.part(merge_id=joined.pk, words=WORDS, by=OFFICER, now=now)
    assert LegalHold.objects.count() == 2, "both have one already"


@pytest.fixture
def accused(complain: Callable[..., Filed], member: User, agent: User, dpo: User, now: datetime) -> Complaint:
    """A complaint of a member about the officer."""
    about = complain(subject_id=member.subject_id).complaint
    case = walked_to(CaseStatus.TRIAGED, about, by=agent, now=now)
    return sort(case, category="staff-conduct", about_staff=dpo.pk, by=agent, now=now)


def page(browser: Client, address: str) -> str:
    return browser.get(address, follow=True).content.decode()


def test_a_hold_on_a_complaint_does_not_exist_for_whom_the_complaint_is_about(
    accused: Complaint, dpo: User, staff: Staff, place: Place, now: datetime
) -> None:
    other = staff("dpo", "Chi")
    hold = place(case_ref=accused.reference, by=other)
    mine, theirs = signed_in(dpo), signed_in(other)
    assert accused.reference in page(theirs, HOLDS) and accused.reference not in page(mine, HOLDS)
    address = f"{HOLDS}{hold.pk}/"
    assert [mine.get(f"{address}change/").status_code, mine.post(f"{address}release/").status_code] == [404, 404]
    person_page = f"/staff/personal_data/datasubject/{accused.subject_id}/change/"
    assert accused.reference in page(theirs, person_page) and accused.reference not in page(mine, person_page)
    with pytest.raises(NotClear) as refused:
        place(case_ref=accused.reference, by=dpo)
    with pytest.raises(NotClear) as unknown:
        place(case_ref="KN-00-0000-0000", by=dpo)
    assert refused.value.message == unknown.value.message
    with pytest.raises(OwnMatter):
        holds.release(hold_id=hold.pk, by=dpo, now=now)
    hold.refresh_from_db()
    assert hold.is_in_force


def test_nobody_decides_on_a_hold_on_themselves(dpo: User, staff: Staff, place: Place, now: datetime) -> None:
    other, officer = staff("dpo", "Chi"), dpo
    User.objects.filter(pk=officer.pk).update(subject=person())
    officer.refresh_from_db()
    with pytest.raises(OwnMatter):
        place(subject_ref=officer.subject_id, by=officer)
    hold = place(subject_ref=officer.subject_id, by=other)
    later = local_date(now) + timedelta(days=60)
    for attempt in (
        lambda: holds.release(hold_id=hold.pk, by=officer, now=now),
        lambda: holds.review(hold_id=hold.pk, review_on=later, by=officer, now=now),
    ):
        with pytest.raises(OwnMatter):
            attempt()
    mine = signed_in(officer)
    shown = page(mine, f"{HOLDS}{hold.pk}/change/")
    assert "This is about you." in shown and "/release/" not in shown
    mine.post(f"{HOLDS}{hold.pk}/release/")
    hold.refresh_from_db()
    assert hold.is_in_force and holds.release(hold_id=hold.pk, by=other, now=now).released_at


def test_nobody_decides_on_a_deletion_of_their_own_data(dpo: User, staff: Staff, now: datetime) -> None:
    other, officer = staff("dpo", "Chi"), dpo
    User.objects.filter(pk=officer.pk).update(subject=person())
    officer.refresh_from_db()
    wanted = {
        "kind": DisposalKind.ORDERED,
        "fields": ["phone"],
        "subject_ref": officer.subject_id,
        "ground": "Quyết định 5/2026",
        "goes_on": local_date(now),
        "now": now,
    }
    with pytest.raises(OwnMatter):
        propose(**wanted, by=officer)  # type: ignore[arg-type]
    row = propose(**wanted, by=other)  # type: ignore[arg-type]
    with pytest.raises(OwnMatter):
        approve(disposal_id=row.pk, seen_digest=bytes(row.digest), by=officer, now=now)


@contextmanager
def register_busy() -> Iterator[None]:
    """Somebody else is writing to the erasure register: whoever has found what goes waits before the commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [announcing._LOCK])
        yield


def beside(work: Callable[[], object]) -> threading.Thread:
    """Do something at the same time, on a connection of its own."""

    def worked() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=worked)
    thread.start()
    return thread


def waits_for(lock: int) -> None:
    """Until some process waits for a lock of the database."""
    asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = %s"
    for _time in range(2000):
        with connection.cursor() as cursor:
            cursor.execute(asked, [lock])
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.005)
    raise AssertionError("nobody waits")


def test_a_hold_that_names_nobody_does_not_stand_while_what_it_keeps_is_being_deleted(place: Place) -> None:
    value(person(ago=timedelta(days=3 * 366)))
    with register_busy():
        deleting = beside(run)
        waits_for(announcing._LOCK)
        placing = beside(lambda: place(field="phone"))
        waits_for(hold_order._LOCK)
        assert not LegalHold.objects.exists()
    deleting.join()
    placing.join()
    assert LegalHold.objects.count() == 1 and not DataItem.objects.exists()
    value(person(ago=timedelta(days=3 * 366)))
    run()
    assert DataItem.objects.exists(), "what comes afterwards is kept"

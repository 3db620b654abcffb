"""What a request leaves behind goes when its time is over: words and files, evidence of identity, paused addresses."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import User
from audit.models import AuditEntry
from audit.services.recording import record
from cases.enums import IntakeChannel
from cases.services.emptying import empty_over
from cases.services.locking import lock_case
from core.actors import SYSTEM
from core.classification import Way
from core.clock import local_date, midnight
from dsr_requests.enums import PauseReason, RequestKind
from dsr_requests.models import Correction, Decision, IdentityFile, PausedAddress, Representative, Request, Snapshot
from dsr_requests.services.ending_unidentified import refuse_unidentified
from dsr_requests.services.forgetting import forget_identity_files, forget_paused_addresses
from dsr_requests.services.pausing import pause
from dsr_requests.wishes import Wish
from personal_data import storage
from personal_data.registry import declarations
from tests.cases.fixtures import signed_in, write_directly
from tests.dsr_requests.steps import by_guest, by_member, fresh, hold, refused
from tests.harness.ages import ages_at

pytestmark = pytest.mark.usefixtures("policy_in_force")


@pytest.fixture
def closed(member: User, agent: User, dpo: User, now: datetime) -> Request:
    """A request to correct a name, refused by two colleagues, with everything a request can hold beside it."""
    hold(member, now=now, full_name="Lan Trần")
    wish = Wish(RequestKind.CORRECT, values={"full-name": "Trần Thị Lan"})
    request = refused(by_member(member, wish, now=now, proved=True), by=agent, second_by=dpo, now=now)
    with transaction.atomic():
        Representative.objects.create(
            case=request, kind="ATTORNEY", sealed_name=b"n", sealed_person=b"p", person_index=b"i"
        )
        Snapshot.objects.create(case=request, sealed=b"s", made_at=now)
        left = IdentityFile.objects.create(case=request, sealed_name=b"f", mime="application/pdf", size=1, added_at=now)
        storage.write_blob(left.pk, b"%PDF", key=bytes(32))
        record(event="test.filled", target=request.target, by=SYSTEM, now=now)
    return fresh(request)


def after(case: Request, days: int = 0) -> datetime:
    assert case.closed_at is not None
    closed_on = local_date(case.closed_at)
    return midnight(closed_on.replace(year=closed_on.year + 3)) + timedelta(days=days)


def test_every_personal_field_of_a_request_is_emptied(closed: Request) -> None:
    assert Decision.objects.exists() and Correction.objects.exists()
    blob = IdentityFile.objects.get().pk
    assert empty_over(ages_at(after(closed, -1))) == 0
    assert empty_over(ages_at(after(closed))) == 1
    for declaration in declarations():
        keep = declaration.retention
        if keep is None or keep.way != Way.CASE or declaration.model._meta.app_label != "dsr_requests":
            continue
        for row in declaration.model._default_manager.all():
            left = {name for name in declaration.personal if getattr(row, name)}
            assert not left, (declaration.model, left)
    assert not Snapshot.objects.exists() and not IdentityFile.objects.exists()
    assert blob not in set(storage.stored_blobs(older_than=float("inf")))
    assert Decision.objects.get().ground and Request.objects.get().reference == closed.reference


def test_the_pages_of_an_emptied_request_still_open(closed: Request, member: User, dpo: User) -> None:
    empty_over(ages_at(after(closed)))
    for user, path in (
        (member, f"/en/account/requests/{closed.reference}/"),
        (dpo, f"/staff/dsr_requests/request/{closed.pk}/change/"),
    ):
        answer = signed_in(user).get(path, follow=True)
        assert answer.status_code == 200, path
        assert "the time for which proof is kept has ended" in answer.content.decode()


def test_what_nobody_was_identified_for_goes_sooner(member: User, now: datetime) -> None:
    case = by_guest(Wish(RequestKind.DELETE, everything=True), now=now, text="Xóa hết giúp tôi.")
    assert refuse_unidentified(request_id=case.pk, now=now + timedelta(days=60))
    ended = fresh(case).closed_at
    assert ended is not None
    assert empty_over(ages_at(ended + timedelta(days=29))) == 0
    assert empty_over(ages_at(ended + timedelta(days=31))) == 1
    assert not bytes(fresh(case).sealed_text) and fresh(case).outcome == "REFUSED"


def test_evidence_of_identity_that_was_left_goes_days_after_the_end(closed: Request) -> None:
    assert closed.closed_at is not None
    blob = IdentityFile.objects.get().pk
    assert forget_identity_files(ages_at(closed.closed_at + timedelta(days=6))) == 0
    assert forget_identity_files(ages_at(closed.closed_at + timedelta(days=8))) == 1
    assert not IdentityFile.objects.exists() and blob not in set(storage.stored_blobs(older_than=float("inf")))
    assert AuditEntry.objects.filter(target=closed.target, event="request.evidence_deleted").exists()


def test_evidence_of_an_open_request_stays(request_case: Request, now: datetime) -> None:
    with transaction.atomic():
        lock_case(kind="request", case_id=request_case.pk)
        IdentityFile.objects.create(case=request_case, sealed_name=b"f", mime="image/png", size=1, added_at=now)
        record(event="test.filled", target=request_case.target, by=SYSTEM, now=now)
    assert forget_identity_files(ages_at(now + timedelta(days=4000))) == 0


def test_a_pause_is_forgotten_long_after_it_was_lifted(dpo: User, now: datetime) -> None:
    row = pause(reason=PauseReason.ODD, contact="ai@example.vn", by=dpo, now=now)
    later = now.replace(year=now.year + 3) + timedelta(days=1)
    assert forget_paused_addresses(ages_at(later)) == 0
    with transaction.atomic():
        row.lifted_at, row.lifted_by, row.confirmed_by_way = now, "user:7", IntakeChannel.PHONE
        row.save()
        record(event="test.lifted", target=f"address-pause:{row.pk}", by=SYSTEM, now=now)
    assert forget_paused_addresses(ages_at(later - timedelta(days=2))) == 0
    assert forget_paused_addresses(ages_at(later)) == 1
    assert not PausedAddress.objects.exists()


def test_the_database_refuses_to_empty_what_is_open(request_case: Request, now: datetime) -> None:
    with pytest.raises(Exception, match="request_emptied_after_its_end"):
        write_directly(request_case, emptied_at=now)

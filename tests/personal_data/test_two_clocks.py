"""A clock set wrong brings nothing forward: what can be called off, or fetched, waits for the database's clock too."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine

from audit.models import AuditEntry
from core import clock
from core.actors import SYSTEM
from core.clock import local_date
from personal_data import tasks
from personal_data.enums import DisposalKind, DisposalState, PackageState
from personal_data.models import DataItem, DataSubject, Disposal, ErasureRun, Package, PurposeState
from personal_data.services import erasing
from personal_data.services.disposing import approve, propose
from personal_data.services.packaging import ask_package, make_due
from personal_data.services.purposes import begin_purpose, purposes_that_end
from personal_data.services.subjects import touch
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.dsr_requests.carrying import in_a_thread
from tests.harness.people import Role
from tests.personal_data.erasure_cases import PERSON, fill, nothing_is_left
from tests.personal_data.test_cooling_off import MINUTE, ask

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
HOUR = timedelta(hours=1)
OFFICER, ADMINISTRATOR = Role("dpo", 1), Role("administrator", 2)
TEN_YEARS = timedelta(days=3653)


@pytest.fixture
def policy(transactional_db: None, now: datetime) -> PolicyVersion:
    """ACROS: values and files."""
    return publish(slug="acros", by=SYSTEM, now=now, demo=True).version


def at(moment: datetime, *jobs: Callable[[], object]) -> None:
    with time_machine.travel(moment, tick=False):
        for job in jobs:
            job()


@pytest.mark.parametrize("ahead", [timedelta(hours=25), TEN_YEARS])
def test_a_clock_ahead_begins_no_deletion_and_ends_no_copy(
    policy: PolicyVersion, subject: DataSubject, ahead: timedelta
) -> None:
    now = clock.now()
    fill(subject, now)
    package = ask_package(subject_id=subject.pk, basis="", language="vi", left_out={}, by=PERSON, now=now)
    make_due(now=now)
    run = ask(subject, now)
    at(now + ahead, tasks.run_erasures, tasks.make_packages)
    run.refresh_from_db()
    assert run.state == "COOLING" and DataItem.objects.count() == 2
    assert Package.objects.get(pk=package.pk).state == PackageState.READY
    erasing.cancel_erasure(run_id=run.pk, by=PERSON, now=clock.now())
    assert DataItem.objects.count() == 2


def test_a_clock_ahead_ends_no_purpose_before_its_day(policy: PolicyVersion, subject: DataSubject) -> None:
    now = clock.now()
    purpose = purposes_that_end(at=now)[0].code
    begin_purpose(subject_id=subject.pk, purpose=purpose, by=OFFICER, now=now)
    goes_on = local_date(now) + timedelta(days=200)
    wanted = {"kind": DisposalKind.PURPOSE, "purpose": purpose, "ground": "Quyết định 5/2026", "goes_on": goes_on}
    row = propose(**wanted, by=OFFICER, now=now)  # type: ignore[arg-type]
    approve(disposal_id=row.pk, seen_digest=bytes(row.digest), by=ADMINISTRATOR, now=now)
    at(now + TEN_YEARS, tasks.holds)
    assert PurposeState.objects.get(purpose=purpose).live
    assert Disposal.objects.get().state == DisposalState.APPROVED


def test_who_signed_in_while_the_clock_ran_ahead_is_kept_no_longer_for_it(subject: DataSubject) -> None:
    now = clock.now()
    touch(subject_id=subject.pk, by=PERSON, now=now + TEN_YEARS)
    touch(subject_id=subject.pk, by=PERSON, now=now)
    subject.refresh_from_db()
    assert subject.last_active_at == now


def test_an_hour_back_brings_nothing_forward_and_undoes_nothing(policy: PolicyVersion, subject: DataSubject) -> None:
    now = clock.now()
    fill(subject, now)
    run = ask(subject, now, wait=MINUTE)
    at(now - HOUR, tasks.run_erasures)
    run.refresh_from_db()
    assert run.state == "COOLING"
    ErasureRun.objects.filter(pk=run.pk).update(starts_at=now - MINUTE)
    at(now, tasks.run_erasures)
    nothing_is_left(run)
    at(now - HOUR, tasks.run_erasures)
    nothing_is_left(run)


def test_two_beats_at_once_erase_once(policy: PolicyVersion, subject: DataSubject) -> None:
    now = clock.now()
    stored = fill(subject, now)
    run = ask(subject, now)
    ErasureRun.objects.filter(pk=run.pk).update(starts_at=now)
    beats = [threading.Thread(target=in_a_thread(tasks.run_erasures)) for _ in range(3)]
    for beat in beats:
        beat.start()
    for beat in beats:
        beat.join()
    nothing_is_left(run, stored)
    assert AuditEntry.objects.filter(event="erasure.started", subject_ref=subject.pk).count() == 1

"""What can go wrong while a copy is made: it is complete or absent, and never holds what was deleted."""

import errno
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from audit.models import AuditEntry
from core.actors import SYSTEM
from personal_data import package_writer, storage
from personal_data.enums import PackageError, PackageState
from personal_data.errors import CopyGone, CopyNotStuck, ResumingRefused, StuckPackages, SubjectGone
from personal_data.models import DataSubject, Package
from personal_data.services import packaging
from personal_data.services.erasing import begin_deletion, begin_erasure, run_due_erasures
from personal_data.services.holding import erase_items, write_item
from tests.harness.people import Role
from tests.personal_data.package_steps import ask, fetched, made

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
NAME = "Nguyễn Thị Thu Hà"


@pytest.fixture
def held(subject: DataSubject, now: datetime) -> DataSubject:
    """Somebody with a name."""
    write_item(subject_id=subject.pk, field="full-name", value=NAME, by=SYSTEM, now=now)
    return subject


def bytes_of(package: Package) -> list[str]:
    """Names of what stands on the disk for a copy, half-written files too."""
    return [path.name for path in storage.root().glob(f"??/{package.pk}*")]


def in_the_middle(monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Do something once, after the content was read and before the ZIP is finished."""
    true, done = package_writer._manifest, []

    def manifest(*args: Any) -> str:
        if not done:
            done.append(True)
            thread = threading.Thread(target=_in_own_connection, args=(act,))
            thread.start()
            thread.join()
        return true(*args)

    monkeypatch.setattr(package_writer, "_manifest", manifest)


def _in_own_connection(act: Any) -> None:
    try:
        act()
    finally:
        connections.close_all()


def test_a_value_deleted_meanwhile_is_not_in_the_copy(
    held: DataSubject, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_middle(monkeypatch, lambda: erase_items(subject_id=held.pk, fields=["full-name"], by=SYSTEM, now=now))
    package = made(held.pk, now)
    assert package.state == PackageState.WAITING and package.error == PackageError.CHANGED and not bytes_of(package)
    later = now + packaging.PAUSES[0]
    packaging.make_due(now=later)
    package.refresh_from_db()
    assert package.state == PackageState.READY and fetched(package, later).rows("data") == []


def test_a_deletion_begun_meanwhile_stops_the_copy(
    held: DataSubject, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_middle(monkeypatch, lambda: begin_deletion(subject_id=held.pk, fields=["full-name"], by=SYSTEM, now=now))
    package = made(held.pk, now)
    assert package.error == PackageError.CHANGED and not bytes_of(package)


def test_an_erasure_while_it_is_made_leaves_nothing(
    held: DataSubject, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erase() -> None:
        begin_erasure(subject_id=held.pk, address="", by=SYSTEM, now=now)
        run_due_erasures(now=now)

    in_the_middle(monkeypatch, erase)
    package = ask(held.pk, now)
    assert packaging.make_due(now=now) == 0
    assert not Package.objects.exists() and not bytes_of(package)
    with pytest.raises(SubjectGone):
        ask(held.pk, now, basis="request:2")


def test_an_erasure_takes_a_copy_that_waits_to_be_fetched(held: DataSubject, now: datetime) -> None:
    package = made(held.pk, now)
    assert bytes_of(package)
    begin_erasure(subject_id=held.pk, address="", by=SYSTEM, now=now)
    run_due_erasures(now=now)
    assert not Package.objects.exists() and not bytes_of(package)


def test_a_copy_that_holds_what_was_deleted_since_is_not_handed_over(held: DataSubject, now: datetime) -> None:
    package = made(held.pk, now)
    erase_items(subject_id=held.pk, fields=["full-name"], by=SYSTEM, now=now + timedelta(seconds=1))
    with pytest.raises(CopyGone):
        packaging.fetch(package_id=package.pk, by=SYSTEM, now=now)
    assert packaging.expire_due(now=now + timedelta(seconds=2)) == 1
    package.refresh_from_db()
    assert package.state == PackageState.EXPIRED and not bytes_of(package)


def test_a_deletion_before_it_was_begun_does_not_end_a_copy(held: DataSubject, now: datetime) -> None:
    """The worker that makes a copy may have read its clock before the deletion came: what counts is the order."""
    write_item(subject_id=held.pk, field="phone", value="0912345678", by=SYSTEM, now=now)
    package = ask(held.pk, now)
    erase_items(subject_id=held.pk, fields=["phone"], by=SYSTEM, now=now + timedelta(seconds=5))
    packaging.make_due(now=now)
    assert packaging.expire_due(now=now + timedelta(minutes=1)) == 0
    package.refresh_from_db()
    assert package.state == PackageState.READY and bytes_of(package)


def test_a_deletion_that_read_its_clock_early_ends_a_copy(held: DataSubject, now: datetime) -> None:
    package = made(held.pk, now)
    erase_items(subject_id=held.pk, fields=["full-name"], by=SYSTEM, now=now - timedelta(seconds=5))
    assert packaging.expire_due(now=now) == 1 and not bytes_of(package)


def test_its_time_ends(held: DataSubject, now: datetime) -> None:
    package = made(held.pk, now)
    last = now + timedelta(days=7)
    assert packaging.expire_due(now=last - timedelta(seconds=1)) == 0
    with pytest.raises(CopyGone):
        packaging.fetch(package_id=package.pk, by=SYSTEM, now=last)
    assert packaging.expire_due(now=last) == 1 and not bytes_of(package)
    assert AuditEntry.objects.filter(event="package.expired").count() == 1


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Writing to the disk is refused."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patch:
        patch.setattr(storage.os, "fsync", refuse)
        yield patch


def test_a_full_disk_is_tried_again_then_waits_for_the_officer(
    held: DataSubject, now: datetime, full_disk: pytest.MonkeyPatch
) -> None:
    package = made(held.pk, now)
    assert package.state == PackageState.WAITING and package.error == PackageError.DISK and not bytes_of(package)
    for _ in packaging.PAUSES:
        package.refresh_from_db()
        packaging.make_due(now=package.next_try_at)
    package.refresh_from_db()
    assert package.state == PackageState.STUCK and package.next_try_at is None
    with pytest.raises(StuckPackages):
        packaging.check_no_package_stuck(now=now)
    full_disk.undo()
    with pytest.raises(ResumingRefused):
        packaging.resume(package_id=package.pk, by=Role("agent"), now=now)
    packaging.resume(package_id=package.pk, by=Role("dpo"), now=now)
    with pytest.raises(CopyNotStuck):
        packaging.resume(package_id=package.pk, by=Role("dpo"), now=now)
    packaging.make_due(now=now)
    package.refresh_from_db()
    assert package.state == PackageState.READY and package.error == "" and fetched(package, now).rows("data")


def test_while_one_worker_makes_it_another_passes_over(
    held: DataSubject, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_by_other: list[int] = []
    in_the_middle(monkeypatch, lambda: made_by_other.append(packaging.make_due(now=now)))
    package = made(held.pk, now)
    assert made_by_other == [0] and package.state == PackageState.READY
    assert AuditEntry.objects.filter(event="package.begun").count() == 1


def test_a_copy_half_made_by_a_worker_that_died_is_made_anew(held: DataSubject, now: datetime) -> None:
    package = ask(held.pk, now)
    packaging._begin(package.pk, now)  # and nothing after it
    package.refresh_from_db()
    assert package.state == PackageState.BUILDING
    assert packaging.make_due(now=now) == 1

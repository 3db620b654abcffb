"""Somebody is erased while they are brought in, or given a consent by staff: whichever commits first was first."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from time import monotonic, sleep

import pytest
from django.db import connection, connections, transaction

from consent.answers import Answer, ConsentKey
from consent.errors import ErasedBefore
from consent.models import LedgerEntry
from consent.services import granting
from personal_data.models import DataSubject, ErasureRun, ImportBatch, Merge, SuppressedIdentity
from personal_data.services import importing
from personal_data.services.erasing import begin_erasure, run_erasure
from personal_data.services.holding import write_item
from personal_data.services.importing import start, take_in
from personal_data.services.subjects import create_subject
from policies.models import PolicyVersion
from tests.harness.people import Role
from tests.personal_data.import_steps import OFFICER, PEOPLE, brought, people_of, values_of, work

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

PERSON = Role("person")
PATIENCE = 20
AUTOMATED = ConsentKey("personalisation")


@pytest.fixture
def beside() -> Iterator[Callable[..., "Future[object]"]]:
    """Do something on connections of its own."""

    def own(call: Callable[[], object]) -> object:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        yield lambda call: pool.submit(own, call)


@pytest.fixture
def known(policy: PolicyVersion, now: datetime) -> DataSubject:
    """Somebody with the address of a person of the file."""
    subject = create_subject(by=PERSON, now=now - timedelta(days=1), language="vi")
    write_item(subject_id=subject.pk, field="email", value="an@example.vn", by=PERSON, now=now)
    return subject


@pytest.fixture
def batch(known: DataSubject, now: datetime) -> ImportBatch:
    batch = brought(PEOPLE, now)
    start(batch_id=batch.pk, digest=bytes(batch.digest), by=OFFICER, now=now)
    return batch


def erase(subject: DataSubject, now: datetime) -> ErasureRun:
    """By one of the roads that keep an address from coming back."""
    return begin_erasure(subject_id=subject.pk, address="", by=PERSON, now=now, suppress=True)


def until_somebody_waits(*, others: int = 1) -> None:
    """Until so many connections wait for a lock."""
    end = monotonic() + PATIENCE
    while monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_catalog.pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] == others:
                return
        sleep(0.01)
    raise AssertionError("nobody waits")


def emails(batch: ImportBatch) -> list[str]:
    return [values_of(one)["email"] for one in people_of(batch)]


def test_who_is_erased_while_the_rows_are_written_is_refused(
    batch: ImportBatch,
    known: DataSubject,
    now: datetime,
    beside: Callable[..., "Future[object]"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy, tries = importing.copy_rows, []

    def erased_first(people: object) -> None:
        tries.append(people)
        if len(tries) == 1:
            beside(lambda: erase(known, now)).result(PATIENCE)
        copy(people)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "copy_rows", erased_first)
    take_in(batch_id=batch.pk, now=now)
    batch.refresh_from_db()
    assert len(tries) == 2 and emails(batch) == ["binh@example.vn"]
    assert (batch.state, batch.people, batch.suppressed, batch.doubles) == ("DONE", 1, 1, 0)
    assert not Merge.objects.exists()


def test_an_erasure_that_is_about_to_commit_is_waited_for(
    batch: ImportBatch, known: DataSubject, now: datetime, beside: Callable[..., "Future[object]"]
) -> None:
    with transaction.atomic():
        erase(known, now)
        taking = beside(lambda: take_in(batch_id=batch.pk, now=now))
        until_somebody_waits()
    taking.result(PATIENCE)
    assert emails(batch) == ["binh@example.vn"]


def test_an_erasure_waits_for_nothing_but_the_end_of_an_import(
    batch: ImportBatch,
    known: DataSubject,
    now: datetime,
    beside: Callable[..., "Future[object]"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other order: whoever was taken in before anybody was erased stays, and is perhaps the same."""
    looked, go_on, check = Event(), Event(), importing.check_none_since

    def hold_there(mark: int, indexes: set[bytes]) -> None:
        check(mark, indexes)
        looked.set()
        assert go_on.wait(PATIENCE)

    monkeypatch.setattr(importing, "check_none_since", hold_there)
    taking = beside(lambda: take_in(batch_id=batch.pk, now=now))
    assert looked.wait(PATIENCE)
    with ThreadPoolExecutor(1) as pool:
        erasing = pool.submit(lambda: (erase(known, now), connections.close_all())[0])
        until_somebody_waits()
        assert not people_of(batch) and not SuppressedIdentity.objects.exists()
        go_on.set()
        taking.result(PATIENCE)
        run = erasing.result(PATIENCE)
    assert sorted(emails(batch)) == ["an@example.vn", "binh@example.vn"]
    assert Merge.objects.filter(kept=known).count() == 1 and SuppressedIdentity.objects.count() == 1
    assert run_erasure(run_id=run.pk, now=now)
    work(now + timedelta(minutes=2))
    assert sorted(emails(batch)) == ["an@example.vn", "binh@example.vn"]


def test_an_address_is_on_the_list_from_the_moment_its_erasure_is_announced(known: DataSubject, now: datetime) -> None:
    run = erase(known, now)
    assert SuppressedIdentity.objects.count() == 1
    assert run_erasure(run_id=run.pk, now=now) and SuppressedIdentity.objects.count() == 1


def test_staff_who_enter_a_consent_meanwhile_are_refused(
    known: DataSubject,
    policy: PolicyVersion,
    now: datetime,
    beside: Callable[..., "Future[object]"],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One of two people with the same address is erased while staff write a consent of the other."""
    twin = create_subject(by=OFFICER, now=now, language="vi")
    write_item(subject_id=twin.pk, field="email", value="AN@example.vn", by=OFFICER, now=now)
    write = granting._write

    def erased_first(*args: object, **kwargs: object) -> list[int]:
        beside(lambda: erase(known, now)).result(PATIENCE)
        return write(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(granting, "_write", erased_first)
    with pytest.raises(ErasedBefore):
        granting.record_answers(
            subject_id=twin.pk,
            answers=[Answer(AUTOMATED, granted=True)],
            version=policy,
            language="vi",
            method="PAPER",
            evidence={"form": "7"},
            by=Role("agent"),
            now=now,
        )
    assert not LedgerEntry.objects.filter(subject_ref=twin.pk).exists()

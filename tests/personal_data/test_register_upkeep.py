"""The register's entries end, a full disk is told, and a page says in words what could not be done."""

import contextlib
import json
import os
import resource
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client, RequestFactory

from core.models import SweepState
from core.sweeps import run_sweep
from personal_data.errors_register import RegisterRefused, RegisterUnavailable
from personal_data.models import DataItem, DataSubject, RegisterHead, UnplayedFrame
from personal_data.own_records import ages
from personal_data.register.faults import Fault
from personal_data.services import register_standing
from personal_data.services.announcing import Erased, EvidenceEnded, announce
from personal_data.services.holding import erase_items, write_item
from personal_data.services.replaying import follow_register, replay_all
from personal_data.services.shortening import shorten_register
from policies.models import PolicyVersion
from privacy_portal.restored import RestoredMiddleware
from tests.harness.people import Role
from tests.personal_data.test_register_replay import tell, told

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
PERSON = Role("person")


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    register_standing.forget()
    yield
    register_standing.forget()


@contextlib.contextmanager
def full_disk(path: Path) -> Iterator[None]:
    """No file of this process grows beyond what the register has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def shorten(now: datetime) -> int:
    found = ages(now)
    assert found is not None
    return shorten_register(found)


def test_entries_older_than_the_oldest_backup_end(
    policy: PolicyVersion, subject: DataSubject, register_file: Path, now: datetime, settings: Any
) -> None:
    old = now - timedelta(days=settings.PORTAL_BACKUP_DAYS + 1)
    told(3, old)
    young = dict(RegisterHead.objects.values().get())
    tell(Erased(subject.pk), now=now)
    assert shorten(now) == 3
    first, kept = lines(register_file)
    assert (first["sequence"], kept["sequence"]) == (3, 4)
    assert first["next"] == kept["before"]
    assert RegisterHead.objects.get().offset == register_file.stat().st_size
    assert register_standing.look() == register_standing.Standing("", 0)
    assert tell(EvidenceEnded(DataSubject().pk), now=now) == 5
    assert shorten(now) == 0
    # A backup that is young enough is brought in line with what is left.
    RegisterHead.objects.update(**young)
    register_standing.forget()
    assert register_standing.look().behind == 2
    assert replay_all(now=now).people == 1


def test_a_backup_older_than_the_register_reaches_is_refused(
    policy: PolicyVersion, register_file: Path, now: datetime
) -> None:
    old = now - timedelta(days=400)
    tell(EvidenceEnded(DataSubject().pk), now=old)
    older = dict(RegisterHead.objects.values().get())
    told(2, old)
    assert shorten(now) == 3
    RegisterHead.objects.update(**older)
    register_standing.forget()
    assert register_standing.look().fault == Fault.BEGINS_LATER


def test_a_backup_from_before_the_register_is_refused_once_it_was_shortened(
    policy: PolicyVersion, register_file: Path, now: datetime
) -> None:
    old = now - timedelta(days=400)
    told(2, old)
    RegisterHead.objects.all().delete()
    register_standing.forget()
    assert register_standing.look() == register_standing.Standing("", 2)
    tell(EvidenceEnded(DataSubject().pk), now=old)
    UnplayedFrame.objects.all().delete()
    assert shorten(now) == 3
    RegisterHead.objects.all().delete()
    register_standing.forget()
    assert register_standing.look().fault == Fault.BEGINS_LATER
    with pytest.raises(RegisterUnavailable):
        tell(EvidenceEnded(DataSubject().pk), now=now)


def test_what_is_still_to_be_done_is_not_left_out(
    policy: PolicyVersion, subject: DataSubject, register_file: Path, now: datetime
) -> None:
    old = now - timedelta(days=400)
    tell(EvidenceEnded(DataSubject().pk), now=old)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce([Erased(subject.pk)], now=old)
        raise ZeroDivisionError
    tell(EvidenceEnded(DataSubject().pk), now=old)
    assert UnplayedFrame.objects.get().sequence == 2
    assert shorten(now) == 1
    assert follow_register(now=now) == 1
    subject.refresh_from_db()
    assert not subject.is_active
    assert shorten(now) == 2


def test_a_shortening_that_was_not_committed_is_no_fault(
    policy: PolicyVersion, register_file: Path, now: datetime
) -> None:
    old = now - timedelta(days=400)
    told(3, old)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert shorten(now) == 3
        raise ZeroDivisionError
    assert RegisterHead.objects.get().offset > register_file.stat().st_size
    assert register_standing.look() == register_standing.Standing("", 0)
    assert tell(EvidenceEnded(DataSubject().pk), now=now) == 4


def test_a_shortening_that_was_killed_leaves_no_copy_of_the_entries(
    policy: PolicyVersion, register_file: Path, now: datetime
) -> None:
    old = now - timedelta(days=400)
    told(3, old)
    connections.close_all()
    child = os.fork()
    if not child:
        Path.replace = lambda *_: os._exit(9)  # type: ignore[assignment,method-assign]
        with contextlib.suppress(BaseException):
            shorten(now)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert len(list(register_file.parent.iterdir())) == 2
    assert shorten(now) == 3
    assert list(register_file.parent.iterdir()) == [register_file]


def test_nothing_is_deleted_while_the_register_cannot_be_written(
    policy: PolicyVersion, subject: DataSubject, register_file: Path, now: datetime
) -> None:
    write_item(subject_id=subject.pk, field="full-name", value="Hoa", by=PERSON, now=now)
    tell(EvidenceEnded(DataSubject().pk), now=now)
    with full_disk(register_file), pytest.raises(RegisterUnavailable):
        erase_items(subject_id=subject.pk, fields=["full-name"], by=PERSON, now=now)
    assert DataItem.objects.filter(subject=subject).exists()
    assert len(lines(register_file)) == 2
    erase_items(subject_id=subject.pk, fields=["full-name"], by=PERSON, now=now)
    assert not DataItem.objects.filter(subject=subject).exists()


def test_the_page_says_so_in_words(rf: RequestFactory) -> None:
    def view(request: object) -> None:
        raise AssertionError

    middleware = RestoredMiddleware(view)  # type: ignore[arg-type]
    answer = middleware.process_exception(rf.post("/vi/account/data/"), RegisterUnavailable("unwritable"))
    assert answer is not None and answer.status_code == 503
    assert str(RegisterUnavailable.message) in answer.content.decode()
    assert middleware.process_exception(rf.get("/"), ValueError()) is None


def test_a_register_on_a_disk_that_takes_no_writing_is_told_to_staff(
    policy: PolicyVersion, register_file: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(EvidenceEnded(DataSubject().pk), now=now)
    run_sweep("personal_data.replay_register", follow_register)
    monkeypatch.setattr(register_standing, "_FREE_BYTES", 1 << 62)  # more than any disk has
    with pytest.raises(RegisterRefused):
        run_sweep("personal_data.replay_register", follow_register)
    assert SweepState.objects.get(name="personal_data.replay_register").last_error == "RegisterRefused"


def test_a_first_start_makes_register_and_head(register_file: Path, client: Client, now: datetime) -> None:
    assert register_standing.look() == register_standing.Standing()
    assert not register_file.exists()
    assert follow_register(now=now) == 0
    assert register_file.exists() and RegisterHead.objects.get().sequence == 0
    assert not connection.in_atomic_block

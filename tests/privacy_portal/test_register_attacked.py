"""Whatever is done to the erasure register: it is refused by name, nothing is deleted or lost, and everybody hears."""

import contextlib
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client

from accounts.enums import Role as StaffRole
from accounts.services.staffing import create_staff
from core.actors import SYSTEM
from core.sweeps import FAILURES_BEFORE_ALERT, run_sweep
from outbound.models import OutboxMessage
from outbound.services.queueing import queue_notice
from outbound.tasks import deliver_due
from personal_data.errors_register import RegisterRefused, RegisterUnavailable
from personal_data.models import DataItem, DataSubject, RegisterHead, UnplayedFrame
from personal_data.register import file
from personal_data.register.faults import Fault, RegisterFault
from personal_data.services import register_standing
from personal_data.services.announcing import Erased, EvidenceEnded, announce
from personal_data.services.holding import erase_items, write_item
from personal_data.services.replaying import begin_anew, follow_register
from policies.models import PolicyVersion
from privacy_portal.tasks import alert
from tests.cases.fixtures import queued
from tests.dsr_requests.carrying import in_a_thread
from tests.harness.people import Role
from tests.personal_data.test_register import lines
from tests.personal_data.test_register_replay import tell, told
from tests.privacy_portal.register_harm import ATTACKS, alter_keeping_the_time, put_a_dead_link, roll_back_by_one

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

PERSON = Role("person")
RUNBOOK = settings.BASE_DIR / "docs" / "runbooks" / "restore.md"


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    """No answer of another test is remembered."""
    register_standing.forget()
    yield
    register_standing.forget()


@pytest.fixture
def in_use(policy: PolicyVersion, subject: DataSubject, register_file: Path, now: datetime) -> Path:
    """A register with three frames, and somebody whose value nobody may lose by what is done to it."""
    write_item(subject_id=subject.pk, field="full-name", value="Hoa", by=PERSON, now=now)
    told(3, now)
    return register_file


@pytest.mark.parametrize(("attack", "fault"), ATTACKS, ids=[attack.__name__ for attack, _fault in ATTACKS])
def test_it_is_refused_by_name_everywhere_and_nothing_is_lost(
    in_use: Path,
    subject: DataSubject,
    client: Client,
    now: datetime,
    capsys: pytest.CaptureFixture[str],
    attack: Callable[[Path, datetime], None],
    fault: Fault,
) -> None:
    assert client.get("/vi/").status_code == 200, "what was read before must not hide it"
    attack(in_use, now)
    register_standing._known = None  # two seconds later
    before = in_use.read_bytes() if in_use.is_file() else None
    head = RegisterHead.objects.values().get()

    assert register_standing.look().fault == fault
    answer = client.get("/vi/account/")
    words = answer.content.decode()
    assert answer.status_code == 503 and "Retry-After" in answer.headers
    assert '<section lang="vi">' in words and '<section lang="en">' in words and "Back in a few minutes" in words
    ready = client.get("/readyz")
    assert ready.status_code == 503 and ready.json()["checks"]["register"]["reason"] == fault
    with pytest.raises(SystemExit) as ended:
        call_command("replay_erasures", check=True)
    told = (
        r"behind the register by \d+ entries"
        if fault == Fault.BEHIND
        else rf"the register is {fault.value}( at entry \d+)?\."
    )
    assert ended.value.code == 1 and re.search(told, capsys.readouterr().out)
    if fault != Fault.BEHIND:
        with pytest.raises(SystemExit):
            call_command("replay_erasures")
        assert re.search(told, capsys.readouterr().out)
    with pytest.raises(RegisterRefused, match=fault.value):
        run_sweep("personal_data.replay_register", follow_register)
    assert run_sweep("personal_data.run_erasures", lambda now: 1 / 0) is None

    assert DataItem.objects.filter(subject=subject).exists()
    assert (in_use.read_bytes() if in_use.is_file() else None) == before
    assert RegisterHead.objects.values().get() == head and not UnplayedFrame.objects.exists()


def test_each_code_has_its_line_in_the_runbook() -> None:
    part = RUNBOOK.read_text(encoding="utf-8").split("## When the register is refused")[1]
    assert set(re.findall(r"(?m)^\| `([a-z-]+)` \|", part)) == {fault.value for fault in Fault}


def test_cut_at_every_byte_of_the_last_frame_it_is_refused(in_use: Path, now: datetime) -> None:
    data = in_use.read_bytes()
    begin = data.rindex(b"\n", 0, len(data) - 1) + 1
    for size in range(begin, len(data)):
        in_use.write_bytes(data[:size])
        assert register_standing.look().fault == (Fault.ROLLED_BACK if size == begin else Fault.CUT), size
        if size % 16 == 0:
            with pytest.raises(RegisterUnavailable):
                tell(Erased(DataSubject().pk), now=now)
            assert in_use.stat().st_size == size
    in_use.write_bytes(data)
    assert register_standing.look().is_open and tell(Erased(DataSubject().pk), now=now) == 4


def test_cut_at_every_byte_of_a_frame_nothing_was_committed_with_it_goes_on(in_use: Path, now: datetime) -> None:
    """Killed while it was written: it was never whole, so nothing depends on it."""
    before = in_use.read_bytes()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce([Erased(DataSubject().pk)], now=now)
        raise ZeroDivisionError
    data = in_use.read_bytes()
    for size in range(len(before) + 1, len(data)):
        in_use.write_bytes(data[:size])
        assert register_standing.look() == register_standing.Standing("", 0), size
    in_use.write_bytes(data[:-1])
    assert tell(Erased(DataSubject().pk), now=now) == 4
    assert len(lines(in_use)) == 5


@pytest.mark.parametrize("known", [True, False])
def test_any_altered_byte_is_refused(in_use: Path, now: datetime, known: bool) -> None:
    """In frames the database knows, and in those it does not."""
    if not known:
        first = in_use.read_bytes().index(b"\n") + 1
        opening = lines(in_use)[0]
        digest = bytes.fromhex(str(opening["next"]))
        RegisterHead.objects.update(sequence=0, digest=digest, offset=first)
    data = in_use.read_bytes()
    assert register_standing.look().is_open
    for place in range(len(data)):
        byte = data[place] ^ 1
        in_use.write_bytes(data[:place] + bytes([byte]) + data[place + 1 :])
        register_standing.forget()
        fault = register_standing.look().fault
        # Without its line end the last line was never whole.
        ignored = not known and place == len(data) - 1
        assert bool(fault) != ignored and fault in ("", Fault.ALTERED, Fault.CUT, Fault.FOREIGN), place
    in_use.write_bytes(data)
    register_standing.forget()
    assert register_standing.look().is_open


def test_what_was_altered_while_the_file_grew_is_found_within_the_hour(
    in_use: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert register_standing.look().is_open
    alter_keeping_the_time(in_use, now)
    told(1, now)
    assert register_standing._read is not None
    register_standing._read.at -= register_standing.READ_SECONDS + 1
    assert register_standing.look().fault == Fault.ALTERED


def test_with_another_key_nothing_is_read_and_nothing_written(in_use: Path, now: datetime, settings: Any) -> None:
    before = in_use.read_bytes()
    settings.PORTAL_REGISTER_KEY = bytes(32)
    assert register_standing.look().fault == Fault.ALTERED
    with pytest.raises(RegisterFault, match=Fault.ALTERED), transaction.atomic():
        list(opened_frames(in_use))
    with pytest.raises(RegisterRefused, match=Fault.ALTERED):
        follow_register(now=now)
    assert in_use.read_bytes() == before


def opened_frames(path: Path) -> Iterator[object]:
    with file.opened(path) as register:
        yield from register.frames_after(register.first().place)


def test_what_the_disk_does_not_take_is_not_deleted(in_use: Path, subject: DataSubject, now: datetime) -> None:
    """A file nobody may write to: read by an account that owns nothing."""
    with tempfile.TemporaryDirectory(prefix="portal-test-") as name:
        Path(name).chmod(0o711)
        copy = Path(name, "erasures.register")
        shutil.copy(in_use, copy)
        copy.chmod(0o444)
        assert as_nobody(lambda: size_of(copy, to_write=False)) == "read"
        assert as_nobody(lambda: size_of(copy, to_write=True)) == Fault.UNWRITABLE


def size_of(path: Path, *, to_write: bool) -> str:
    try:
        with file.opened(path, to_write=to_write) as register:
            return "read" if register.size else "empty"
    except RegisterFault as fault:
        return fault.fault.value


def as_nobody(work: Callable[[], str]) -> str:
    """What it answers in a process of an account without rights."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            os.write(writing, work().encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as answer:
        return answer.read().decode()


def test_two_that_write_at_once_share_no_place(in_use: Path, now: datetime) -> None:
    before, each = len(lines(in_use)), 8
    numbers: list[int] = []

    def write() -> None:
        for _ in range(each):
            numbers.append(tell(EvidenceEnded(DataSubject().pk), now=now))

    threads = [threading.Thread(target=in_a_thread(write)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(before, before + 4 * each))
    assert RegisterHead.objects.get().sequence == max(numbers)
    assert register_standing.look() == register_standing.Standing("", 0)
    connections.close_all()


def test_administrators_are_told_by_mail_and_nobody_else(in_use: Path, now: datetime) -> None:
    create_staff(
        address="quan.tri@example.vn",
        password="mot cau du dai 42",
        role=StaffRole.ADMINISTRATOR,
        staff_name="Quản Trị",
        language="en",
        by=SYSTEM,
        now=now,
    )
    person = queue_notice(notice="account-erased", to="hoa@example.vn", language="en", context={}, now=now)
    roll_back_by_one(in_use, now)
    register_standing.forget()
    for _ in range(FAILURES_BEFORE_ALERT):
        with pytest.raises(RegisterRefused):
            run_sweep("personal_data.replay_register", follow_register)
    alert()
    (mail,) = [mail for mail in queued() if mail.notice == "jobs-failing"]
    assert mail.to == "quan.tri@example.vn"
    assert "personal_data.replay_register" in mail.body and "rolled-back" in mail.body
    assert "docs/runbooks/restore.md" in mail.body
    deliver_due()
    assert OutboxMessage.objects.get(notice="jobs-failing").sent_at
    person.refresh_from_db()
    assert person.sent_at is None


def test_begun_anew_whatever_stood_there_is_put_aside(in_use: Path, now: datetime) -> None:
    put_a_dead_link(in_use, now)
    aside = begin_anew(now=now)
    assert Path(aside).is_symlink() and register_standing.look().is_open


def test_while_it_is_refused_a_deletion_is_refused_in_words(in_use: Path, subject: DataSubject, now: datetime) -> None:
    roll_back_by_one(in_use, now)
    with pytest.raises(RegisterUnavailable) as refusal:
        erase_items(subject_id=subject.pk, fields=["full-name"], by=PERSON, now=now)
    assert refusal.value.fault == Fault.ROLLED_BACK
    assert DataItem.objects.filter(subject=subject).exists()

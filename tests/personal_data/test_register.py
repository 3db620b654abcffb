"""The erasure register: what is announced stands in it before the commit, and no other file takes its place."""

import base64
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction

from personal_data.errors_register import RegisterUnavailable
from personal_data.models import RegisterHead, UnplayedFrame
from personal_data.register.faults import Fault
from personal_data.services.announcing import (
    MOST_BY_ITSELF,
    Deleted,
    Erased,
    EvidenceEnded,
    Limited,
    Withdrawn,
    announce,
    is_announced,
    replaying,
)

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def tell(*entries: object, now: datetime) -> int:
    """One frame in a transaction of its own."""
    with transaction.atomic():
        return announce(entries, now=now)  # type: ignore[arg-type]


def tell_and_crash(*entries: object, now: datetime) -> None:
    """A frame whose transaction never commits."""
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce(entries, now=now)  # type: ignore[arg-type]
        raise ZeroDivisionError


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_the_first_entry_makes_the_file_and_the_head(register_file: Path, now: datetime) -> None:
    assert tell(Erased(uuid4()), now=now) == 1
    first, frame = lines(register_file)
    head = RegisterHead.objects.get()
    assert (str(head.register), head.sequence, head.offset) == (first["register"], 1, register_file.stat().st_size)
    assert frame["before"] == first["next"]
    assert register_file.stat().st_mode & 0o777 == 0o600
    assert register_file.parent.stat().st_mode & 0o777 == 0o700


def test_nobody_can_be_read_off_the_file(register_file: Path, now: datetime) -> None:
    subject_id, item = uuid4(), uuid4()
    tell(
        Erased(subject_id, [b"\1" * 32]),
        Deleted(subject_id, "personal_data.dataitem", [item], ["phone"]),
        Withdrawn(subject_id, "marketing", "email", "", 7),
        Limited(subject_id, "RESTRICTION", "", "request:1", ended=False),
        EvidenceEnded(subject_id),
        now=now,
    )
    text = register_file.read_text()
    for one in (subject_id, item):
        assert str(one) not in text
        assert one.hex not in text
        assert base64.b64encode(one.bytes).decode().rstrip("=") not in text
    kinds = [entry["kind"] for entry in lines(register_file)[1]["entries"]]  # type: ignore[attr-defined, index]
    assert kinds == ["erased", "deleted", "withdrawn", "limited", "evidence-ended"]


def test_nothing_to_announce_writes_nothing(register_file: Path, now: datetime) -> None:
    assert tell(now=now) == 0
    with replaying():
        assert tell(Erased(uuid4()), now=now) == 0
    assert not register_file.exists()


def test_what_was_announced_and_not_committed_is_taken_up_by_the_next(register_file: Path, now: datetime) -> None:
    tell(Erased(uuid4()), now=now)
    lost = uuid4()
    tell_and_crash(Erased(lost), now=now)
    assert RegisterHead.objects.get().sequence == 1
    assert is_announced(lost, now=now)
    assert not is_announced(uuid4(), now=now)
    assert tell(Erased(uuid4()), now=now) == 3
    assert list(UnplayedFrame.objects.values_list("sequence", flat=True)) == [2]
    assert is_announced(lost, now=now)


def test_a_database_far_behind_announces_nothing(register_file: Path, now: datetime) -> None:
    tell(Erased(uuid4()), now=now)
    before = RegisterHead.objects.values().get()
    for _ in range(MOST_BY_ITSELF + 1):
        tell(Erased(uuid4()), now=now)
    RegisterHead.objects.update(**before)
    refused(Fault.BEHIND, now)
    RegisterHead.objects.filter(pk=1).delete()
    refused(Fault.BEHIND, now)


def test_half_a_line_at_the_end_was_never_committed(register_file: Path, now: datetime) -> None:
    tell(Erased(uuid4()), now=now)
    with register_file.open("ab") as file:
        file.write(b'{"register":"')
    assert tell(Erased(uuid4()), now=now) == 2
    assert len(lines(register_file)) == 3


def test_a_missing_file_is_refused_by_name(register_file: Path, now: datetime) -> None:
    tell(Erased(uuid4()), now=now)
    register_file.unlink()
    refused(Fault.MISSING, now)
    assert not register_file.exists()


def test_an_older_copy_of_the_file_is_refused_by_name(register_file: Path, now: datetime) -> None:
    tell(Erased(uuid4()), now=now)
    older = register_file.read_bytes()
    tell(Erased(uuid4()), now=now)
    register_file.write_bytes(older)
    refused(Fault.ROLLED_BACK, now)


def test_a_cut_file_is_refused_by_name(register_file: Path, now: datetime) -> None:
    tell(Erased(uuid4()), now=now)
    os.truncate(register_file, register_file.stat().st_size - 5)
    refused(Fault.CUT, now)


def test_the_register_of_another_installation_is_refused_by_name(
    register_file: Path, now: datetime, register_folder: Path
) -> None:
    tell(Erased(uuid4()), now=now)
    own = register_file.read_bytes()
    RegisterHead.objects.all().delete()
    register_file.unlink()
    tell(Erased(uuid4()), now=now)
    register_file.write_bytes(own)
    refused(Fault.FOREIGN, now)


PLACES: dict[str, Callable[[bytes], int]] = {
    "the first byte": lambda data: 0,
    "the register's name": lambda data: data.index(b'"register":"') + 14,
    "the opening's hash": lambda data: data.index(b'"next":"') + 10,
    "the opening's signature": lambda data: data.index(b'"signature":"') + 20,
    "the end of the opening": lambda data: data.index(b"\n"),
    "a number": lambda data: data.rindex(b'"sequence":') + 11,
    "the hash before": lambda data: data.rindex(b'"before":"') + 12,
    "the moment": lambda data: data.rindex(b'"at":"') + 9,
    "a kind": lambda data: data.rindex(b'"kind":"') + 9,
    "a person": lambda data: data.rindex(b'"who":"') + 9,
    "a signature": lambda data: data.rindex(b'"signature":"') + 20,
    "the last letter of a signature": lambda data: len(data) - 6,
    "the last byte": lambda data: len(data) - 1,
}


@pytest.mark.parametrize("place", PLACES)
def test_an_altered_byte_is_refused(register_file: Path, now: datetime, place: str) -> None:
    """Whether the database knows the frame already or not."""
    for _ in range(2):
        tell(Erased(uuid4()), now=now)
    data = bytearray(register_file.read_bytes())
    position = PLACES[place](bytes(data))
    data[position] = ord("7") if data[position] != ord("7") else ord("8")
    register_file.write_bytes(data)
    known = RegisterHead.objects.values().get()
    if position > data.rindex(b'{"register"') or place == "the last byte":
        refused_at_all(now)
    RegisterHead.objects.all().delete()
    if place != "the last byte":
        refused_at_all(now)
    assert known


def test_a_file_that_cannot_be_written_stops_what_was_to_be_announced(register_file: Path, now: datetime) -> None:
    tell(Erased(uuid4()), now=now)
    size = register_file.stat().st_size
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))
    try:
        refused(Fault.UNWRITABLE, now)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert register_file.stat().st_size == size
    assert tell(Erased(uuid4()), now=now) == 2


def refused(fault: Fault, now: datetime) -> None:
    with pytest.raises(RegisterUnavailable) as refusal:
        tell(Erased(uuid4()), now=now)
    assert refusal.value.fault == fault.value


def refused_at_all(now: datetime) -> None:
    with pytest.raises(RegisterUnavailable):
        tell(Erased(uuid4()), now=now)

"""What somebody does to the erasure register, each with the fault it is refused for."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from personal_data.models import RegisterHead
from personal_data.register.faults import Fault
from personal_data.services.announcing import MOST_BY_ITSELF
from tests.personal_data.test_register_replay import told


def another(path: Path, now: datetime) -> bytes:
    """The register of another installation, as long as ours, with its own key or with ours."""
    aside = path.with_name("own")
    path.rename(aside)
    head = RegisterHead.objects.values().get()
    RegisterHead.objects.all().delete()
    told(3, now)
    data = path.read_bytes()
    RegisterHead.objects.all().delete()
    RegisterHead.objects.create(**head)
    aside.rename(path)
    return data


def cut_within(path: Path, now: datetime) -> None:
    os.truncate(path, path.stat().st_size - 9)


def roll_back_by_one(path: Path, now: datetime) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def roll_back_to_the_first(path: Path, now: datetime) -> None:
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])


def swap(path: Path, now: datetime) -> None:
    first, one, two, three = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + two + one + three)


def leave_one_out(path: Path, now: datetime) -> None:
    first, one, _two, three = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + one + three)


def alter_keeping_the_time(path: Path, now: datetime) -> None:
    """Whoever alters a byte sets the time of the file back."""
    found = path.stat()
    data = bytearray(path.read_bytes())
    place = data.index(b'"who":"') + 9
    data[place] = ord("x") if data[place] != ord("x") else ord("y")
    path.write_bytes(data)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def put_another(path: Path, now: datetime) -> None:
    path.write_bytes(another(path, now))


def put_another_with_its_own_key(path: Path, now: datetime) -> None:
    own = settings.PORTAL_REGISTER_KEY
    settings.PORTAL_REGISTER_KEY = bytes(32)
    try:
        data = another(path, now)
    finally:
        settings.PORTAL_REGISTER_KEY = own
    path.write_bytes(data)


def add_a_forged_frame(path: Path, now: datetime) -> None:
    with path.open("ab") as grown:
        grown.write(path.read_bytes().splitlines(keepends=True)[-1])


def fill_with_other_things(path: Path, now: datetime) -> None:
    path.write_bytes(b'{"form":1,"register":7,"sequence":1e999}\n' + b"[" * 5000 + b"\n")


def empty(path: Path, now: datetime) -> None:
    path.write_bytes(b"")


def take_away(path: Path, now: datetime) -> None:
    path.unlink()


def put_a_link(path: Path, now: datetime) -> None:
    own = path.with_name("elsewhere")
    path.rename(own)
    path.symlink_to(own)


def put_a_dead_link(path: Path, now: datetime) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


def put_a_folder(path: Path, now: datetime) -> None:
    path.unlink()
    path.mkdir()


def put_a_pipe(path: Path, now: datetime) -> None:
    path.unlink()
    os.mkfifo(path)


def get_far_ahead(path: Path, now: datetime) -> None:
    before = RegisterHead.objects.values().get()
    told(MOST_BY_ITSELF + 1, now)
    RegisterHead.objects.update(**before)


ATTACKS: list[tuple[Callable[[Path, datetime], None], Fault]] = [
    (cut_within, Fault.CUT),
    (empty, Fault.CUT),
    (roll_back_by_one, Fault.ROLLED_BACK),
    (roll_back_to_the_first, Fault.ROLLED_BACK),
    (swap, Fault.ALTERED),
    (leave_one_out, Fault.ALTERED),
    (alter_keeping_the_time, Fault.ALTERED),
    (add_a_forged_frame, Fault.ALTERED),
    (fill_with_other_things, Fault.ALTERED),
    (put_another, Fault.FOREIGN),
    (put_another_with_its_own_key, Fault.FOREIGN),
    (take_away, Fault.MISSING),
    (put_a_link, Fault.NOT_A_FILE),
    (put_a_dead_link, Fault.NOT_A_FILE),
    (put_a_folder, Fault.NOT_A_FILE),
    (put_a_pipe, Fault.NOT_A_FILE),
    (get_far_ahead, Fault.BEHIND),
]

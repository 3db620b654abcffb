"""Reminders come exactly once, whatever is killed, lost or doubled meanwhile: real processes, each fault twice.

`make drill` does the same twenty times.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ops.installation import running
from tests.ops.reminders import FAULTS, Reminders, offset_to_service_hours, reminders

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installations")]

TWICE = 2
HOUR = 3600


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="portal-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "home"


@pytest.fixture(scope="module")
def offset() -> int:
    return offset_to_service_hours()


@contextlib.contextmanager
def portal(home: Path, offset: int, keys: list[int]) -> Iterator[Reminders]:
    """The installation with its clock set; the complaints entered meanwhile are added to `keys`."""
    settings = {"PORTAL_CLOCK_OFFSET": str(offset)}
    with running(home, **settings) as up, reminders(up, keys=keys, **settings) as desk:
        yield desk
        keys[:] = desk.keys


def test_reminders_come_exactly_once(home: Path, offset: int) -> None:
    keys: list[int] = []
    with portal(home, offset, keys) as desk:
        for fault in FAULTS:
            for _ in range(TWICE):
                desk.enter(6)
                desk.strike(fault)
            assert desk.wait_until_right() == [], fault
        desk.enter(6)
    for back in (2 * HOUR, 4 * HOUR):
        with portal(home, offset - back, keys) as desk:
            assert desk.wait_until_right() == [], f"the clock set back by {back} s"
            desk.sweep()
            assert desk.wrong() == []
    # The clock is right again, and what dead workers had taken is free.
    with portal(home, offset + HOUR, keys) as desk:
        desk.sweep()
        assert desk.wait_until_sent() == []
        assert desk.wrong() == []

"""Faults struck at a running installation while reminders are due, and the count of what became of them."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from privacy_portal.supervision import processes
from tests.ops.inside import Inside, inside
from tests.ops.installation import BASE, Up, environment

PATIENCE = 240.0  # longer than the watchdog takes to notice a worker that lives and does nothing
FAULTS = ("broker emptied", "broker killed", "worker killed", "worker child killed", "two beats", "database killed")


def offset_to_service_hours() -> int:
    """Seconds from now to 10:00 of the coming Wednesday in Vietnam: staff read mail then, whenever this runs."""
    now = datetime.now(tz=UTC)
    wednesday = now + timedelta(days=(2 - now.weekday()) % 7 + 7)
    return int((wednesday.replace(hour=3, minute=0, second=0) - now).total_seconds())


@dataclass
class Reminders:
    """The letters of an installation, entered and counted by a process of its own inside it."""

    up: Up
    settings: dict[str, str]
    counter: Inside
    keys: list[int] = field(default_factory=list)

    def enter(self, count: int) -> None:
        """Complaints with three reminders overdue each."""
        self.keys += self.counter.ask("file", count)

    def ring(self, times: int) -> None:
        """Ring for the sweep."""
        self.counter.ask("ring", times)

    def sweep(self) -> None:
        """Ring, and wait until a whole sweep has run since."""
        before = self.counter.ask("swept", 0)
        self.ring(1)
        assert processes.wait_until(lambda: self.counter.ask("swept", 0) != before, seconds=PATIENCE, every=0.2)

    def wrong(self) -> list[str]:
        """What is missing or doubled now."""
        found: list[str] = self.counter.ask("look", self.keys)["wrong"]
        return found

    def wait_until_right(self) -> list[str]:
        """What is still missing or doubled in the end."""
        found: list[str] = []

        def right() -> bool:
            nonlocal found
            found = self.wrong()
            return not found

        processes.wait_until(right, seconds=PATIENCE, every=0.5)
        return found

    def wait_until_sent(self) -> list[str]:
        """Letters that did not become exactly one file in the end."""

        def sent() -> bool:
            return not self.counter.ask("look", self.keys)["waiting"]

        processes.wait_until(sent, seconds=PATIENCE, every=0.5)
        found = self.counter.ask("look", self.keys)
        names = [path.stem[-36:] for path in (self.up.home / "mail").glob("*.eml")]
        return [*found["waiting"], *(letter for letter in found["sent"] if names.count(letter) != 1)]

    def strike(self, fault: str) -> None:
        """Do it, at a random moment of the sweep that was rung for."""
        self.ring(3)
        time.sleep(random.uniform(0, 0.4))
        if fault == "broker emptied":
            for _ in range(3):
                empty_broker(self.up.home)
                time.sleep(0.1)
        elif fault == "two beats":
            with second_beat(self.up.home, self.settings):
                self.ring(2)
                time.sleep(3)
        else:
            for pid in self._victims(fault):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _victims(self, fault: str) -> list[int]:
        workers = self.up.pids("privacy_portal.jobs worker")
        return {
            "broker killed": self.up.pids("valkey-server"),
            "worker killed": workers,
            "worker child killed": workers[1:],
            "database killed": self.up.pids("bin/postgres")[:1],
            "none": [],
        }[fault]


@contextlib.contextmanager
def reminders(up: Up, *, keys: list[int] | None = None, **settings: str) -> Iterator[Reminders]:
    """A counter for a running installation; `keys` are the complaints entered before a restart."""
    with inside(up, "tests.ops.desk_process", **settings) as counter:
        yield Reminders(up, settings, counter, list(keys or []))


@contextlib.contextmanager
def second_beat(home: Path, settings: dict[str, str]) -> Iterator[None]:
    """Another beat beside the portal's own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "privacy_portal.jobs", "beat"],
        cwd=BASE,
        env=environment(home, **settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def empty_broker(home: Path) -> None:
    from redis import Redis

    from privacy_portal.embedded import valkey_socket

    with contextlib.suppress(OSError), Redis(unix_socket_path=str(valkey_socket(home))) as broker:
        broker.flushall()

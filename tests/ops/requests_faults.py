"""Faults struck at a running installation while requests are carried out, and what became of the requests."""

import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privacy_portal.supervision import processes
from tests.ops.inside import Inside, inside
from tests.ops.installation import BASE, Up, environment, running
from tests.ops.mail_server import MailServer, mail_server
from tests.ops.reminders import empty_broker

PATIENCE = 240.0
POLICY = "acros"
OTHER_WISHES = ("some", "correct", "restrict", "object", "withdraw", "protect")
# Each step in which the worker is killed: what is asked for, where the worker is held, and in which step.
STEPS = (
    *(("everything", "fulfilment", step) for step in ("SNAPSHOT", "ERASE", "ORDER", "CONFIRMED", "FINISH")),
    *(("everything", "erasure", step) for step in ("SUPPRESS", "KEY", "CLOSE", "FILES", "ROWS", "FINISH")),
    *(("some", "erasure", step) for step in ("FILES", "ROWS", "FINISH")),
    ("correct", "fulfilment", "CORRECT"),
    ("restrict", "fulfilment", "LIMIT"),
    ("withdraw", "fulfilment", "WITHDRAW"),
    ("copy", "fulfilment", "PACKAGE"),
    ("copy", "copy", "WAITING"),
    ("copy", "copy", "BUILDING"),
    ("copy", "end of copy", "BUILDING"),
)
# What kills a process comes first: letters in its hands leave when their time is over, and nobody waits for them here.
KILLING = ("step", "worker killed", "database restarted", "two workers")
FAULTS = (*KILLING[1:], "broker emptied", "disk full", "mail down", "deleted meanwhile")
SMALLEST_FILE, LARGEST_FILE = 20_000, 800_000
MISSES = 6
WORKER_PROCESSES = 3  # the one that waits, and its two children


@dataclass
class Drill:
    """An installation, its mail server, and the requests made in it."""

    up: Up
    settings: dict[str, str]
    mail: MailServer
    process: Inside
    errands: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    fault: str = ""

    def strike(self, fault: str, times: int = 1) -> None:
        """Have requests made, and the fault strike while they are carried out."""
        self.fault = fault
        if fault == "two workers":
            self._two_workers(times)
            return
        for _ in range(times):
            {
                "worker killed": self._worker_killed,
                "broker emptied": self._broker_emptied,
                "database restarted": self._database_restarted,
                "disk full": self._disk_full,
                "mail down": self._mail_down,
                "deleted meanwhile": self._deleted_meanwhile,
            }[fault]()

    def strike_step(self, wish: str, place: str, step: str) -> bool:
        """Kill the worker in one step, carried out and not committed. False when it was faster every time."""
        self.fault = "step"
        for _ in range(MISSES):
            answer = self.process.ask("hold", [wish, place, step])
            self._note([answer["errand"]])
            if answer["held"]:
                self._kill(self._workers()[1:])
                self.process.ask("release")
                return True
        return False

    def wait_until_right(self) -> list[str]:
        """What is still wrong with the requests made since the last call, in the end, and which fault struck them."""
        found: list[str] = []

        def right() -> bool:
            nonlocal found
            found = [f"{fault}: {one}" for fault in self.errands for one in self._wrong(fault)]
            return not found

        processes.wait_until(right, seconds=PATIENCE, every=0.5)
        self.errands = {}
        return found

    def _wrong(self, fault: str) -> list[str]:
        """What is wrong now with requests a fault struck, or with their letters: each reaches the mail server once."""
        found: list[str] = self.process.ask("look", self.errands[fault])
        letters = self.process.ask("letters", self.errands[fault])
        for letter, state in letters.items():
            if state == "left" and not 1 <= self.mail.taken[letter] <= 1 + (fault in KILLING):
                found.append(f"letter {letter} came {self.mail.taken[letter]} times")
            if state == "waits" or (state == "taken" and fault not in KILLING):
                found.append(f"letter {letter} has not left")
        return found

    def _note(self, errands: list[dict[str, Any]]) -> None:
        self.errands.setdefault(self.fault, []).extend(errands)

    def _ask(self, *wishes: str) -> None:
        """By default of some kinds, always with what deletes and what copies."""
        self._note(self.process.ask("ask", wishes or ("everything", "copy", *random.sample(OTHER_WISHES, 2))))

    def _worker_killed(self) -> None:
        self._ask()
        time.sleep(random.uniform(0, 0.4))
        workers = self._workers()
        self._kill(random.choice((workers, workers[1:])))

    def _broker_emptied(self) -> None:
        self._ask()
        for _ in range(3):
            time.sleep(random.uniform(0, 0.2))
            empty_broker(self.up.home)

    def _database_restarted(self) -> None:
        self._ask()
        time.sleep(random.uniform(0, 0.4))
        first = self.up.pids("bin/postgres")[:1]
        for pid in first:
            os.kill(pid, random.choice((signal.SIGINT, signal.SIGKILL)))
        assert processes.wait_until(lambda: self.up.pids("bin/postgres")[:1] not in ([], first), seconds=PATIENCE)

    def _disk_full(self) -> None:
        """No file of the worker can grow beyond a size; the system answers as a full disk does, with OSError."""
        with small_files(self._workers(), random.randint(SMALLEST_FILE, LARGEST_FILE)), self._biting("disk full"):
            self._ask("copy", "some", "everything")

    def _mail_down(self) -> None:
        self.mail.stop()
        with self._biting("mail down"):
            self._ask()
        self.mail.start()

    def _two_workers(self, times: int) -> None:
        """Both find the same requests, and one of them is in the middle of a step."""
        with second_worker(self.up, self.settings):
            assert processes.wait_until(lambda: len(self._workers()) == 2 * WORKER_PROCESSES, seconds=PATIENCE)
            for _ in range(times):
                self._ask()
                self.process.ask("ring", 3)
                self._note([self.process.ask("hold", random.choice(STEPS))["errand"]])
                self.process.ask("ring", 6)
                time.sleep(random.uniform(0, 1))
                self.process.ask("release")
                self.process.ask("ring", 6)
                time.sleep(random.uniform(0, 1))

    def _deleted_meanwhile(self) -> None:
        for _ in range(MISSES):
            answer = self.process.ask("ask_both", [random.choice(("everything", "some")), random.uniform(0, 2)])
            self._note(answer["errands"])
            if answer["held"]:
                return
        raise AssertionError("every copy was made before it could be held")

    @contextlib.contextmanager
    def _biting(self, fault: str) -> Iterator[None]:
        """Wait at the end of the block until the fault was felt, so that nothing is called survived that never came."""
        before = self.process.ask("bitten", fault)
        yield
        assert processes.wait_until(lambda: self.process.ask("bitten", fault) != before, seconds=PATIENCE, every=0.1)

    def _workers(self) -> list[int]:
        return self.up.pids("privacy_portal.jobs worker")

    def _kill(self, pids: list[int]) -> None:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def drill(home: Path) -> Iterator[Drill]:
    """A running installation whose policy lets a deletion begin at once, ready for faults."""
    with mail_server() as mail:
        settings = {"EMAIL_URL": mail.url, **policy_without_cooling_off(home.parent)}
        with running(home, **settings) as up, inside(up, "tests.ops.requests_process", **settings) as process:
            yield Drill(up, settings, mail, process)


def policy_without_cooling_off(folder: Path) -> dict[str, str]:
    """Settings for a copy of a policy in which a deletion of everything begins at once."""
    packs = folder / "packs"
    if not packs.exists():
        shutil.copytree(BASE / "policies" / "packs" / POLICY, packs / POLICY)
        file = packs / POLICY / "policy.toml"
        text = file.read_text(encoding="utf-8")
        assert "cooling_off_hours = 24\n" in text
        file.write_text(text.replace("cooling_off_hours = 24\n", "cooling_off_hours = 0\n"), encoding="utf-8")
    return {"PORTAL_POLICY": POLICY, "PORTAL_PACKS_DIR": str(packs)}


@contextlib.contextmanager
def small_files(limited: list[int], most: int) -> Iterator[None]:
    """Files of these processes cannot grow beyond `most` bytes, until the block ends. Needs no right over the disk."""
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in limited}
    try:
        for pid, (_, hard) in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))
        yield
    finally:
        for pid, limits in before.items():
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@contextlib.contextmanager
def second_worker(up: Up, settings: dict[str, str]) -> Iterator[None]:
    """Another worker beside the portal's own, on the same requests."""
    process = subprocess.Popen(
        [sys.executable, "-m", "privacy_portal.jobs", "worker"],
        cwd=BASE,
        env=environment(up.home, PORT=str(up.port), **settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)

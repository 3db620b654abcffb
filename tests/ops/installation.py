"""Whole installations in folders of their own, started and ended as a person at a terminal does."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privacy_portal.supervision import processes
from tests.production import clean_environment

BASE = Path(__file__).resolve().parents[2]
START_SECONDS = 300
STOP_SECONDS = 40
# An account that is not root and may read what the tests may: root's own files seen from a user namespace.
NOT_ROOT = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--") if os.geteuid() == 0 else ()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, **settings: str) -> dict[str, str]:
    """A demo in `home`, with nothing of the tests' own settings."""
    cleaned = {
        name: value for name, value in clean_environment().items() if not name.startswith(("CELERY_", "PYTEST_"))
    }
    return {**cleaned, "PORTAL_HOME": str(home), "PORTAL_DEMO": "1", **settings}


def manage(
    home: Path, *arguments: str, prefix: tuple[str, ...] = (), **settings: str
) -> "subprocess.CompletedProcess[str]":
    """One management command from beginning to end."""
    return subprocess.run(
        [*prefix, sys.executable, "manage.py", *arguments],
        cwd=BASE,
        env=environment(home, **settings),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


def processes_of(home: Path) -> dict[int, str]:
    """Every process that serves this home: by its environment, or by the folder on its command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        command = processes.command_line(int(folder.name))
        if (f"PORTAL_HOME={home}".encode() in variables or str(home) in command) and processes.is_alive(
            int(folder.name)
        ):
            found[int(folder.name)] = command
    return found


@dataclass
class Up:
    """A running `manage.py up`."""

    home: Path
    port: int
    process: "subprocess.Popen[str]"
    lines: list[str] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a page."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read()

    def readiness(self) -> dict[str, Any]:
        """What /readyz says; empty while nobody answers."""
        try:
            answer: dict[str, Any] = json.loads(self.get("/readyz")[1])
        except OSError:
            return {}
        return answer

    def pids(self, words: str) -> list[int]:
        """Processes of this installation with `words` on their command line, the oldest first."""
        return sorted(pid for pid, command in processes_of(self.home).items() if words in command)

    def wait_for(self, words: str, *, seconds: float = 60) -> None:
        """Until a line with these words was printed."""
        assert processes.wait_until(lambda: any(words in line for line in self.lines), seconds=seconds, every=0.1), (
            f"“{words}” was not printed:\n" + "\n".join(self.lines[-40:])
        )

    def stop(self, request: int = signal.SIGTERM) -> int:
        """Ask it to end; answers its exit code."""
        self.process.send_signal(request)
        return self.process.wait(timeout=STOP_SECONDS)

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("READY "):
                self.ready.set()
        self.ready.set()


@contextlib.contextmanager
def running(home: Path, *, prefix: tuple[str, ...] = (), **settings: str) -> Iterator[Up]:
    """`manage.py up` in `home` until the block ends; ready when the block begins."""
    port = free_port()
    process = subprocess.Popen(
        [*prefix, sys.executable, "manage.py", "up"],
        cwd=BASE,
        env=environment(home, PORT=str(port), **settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    up = Up(home=home, port=port, process=process)
    reader = threading.Thread(target=up.read, daemon=True)
    reader.start()
    try:
        assert up.ready.wait(START_SECONDS)
        assert f"READY {up.url}/" in up.lines, "\n".join(up.lines[-40:])
        yield up
    finally:
        if process.poll() is None:
            up.stop()
        reader.join(timeout=10)
        assert process.stdout is not None
        process.stdout.close()
        for pid in processes_of(home):  # only after a failure: nothing may be left to the next test
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

"""Child processes of `manage.py up`: started, their output prefixed, restarted with a growing pause, ended with all
they started.
"""

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

Start = Callable[[IO[bytes] | int], "subprocess.Popen[bytes]"]

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
SETTLED_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """Run in a child before it becomes the program: when the supervisor is killed, the kernel ends the child too
    (Linux).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


@dataclass(eq=False)
class Child:
    """One supervised program. `start` is given where to write and returns the running process."""

    name: str
    start: Start
    end_signal: int = signal.SIGTERM
    once: bool = False  # its end is expected: it is not started again
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    start_at: float = 0.0
    deaths: int = 0
    rest: bytes = field(default=b"", repr=False)


class Family:
    """All children, in the order they are started; ended in the opposite order."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._say = say
        self._selector = selectors.DefaultSelector()
        self.children: list[Child] = []

    def start(self, child: Child) -> Child:
        """Start a child now and keep it running from here on."""
        if child not in self.children:
            self.children.append(child)
        self._start(child)
        return child

    def adopt(self, child: Child) -> None:
        """Keep a program running that somebody else started: it is started only when told that it ended."""
        self.children.append(child)

    def turn(self, *, seconds: float) -> None:
        """Wait at most so long for output; pass it on; look after whoever ended."""
        for key, _ in self._selector.select(seconds):
            self._read(key.data)
        for child in self.children:
            if child.process is not None and child.process.poll() is not None and not child.once:
                self._ended(child)
            elif child.process is None and child.start_at and time.monotonic() >= child.start_at:
                self._start(child)

    def end(self, *names: str, seconds: float) -> None:
        """End these children in good order, then whatever is left of their process groups by force."""
        chosen = [child for child in self.children if child.name in names]
        for child in chosen:
            child.start_at = 0.0
            if child.process is not None and child.process.poll() is None:
                with suppress(ProcessLookupError):
                    child.process.send_signal(child.end_signal)
        limit = time.monotonic() + seconds
        while any(child.process is not None and child.process.poll() is None for child in chosen):
            if time.monotonic() > limit:
                break
            for key, _ in self._selector.select(0.05):
                self._read(key.data)
        for child in chosen:
            self._sweep_group(child)
            self.children.remove(child)

    def kill(self, *names: str) -> None:
        """End these at once, with all they started; they are started again like any that died."""
        for child in self.children:
            if child.name in names and child.process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)

    def _start(self, child: Child) -> None:
        child.start_at = 0.0
        read, write = os.pipe()
        try:
            child.process = child.start(write)
        finally:
            os.close(write)
        os.set_blocking(read, False)
        child.started_at = time.monotonic()
        child.rest = b""
        self._selector.register(read, selectors.EVENT_READ, child)

    def _read(self, child: Child) -> None:
        """Pass on whole lines; at the end of the output what is left, too."""
        for key in [key for key in self._selector.get_map().values() if key.data is child]:
            try:
                text = os.read(key.fd, 65536)
            except BlockingIOError:
                continue
            lines = (child.rest + text).split(b"\n")
            child.rest = lines.pop()
            if not text:
                lines.append(child.rest)
                child.rest = b""
                self._selector.unregister(key.fd)
                os.close(key.fd)
            for line in lines:
                if line.strip():
                    self._say(child.name, line.decode(errors="replace").rstrip())

    def _ended(self, child: Child) -> None:
        assert child.process is not None
        code = child.process.returncode
        self._sweep_group(child)
        child.process = None
        child.deaths += 1
        if time.monotonic() - child.started_at > SETTLED_SECONDS:
            child.pause = FIRST_PAUSE
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        self._say("up", f"{child.name} ended ({how}); starting it again in {child.pause:g} s")
        child.start_at = time.monotonic() + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _sweep_group(self, child: Child) -> None:
        """Children of a killed child would go on without it."""
        if child.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()

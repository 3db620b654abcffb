"""`manage.py up`: the whole portal on one machine, in one terminal.

It starts PostgreSQL and Valkey (unless addresses are given), prepares what changed since the last start, starts web,
worker and beat, restarts what dies, and ends everything on Ctrl-C or SIGTERM. It never loads Django's apps itself: it
stays small and starts fast.
"""

import errno
import fcntl
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import IO

from django.conf import settings

from privacy_portal.key_checks import check_keys
from privacy_portal.supervision import CannotStart, preparation
from privacy_portal.supervision.children import Child, Family, die_with_parent
from privacy_portal.supervision.readiness import not_ready
from privacy_portal.supervision.servers import EmbeddedServers, Server, make_home
from privacy_portal.supervision.watchdog import LOOK_SECONDS, Watchdog

READY_SECONDS = 120
GRACE_SECONDS = 8.0
TURN_SECONDS = 0.1
ASK_SECONDS = 0.15  # between two looks at /readyz
SHUT = "register"  # the check of /readyz that no waiting mends
HOPELESS_DEATHS = 4  # of one program before the portal was ready once
BASE = Path(__file__).resolve().parent.parent.parent
LEAN = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": "131072",
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "1",
    "CELERY_SKIP_CHECKS": "1",  # `make check` runs them
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser",  # messages are JSON, nothing in them is run
}
PROGRAMS: dict[str, list[str]] = {
    "worker": ["privacy_portal.jobs", "worker"],
    "beat": ["privacy_portal.jobs", "beat"],
    "web": ["gunicorn", "--config=python:privacy_portal.gunicorn_conf"],
}


class Stopped(Exception):
    """The person at the terminal, or the system, asked for the end."""


def main() -> int:
    """Run until asked to stop; answers the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows no Vietnamese still shows the rest
    supervisor = Supervisor()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.ask_to_stop)
    try:
        supervisor.run()
    except Stopped:
        return 0
    finally:
        supervisor.end()
    return 0


class Supervisor:
    """Starts, watches and ends the processes of one installation."""

    def __init__(self) -> None:
        self.home: Path = settings.PORTAL_HOME
        self.family = Family(self.say)
        self.servers: EmbeddedServers | None = None
        self._up_lock: IO[bytes] | None = None
        self._stopping = False

    def ask_to_stop(self, number: int, _: FrameType | None) -> None:
        """Only noted here: it is acted upon between two steps, so that no child is lost half-way."""
        self._stopping = True

    def say(self, who: str, line: str) -> None:
        """One line of one process on the terminal; a terminal that went away stops nothing."""
        try:
            sys.stdout.write(f"{who:<8} | {line}\n")
            sys.stdout.flush()
        except OSError:
            sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  for the rest of this process

    def run(self) -> None:
        """Everything from the first check to the end asked for (as Stopped)."""
        check_port(settings.PORT)
        make_home(self.home)
        self._lock_home()
        preparation.check_policy(self.home, settings.PORTAL_POLICY)
        self._start_servers()
        check_keys()
        if preparation.is_stale(self.home):
            self._prepare()
        for name, command in PROGRAMS.items():
            self.family.start(Child(name=name, start=program(command)))
        self._until_ready()
        self._watch()

    def end(self) -> None:
        """End what was started: first those who use the servers, then the servers."""
        if self.family.children:
            self.say("up", "stopping")
        self.family.end(*PROGRAMS, "prepare", seconds=GRACE_SECONDS)
        if self.servers is not None:
            self.family.end("valkey", "postgres", seconds=GRACE_SECONDS)
            self.servers.stop()
            self.servers.release()
            self.servers = None

    def _lock_home(self) -> None:
        self._up_lock = (self.home / "run" / "up.lock").open("ab")
        try:
            fcntl.flock(self._up_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"the portal in {self.home} already runs. Stop it first, or choose another PORTAL_HOME and PORT."
            ) from None

    def _start_servers(self) -> None:
        if not (settings.EMBEDDED_POSTGRES or settings.EMBEDDED_VALKEY):
            return
        if not (self.home / "postgres" / "PG_VERSION").exists() and settings.EMBEDDED_POSTGRES:
            self.say("up", f"making a database in {self.home}")
        self.servers = EmbeddedServers(
            self.home,
            with_postgres=settings.EMBEDDED_POSTGRES,
            with_valkey=settings.EMBEDDED_VALKEY,
            spawn=self._spawn_server,
        )
        self.servers.hold()
        known = {child.name for child in self.family.children}
        for server in self.servers.servers:
            if server.name not in known:
                self.family.adopt(self._server_child(server))

    def _spawn_server(self, server: Server) -> "subprocess.Popen[bytes]":
        known = [child for child in self.family.children if child.name == server.name]
        process = self.family.start(known[0] if known else self._server_child(server)).process
        assert process is not None
        return process

    def _server_child(self, server: Server) -> Child:
        def start(log: IO[bytes] | int) -> "subprocess.Popen[bytes]":
            server.prepare()
            return server.spawn(log=log)

        return Child(name=server.name, start=start, end_signal=server.end_signal)

    def _prepare(self) -> None:
        """Migrate, publish and seed in a process of its own; its lines show how far it is."""
        self.say("up", "preparing: database, static files, policy")
        child = self.family.start(Child(name="prepare", start=program([str(BASE / "manage.py"), "prepare"]), once=True))
        process = child.process
        assert process is not None
        while process.poll() is None:
            self._turn()
        self.family.turn(seconds=0)  # its last lines
        self.family.end("prepare", seconds=0)
        if process.returncode:
            raise CannotStart("preparing failed; the lines above say why.")

    def _until_ready(self) -> None:
        begun = said = time.monotonic()
        ask_at = 0.0
        missing: str | None = "web"
        while True:
            self._turn()
            now = time.monotonic()
            if now >= ask_at:
                missing = not_ready(settings.PORT)
                ask_at = time.monotonic() + ASK_SECONDS
            if missing is None:
                print(f"READY http://127.0.0.1:{settings.PORT}/", flush=True)
                return
            if missing == SHUT:  # somebody has to look: pages say so, and nothing is gained by waiting
                self.say("up", "the database does not know what the erasure register says: docs/runbooks/restore.md")
                print(f"SHUT http://127.0.0.1:{settings.PORT}/", flush=True)
                return
            if any(child.deaths >= HOPELESS_DEATHS for child in self.family.children):
                raise CannotStart("a part of it ends again and again; the lines above say why.")
            if now - begun > READY_SECONDS:
                raise CannotStart(f"it was not ready after {READY_SECONDS} seconds, waiting for {missing}.")
            if now - said > 5:
                said = now
                self.say("up", f"waiting for {missing}")

    def _watch(self) -> None:
        """Keep everything running until asked to stop; a worker that lives and does nothing is started anew."""
        watchdog = Watchdog()
        look_at = time.monotonic() + LOOK_SECONDS
        while True:
            self._turn()
            if time.monotonic() < look_at:
                continue
            if watchdog.is_stuck(not_ready(settings.PORT)):
                self.say("up", "the worker does nothing; starting worker and beat anew")
                self.family.kill("worker", "beat")
            look_at = time.monotonic() + LOOK_SECONDS

    def _turn(self) -> None:
        if self._stopping:
            raise Stopped
        self.family.turn(seconds=TURN_SECONDS)
        if self.servers is None:
            return
        for server, child in ((s, c) for s in self.servers.servers for c in self.family.children if c.name == s.name):
            if child.process is None and not child.start_at and server.pid() is None:
                self.say("up", f"{server.name} is gone; starting it")
                child.start_at = time.monotonic()


def program(command: list[str]) -> Callable[[IO[bytes] | int], "subprocess.Popen[bytes]"]:
    """How to start a program of this Python, in a session of its own so that Ctrl-C reaches the supervisor alone."""
    arguments = [sys.executable, *(["-m"] if not command[0].endswith(".py") else []), *command]

    def start(log: IO[bytes] | int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=BASE,
            env={**os.environ, **LEAN},
            start_new_session=True,
            preexec_fn=die_with_parent,  # the supervisor has one thread
        )

    return start


def check_port(port: int) -> None:
    """One clear line when something else listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as fault:
            if fault.errno == errno.EADDRINUSE:
                raise CannotStart(f"port {port} is in use. Choose another one: PORT=8001 make run") from None
            raise CannotStart(
                f"port {port} cannot be used ({fault.strerror}). Choose another one: PORT=8001 make run"
            ) from None

"""Holding the embedded servers: started by whoever needs them first, stopped by whoever leaves last.

Every process that uses them holds a shared lock on `run/use.lock`; the kernel drops it when the process ends, however
it ends. Whoever can take that lock alone is the last. Starting and stopping happen under `run/start.lock`, one process
at a time. Servers left behind by a process that was killed are found running and used on.
"""

import fcntl
import os
import stat
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

from privacy_portal import embedded
from privacy_portal.supervision import CannotStart, postgres, processes, server_user, valkey

PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)  # seconds between two tries to start a server that ended at once
LOG_LIMIT = 1_000_000  # bytes; a longer log begins anew at the next start


class Server(Protocol):
    """What the supervisor needs to know of a server."""

    name: str
    end_signal: int

    def prepare(self) -> None: ...
    def spawn(self, *, log: IO[bytes] | int) -> subprocess.Popen[bytes]: ...
    def pid(self) -> int | None: ...
    def is_ready(self) -> bool: ...
    def stop(self) -> None: ...


class Locked:
    """A file lock for the length of a `with` block."""

    def __init__(self, path: Path, operation: int) -> None:
        self.path = path
        self.operation = operation
        self.file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self.file = self.path.open("ab")
        try:
            fcntl.flock(self.file, self.operation)
        except BaseException:
            self.file.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        assert self.file is not None
        self.file.close()


class EmbeddedServers:
    """The servers of one PORTAL_HOME, held while this object is entered.

    `spawn(server)` starts one; the default lets it run on its own with a log file, `up` passes one that keeps it as a
    child.
    """

    def __init__(
        self,
        home: Path,
        *,
        with_postgres: bool = True,
        with_valkey: bool = True,
        spawn: "Callable[[Server], subprocess.Popen[bytes]] | None" = None,
    ) -> None:
        self.home = home
        make_home(home)
        self.postgres = postgres.Postgres(home) if with_postgres else None
        self.valkey = valkey.Valkey(home) if with_valkey else None
        self.servers: list[Server] = [server for server in (self.postgres, self.valkey) if server is not None]
        self._spawn = spawn or self._spawn_detached
        self._use: IO[bytes] | None = None
        self._children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        if self.servers:
            self.hold()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._use is not None:
            self.release()

    def hold(self) -> None:
        """Take part in the use of the servers, and start what does not run."""
        with self._locked("start.lock", fcntl.LOCK_EX):
            use = (self.home / "run" / "use.lock").open("ab")
            fcntl.flock(use, fcntl.LOCK_SH)
            self._use = use
            try:
                self.start_missing()
            except BaseException:
                self._use.close()
                self._use = None
                raise

    def start_missing(self) -> None:
        """Start those servers that do not run, all at once, and wait until each answers.

        One that ends at once is tried again for a while: after a crash PostgreSQL waits for its old children to go.
        """
        _make_socket_folder(self.home)
        self._children = [child for child in self._children if child.poll() is None]
        started: dict[str, subprocess.Popen[bytes]] = {}
        for server in self.servers:
            if server.pid() is None or not processes.wait_until(server.is_ready, seconds=10):
                server.prepare()
                started[server.name] = self._spawn(server)
        for server in self.servers:
            self._wait_for(server, started.get(server.name))
        if self.postgres is not None:
            self.postgres.create_databases()

    def _wait_for(self, server: Server, process: "subprocess.Popen[bytes] | None") -> None:
        for pause in PAUSES:
            if _answers(server, process):
                return
            if process is None or process.poll() is None:
                break  # it runs and does not answer
            time.sleep(pause)
            server.prepare()
            process = self._spawn(server)
        raise CannotStart(f"{server.name} does not start; its log is {self.log_file(server)}")

    def release(self) -> None:
        """Leave; the last one out stops the servers."""
        assert self._use is not None
        with self._locked("start.lock", fcntl.LOCK_EX):
            fcntl.flock(self._use, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still uses them
            else:
                self.stop()
            for child in self._children:
                if child.poll() is None:
                    child.returncode = 0  # it outlives us: not ours to wait for
            self._use.close()
            self._use = None

    def stop(self) -> None:
        """Stop every server, whoever started it."""
        for server in reversed(self.servers):
            server.stop()
        with suppress(OSError):
            embedded.socket_folder(self.home).rmdir()  # unless something of another's is in it

    def log_file(self, server: Server) -> Path:
        return self.home / "log" / f"{server.name}.log"

    def _spawn_detached(self, server: Server) -> "subprocess.Popen[bytes]":
        path = self.log_file(server)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = not path.exists() or path.stat().st_size > LOG_LIMIT
        with path.open("wb" if fresh else "ab") as log:
            child = server.spawn(log=log)
        self._children.append(child)
        return child

    def _locked(self, name: str, operation: int) -> Locked:
        return Locked(self.home / "run" / name, operation)


def _answers(server: Server, process: "subprocess.Popen[bytes] | None") -> bool:
    """Wait until the server answers; False when its process ended or the time was over."""

    def ended() -> bool:
        return process is not None and process.poll() is not None

    processes.wait_until(lambda: server.is_ready() or ended(), seconds=postgres.START_SECONDS)
    return server.is_ready() and not ended()


def make_home(home: Path) -> None:
    """The folder of this installation. Under root others may pass through it, not look into it: the servers run as
    another account.
    """
    try:
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        run = home / "run"
        run.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
        with (run / "start.lock").open("ab"):
            pass
    except OSError as fault:
        raise CannotStart(
            f"PORTAL_HOME is not writable: {home} ({fault.strerror}). Choose a folder of your own with PORTAL_HOME=…"
        ) from None


def _make_socket_folder(home: Path) -> None:
    """The socket folder, closed to everybody but the servers' account; one that somebody else put there is refused."""
    folder = embedded.socket_folder(home)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    user = server_user.choose(home, folder.parent, postgres._binaries())
    mine = {os.geteuid(), user.owner[0] if user.owner else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in mine:
        raise CannotStart(f"{folder} belongs to somebody else; remove it, or choose a shorter PORTAL_HOME.")
    if user.owner is not None and found.st_uid != user.owner[0]:
        os.chown(folder, *user.owner)
    folder.chmod(0o700)

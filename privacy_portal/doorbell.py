"""Ringing without the library: one message on the broker's list, in the form the library's worker reads.

Beat does nothing else, and the library with the client it brings along takes twice the memory of the rest of it.
"""

import base64
import json
import socket
import uuid
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

QUEUE = "portal"
SECONDS = 2.0  # a broker that takes longer is tried again
LONGEST_ANSWER = 512


class Line(Protocol):
    """A way to the broker."""

    def ring(self, task: str) -> None:
        """Put one message on the list; OSError when the broker did not take it."""


def line_to(address: str) -> Line:
    """The way for this address. What needs more than a socket and a password goes by the library."""
    parts = urlsplit(address)
    return OwnLine(address) if parts.scheme in ("redis", "redis+socket") and not parts.query else LibraryLine()


def message(task: str) -> bytes:
    """A task without arguments, as version 2 of Celery's protocol and kombu's virtual transports put it."""
    number = str(uuid.uuid4())
    body = json.dumps([[], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
    envelope: dict[str, Any] = {
        "body": base64.b64encode(body.encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py",
            "task": task,
            "id": number,
            "root_id": number,
            "parent_id": None,
            "group": None,
            "group_index": None,
            "shadow": None,
            "eta": None,
            "expires": None,
            "retries": 0,
            "timelimit": [None, None],
            "argsrepr": "()",
            "kwargsrepr": "{}",
            "origin": "beat",
            "ignore_result": True,
            "replaced_task_nesting": 0,
            "stamped_headers": None,
            "stamps": {},
        },
        "properties": {
            "correlation_id": number,
            "reply_to": str(uuid.uuid4()),
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": QUEUE},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid.uuid4()),
        },
    }
    return json.dumps(envelope).encode()


class OwnLine:
    """A connection kept open; after a failure the next ring opens another one."""

    def __init__(self, address: str) -> None:
        self._parts = urlsplit(address)
        self._socket: socket.socket | None = None

    def ring(self, task: str) -> None:
        """Put one message on the list; OSError when the broker did not take it."""
        try:
            if self._socket is None:
                self._socket = self._connect()
                self._introduce()
            self._ask(b"LPUSH", QUEUE.encode(), message(task))
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self) -> socket.socket:
        parts = self._parts
        if parts.scheme == "redis":
            return socket.create_connection((parts.hostname or "localhost", parts.port or 6379), timeout=SECONDS)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(SECONDS)
            connection.connect(parts.path)
        except OSError:
            connection.close()
            raise
        return connection

    def _introduce(self) -> None:
        """Name and password, and the number of the database, where the address has them."""
        known = [unquote(word).encode() for word in (self._parts.username, self._parts.password) if word]
        if known:
            self._ask(b"AUTH", *known)
        number = self._parts.path.strip("/") if self._parts.scheme == "redis" else ""
        if number not in ("", "0"):
            self._ask(b"SELECT", number.encode())

    def _ask(self, *words: bytes) -> None:
        """Send a command and read its answer, which is one short line."""
        assert self._socket is not None
        told = [b"*%d\r\n" % len(words), *(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)]
        self._socket.sendall(b"".join(told))
        answer = b""
        while not answer.endswith(b"\r\n"):
            piece = self._socket.recv(LONGEST_ANSWER)
            if not piece or len(answer) > LONGEST_ANSWER:
                raise ConnectionError("the broker hung up")
            answer += piece
        if answer.startswith(b"-"):
            raise ConnectionRefusedError("the broker refuses")


class LibraryLine:
    """By the library: over TLS, or with options in the address."""

    def ring(self, task: str) -> None:
        """Put one message on the list; OSError when the broker did not take it."""
        from kombu.exceptions import OperationalError
        from redis.exceptions import RedisError

        from privacy_portal.celery import app

        try:
            app.send_task(task, retry=False, ignore_result=True)
        except (OperationalError, RedisError) as fault:
            raise ConnectionError("the broker did not take it") from fault

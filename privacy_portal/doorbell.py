"""Putting a message on the broker's list without the worker's library, in the form that library reads.

Web and beat do nothing else with the broker, and the library with the client it brings along takes some 15 MB in each
of their processes. A connection lasts for one message, so none is shared by threads or forks and none goes stale.
"""

import base64
import json
import socket
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

QUEUE = "portal"
SECONDS = 0.08  # ringing never holds a request longer than this
LONGEST_ANSWER = 512

Arguments = Mapping[str, str | int]


def speaks(address: str) -> bool:
    """Whether a socket and a password are all this address needs. The library rings at every other."""
    parts = urlsplit(address)
    return parts.scheme in ("redis", "redis+socket") and not parts.query


def ring(task: str, arguments: Arguments) -> None:
    """As a request rings; OSError when the broker did not take it."""
    put(settings.REDIS_URL, task, arguments, seconds=SECONDS)


def put(address: str, task: str, arguments: Arguments, *, seconds: float) -> None:
    """Put one message on the list, waiting at most so long for each answer; OSError when the broker did not take it."""
    if speaks(address):
        _tell(address, (b"LPUSH", QUEUE.encode(), message(task, arguments)), seconds=seconds)
    else:
        _put_by_the_library(task, arguments)


def ping(address: str, *, seconds: float) -> None:
    """Ask whether the broker answers; OSError when not."""
    if speaks(address):
        _tell(address, (b"PING",), seconds=seconds)
    else:
        _ping_by_the_library(address, seconds=seconds)


def message(task: str, arguments: Arguments) -> bytes:
    """A task as version 2 of Celery's protocol and kombu's virtual transports put it."""
    number = str(uuid.uuid4())
    body = json.dumps([[], dict(arguments), {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
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
            "kwargsrepr": repr(dict(arguments)),
            "origin": "portal",
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


def _tell(address: str, command: tuple[bytes, ...], *, seconds: float) -> None:
    """Name, password, number of the database and the command in one go; each is answered with one short line."""
    parts = urlsplit(address)
    commands = [*_introduction(parts), command]
    with _connect(parts, seconds=seconds) as connection:
        connection.sendall(b"".join(map(_written, commands)))
        answer = b""
        while answer.count(b"\r\n") < len(commands):
            piece = connection.recv(LONGEST_ANSWER)
            if not piece or len(answer) > LONGEST_ANSWER:
                raise ConnectionError("the broker hung up")
            answer += piece
    if any(line.startswith(b"-") for line in answer.split(b"\r\n")):
        raise ConnectionRefusedError("the broker refuses")


def _introduction(parts: SplitResult) -> list[tuple[bytes, ...]]:
    known = [unquote(word).encode() for word in (parts.username, parts.password) if word]
    number = parts.path.strip("/") if parts.scheme == "redis" else ""
    return [
        *([(b"AUTH", *known)] if known else []),
        *([(b"SELECT", number.encode())] if number not in ("", "0") else []),
    ]


def _connect(parts: SplitResult, *, seconds: float) -> socket.socket:
    if parts.scheme == "redis":
        return socket.create_connection((parts.hostname or "localhost", parts.port or 6379), timeout=seconds)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(seconds)
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection


def _written(words: tuple[bytes, ...]) -> bytes:
    return b"".join([b"*%d\r\n" % len(words), *(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)])


def _put_by_the_library(task: str, arguments: Arguments) -> None:
    from celery import current_app
    from kombu.exceptions import OperationalError
    from redis.exceptions import RedisError

    try:
        current_app.send_task(task, kwargs=dict(arguments), retry=False, ignore_result=True)
    except (OperationalError, RedisError) as fault:
        raise ConnectionError("the broker did not take it") from fault


def _ping_by_the_library(address: str, *, seconds: float) -> None:
    from redis import Redis
    from redis.exceptions import RedisError

    plain = address.replace("redis+socket://", "unix://", 1)
    try:
        with Redis.from_url(plain, socket_timeout=seconds, socket_connect_timeout=seconds, retry=None) as client:
            client.ping()
    except RedisError as fault:
        raise ConnectionError("the broker does not answer") from fault

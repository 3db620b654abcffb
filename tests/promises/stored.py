"""Everything the portal has written down anywhere, and the shapes in which a value could be lying in it."""

import base64
import hashlib
import json
import pickle
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import quote

import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, connections

from accounts.sessions import SessionStore
from personal_data.storage import root

SHORTEST = 6


def shapes(value: str) -> set[str]:
    """How a value may look where it lies in clear: other spellings, encodings, and hashes anybody can compute."""
    found: set[str] = set()
    spellings = {value, value.casefold(), value.upper(), unicodedata.normalize("NFD", value), _unaccented(value)}
    for text in spellings:
        raw = text.encode()
        found |= {text, quote(text), json.dumps(text)[1:-1], raw.hex(), text.encode("utf-16-le").hex()}
        found |= set(_in_base64(raw))
    for text in {value, value.casefold()}:
        found |= {hashlib.new(name, text.encode()).hexdigest() for name in ("md5", "sha1", "sha256")}
    return {shape for shape in found if len(shape) >= SHORTEST}


def everything_stored() -> Iterator[tuple[str, str]]:
    """Place and content: each row of both databases, opened sessions and cache entries, files on disk, the broker.

    A bytea column reads as hexadecimal, so raw bytes in one are found by a value's hexadecimal shape.
    """
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT t::text FROM "{table}" t')
                yield from ((table, row) for (row,) in cursor.fetchall())
    for session in Session.objects.all():
        yield "opened session", json.dumps(SessionStore().decode(session.session_data), ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM privacy_portal_cache")
        for (value,) in cursor.fetchall():
            yield "opened cache entry", repr(pickle.loads(base64.b64decode(value)))
    for path in root().glob("*/*"):
        yield "file on disk", path.read_bytes().hex()
        yield "name of a file on disk", path.name
    yield from (("broker", text) for text in _in_broker())


def leaks(secrets: Iterable[str]) -> set[tuple[str, str]]:
    """Place and value of each secret that lies somewhere in a shape that can be read."""
    known = {secret: shapes(secret) for secret in secrets}
    found = set()
    for place, text in everything_stored():
        single = text.replace("\\\\", "\\")  # a row and a JSON text write each backslash twice
        found |= {(place, secret) for secret, forms in known.items() if any(form in single for form in forms)}
    return found


def _in_broker() -> Iterator[str]:
    address = settings.REDIS_URL.replace("redis+socket://", "unix://", 1)
    with redis.Redis.from_url(address) as client:
        for key in cast(list[bytes], client.keys("*")):
            yield key.decode(errors="replace")
            dump = cast(Any, client.dump(key))
            if dump:
                yield dump.decode("utf-8", errors="replace")


def _in_base64(raw: bytes) -> Iterator[str]:
    """The part of a value's base64 form that is the same whatever stands around it, for each of three offsets."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        skipped, end = -(-offset * 8 // 6), len(encoded) - 1
        yield encoded[skipped:end]


def _unaccented(value: str) -> str:
    decomposed = unicodedata.normalize("NFD", value.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))

"""How the register names people and rows: by keyed hashes, so that it can be compared with a database and not read.

The keys are derived from PORTAL_REGISTER_KEY, which is never rotated: with another one no name would be found again.
"""

import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

NAME_BYTES = 16


def names_of_people(subject_ids: Iterable[UUID]) -> list[bytes]:
    """The names of people, in their order."""
    keyed = _keyed(settings.PORTAL_REGISTER_KEY, b"person")
    return [_hashed(keyed, subject_id.bytes) for subject_id in subject_ids]


def name_of_person(subject_id: UUID) -> bytes:
    """The name of one person."""
    return names_of_people([subject_id])[0]


def names_of_rows(table: str, pks: Iterable[object]) -> list[bytes]:
    """The names of rows of a table, by primary key, in their order; a key as text names the same row."""
    keyed = _keyed(settings.PORTAL_REGISTER_KEY, f"row:{table}".encode())
    return [_hashed(keyed, pk.bytes if isinstance(pk, UUID) else _plain(pk)) for pk in pks]


def run_key() -> bytes:
    """What seals the reference of a run in a frame: with the database alone it would say whose the entry is."""
    return hmac.digest(settings.PORTAL_REGISTER_KEY, b"erasure-register:run", "sha256")


def signing_key() -> Ed25519PrivateKey:
    """What signs each frame; auditors are given its public half, which opens no name."""
    return _signing_key(settings.PORTAL_REGISTER_KEY)


def _plain(pk: object) -> bytes:
    text = str(pk)
    if len(text) == 36:
        try:
            return UUID(text).bytes
        except ValueError:
            pass
    return text.encode()


def _hashed(keyed: "hashlib.blake2b", what: bytes) -> bytes:
    one = keyed.copy()
    one.update(what)
    return one.digest()


@lru_cache(maxsize=64)
def _keyed(key: bytes, what: bytes) -> "hashlib.blake2b":
    derived = hmac.digest(key, b"erasure-register:name:" + what, "sha256")
    return hashlib.blake2b(key=derived, digest_size=NAME_BYTES)


@lru_cache(maxsize=4)
def _signing_key(key: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(key, b"erasure-register:sign", "sha256"))

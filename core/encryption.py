"""Encryption of personal values: envelope keys, AES-256-GCM, blind indexes.

1. A value is sealed under its person's key with its place (table, field, row) as associated data, so a ciphertext
   copied
   elsewhere does not open.
2. Person keys are wrapped by the keyring `PORTAL_KEYS`; the newest key writes, all read.
3. Look-ups use HMAC-SHA-256 under a key derived per field; the value is normalised first, because Vietnamese text has
   two spellings in bytes.
"""

import hashlib
import hmac
import os
import re
import unicodedata
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
KEY_BYTES = 32
Buffer = bytes | memoryview  # a database hands binary columns out as either
_SEALED = b"\x01"
_WRAPPED = b"\x02"
# What no reader sees: soft hyphens, joiners, variations, and marks of direction, which come along with what is copied.
INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")


class CannotOpen(Exception):
    """The ciphertext was altered, belongs elsewhere, or its key is not here. Carries no data."""


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plaintext: bytes, *, context: str) -> bytes:
    """Encrypt under `key`, bound to `context` (table, field and row)."""
    nonce = os.urandom(NONCE_BYTES)
    return _SEALED + nonce + AESGCM(key).encrypt(nonce, plaintext, context.encode())


def unseal(key: bytes, blob: Buffer, *, context: str) -> bytes:
    """Undo `seal`. Raises CannotOpen."""
    blob = bytes(blob)
    if blob[:1] != _SEALED:
        raise CannotOpen
    return _open(key, blob[1:], context)


def wrap(plaintext: bytes, *, context: str) -> bytes:
    """Encrypt under the newest key of the keyring; the key's name travels with the result."""
    name, key = next(iter(settings.PORTAL_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plaintext, _wrapping_context(name, context))
    return wrapped_head(name) + nonce + sealed


def unwrap(blob: Buffer, *, context: str) -> bytes:
    """Undo `wrap` with whichever key of the keyring wrote it. Raises CannotOpen."""
    blob = bytes(blob)
    name = wrapping_key_name(blob)
    key = settings.PORTAL_KEYS.get(name)
    if key is None:
        raise CannotOpen
    return _open(key, blob[2 + len(name.encode()) :], _wrapping_context(name, context).decode())


def rewrap(blob: Buffer, *, context: str) -> bytes:
    """The same content wrapped under the newest key. Raises CannotOpen."""
    return wrap(unwrap(blob, context=context), context=context)


def newest_key_name() -> str:
    """The keyring name under which everything is wrapped from now on."""
    return next(iter(settings.PORTAL_KEYS))


def wrapped_head(name: str) -> bytes:
    """How every blob wrapped under a key begins."""
    return _WRAPPED + bytes([len(name.encode())]) + name.encode()


def wrapping_key_name(blob: Buffer) -> str:
    """The keyring name a wrapped blob was written under. Raises CannotOpen."""
    blob = bytes(blob)
    if blob[:1] != _WRAPPED or len(blob) < 2:
        raise CannotOpen
    return blob[2 : 2 + blob[1]].decode("utf-8", "replace")


def blind_index(value: str, *, name: str) -> bytes:
    """A 32-byte keyed hash of the normalised value, for exact look-ups in one field only."""
    return hmac.digest(_index_key(name), normalise_index(value).encode(), "sha256")


def normalise_display(value: str) -> str:
    """One spelling for showing: NFC, outer white space removed."""
    return unicodedata.normalize("NFC", value).strip()


def normalise_index(value: str) -> str:
    """One spelling for comparing: NFKC, case folded, invisible characters removed, white space collapsed."""
    if value.isascii():  # has one spelling and nothing invisible; most addresses and all numbers
        return " ".join(value.casefold().split())
    folded = unicodedata.normalize("NFKC", value).casefold()
    return " ".join(INVISIBLE.sub("", folded).split())


def with_ascii_domain(address: str) -> str:
    """An address with its domain as the network spells it: `ví-dụ.vn` and its `xn--` form are one."""
    local, at, domain = address.rpartition("@")
    labels = (one if one.isascii() else f"xn--{one.encode('punycode').decode()}" for one in domain.split("."))
    return f"{local}{at}{'.'.join(labels)}"


def _open(key: bytes, blob: bytes, context: str) -> bytes:
    try:
        return AESGCM(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error


def _wrapping_context(name: str, context: str) -> bytes:
    # The key's name is bound in: plain GCM does not commit to its key.
    return f"{name}\x1f{context}".encode()


@lru_cache(maxsize=256)
def _index_key(name: str) -> bytes:
    return hmac.digest(settings.PORTAL_INDEX_KEY, b"blind-index:" + name.encode(), hashlib.sha256)

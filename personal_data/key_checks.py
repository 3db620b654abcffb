"""Whether the keys this process was given are those the installation was made with.

Each key leaves a fingerprint in the keys database when it is first used. A start compares, opens a few wrapped keys for
good measure, and writes nothing unless all fits. Neither models nor settings of Django are loaded here but the keys
themselves: `manage.py up` asks before anything else runs.
"""

import hmac
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import Any, Protocol

from django.conf import settings

from core.encryption import CannotOpen, newest_key_name, unwrap, wrapping_key_name

KEYRING = "PORTAL_KEYS"
SINGLE = ("PORTAL_INDEX_KEY", "PORTAL_ALIAS_KEY", "PORTAL_REGISTER_KEY", "PORTAL_SEAL_KEY")
SAMPLE = 50

_THERE = "SELECT pg_catalog.to_regclass('public.personal_data_keycheck') IS NOT NULL"
_NOTED = "SELECT name, fingerprint, retired_at IS NOT NULL FROM public.personal_data_keycheck"
_SAMPLES = (
    "(SELECT subject_ref, kind, wrapped FROM public.personal_data_subjectkey ORDER BY id DESC LIMIT %s)"
    " UNION (SELECT subject_ref, kind, wrapped FROM public.personal_data_subjectkey ORDER BY id LIMIT %s)"
)
_NOTE = (
    "INSERT INTO public.personal_data_keycheck (name, fingerprint, noted_at) VALUES (%s, %s, now())"
    " ON CONFLICT (name) DO NOTHING"
)
_USED_AGAIN = "UPDATE public.personal_data_keycheck SET retired_at = NULL WHERE name = %s AND retired_at IS NOT NULL"


class Cursor(Protocol):
    """Of Django or of the driver."""

    def execute(self, query: Any, params: Any = ...) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Sequence[Any]: ...


def faults(cursor: Cursor) -> list[str]:
    """One line for each key that is missing or is another than the one used here; none before the first migration."""
    cursor.execute(_THERE)
    if not cursor.fetchone()[0]:
        return []
    cursor.execute(_NOTED)
    noted = {name: (bytes(mark), retired) for name, mark, retired in cursor.fetchall()}
    given = _fingerprints()
    wrong = [_is_another(name) for name, mark in given.items() if name in noted and noted[name][0] != mark]
    used = {name for name, (_mark, retired) in noted.items() if name.startswith(f"{KEYRING}:") and not retired}
    missing = [_is_missing(name) for name in sorted(used - given.keys())]
    return list(dict.fromkeys([*wrong, *missing, *_unreadable(cursor, noted)]))


def note(cursor: Cursor) -> None:
    """Leave the fingerprints of keys not used before; call only where there are no faults."""
    cursor.execute(_THERE)
    if not cursor.fetchone()[0]:
        return
    for name, mark in _fingerprints().items():
        cursor.execute(_NOTE, [name, mark])
    cursor.execute(_USED_AGAIN, [ring_name(newest_key_name())])


def ring() -> list[str]:
    """Names of the wrapping keys this process was given, newest first."""
    return list(settings.PORTAL_KEYS)


def ring_name(key_id: str) -> str:
    """How a key of the ring is noted."""
    return f"{KEYRING}:{key_id}"


def _fingerprints() -> dict[str, bytes]:
    keys = {name: getattr(settings, name) for name in SINGLE}
    keys |= {ring_name(key_id): key for key_id, key in settings.PORTAL_KEYS.items()}
    return {name: hmac.digest(key, b"key-check:" + name.encode(), "sha256") for name, key in keys.items()}


def _unreadable(cursor: Cursor, noted: Collection[str]) -> Iterator[str]:
    """Of the oldest and newest keys of people: the wrapping keys that are not in the ring, or are and open nothing.

    One row that does not open is a row that was damaged; so a key whose fingerprint fits is believed.
    """
    cursor.execute(_SAMPLES, [SAMPLE, SAMPLE])
    opened: dict[str, bool] = {}
    for subject_ref, kind, wrapped in cursor.fetchall():
        with suppress(CannotOpen):
            key_id = wrapping_key_name(wrapped)
            opened.setdefault(key_id, False)
            unwrap(wrapped, context=f"personal_data.SubjectKey:{kind}:{subject_ref}")
            opened[key_id] = True
    for key_id, one_opens in sorted(opened.items()):
        name = ring_name(key_id)
        if key_id not in settings.PORTAL_KEYS:
            yield _is_missing(name)
        elif not one_opens and name not in noted:
            yield _is_another(name)


def _is_another(name: str) -> str:
    setting, _colon, key_id = name.partition(":")
    told = f"the key {key_id} of {setting}" if key_id else setting
    return f"{told} is another key than the one this installation uses. Bring that one back; nothing was changed."


def _is_missing(name: str) -> str:
    setting, _colon, key_id = name.partition(":")
    return (
        f"{setting} lacks the key {key_id}, under which something is still wrapped. "
        "Bring it back; nothing was changed. `manage.py rotate_keys` says when it may go."
    )

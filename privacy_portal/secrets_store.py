"""Secrets of one installation: from the environment, from NAME_FILE, or, in the demo, made once and kept under
PORTAL_HOME.

Nothing here prints a secret; a missing or malformed one is named, never shown.
"""

import base64
import binascii
import os
import secrets
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

KEY_BYTES = 32
FOLDER = "secrets"
MADE = "secrets.made"


class _Variables(FileAwareMapping):
    """Variables, each also as NAME_FILE; a file's last line break is no part of the value."""

    def __getitem__(self, key: str) -> str:
        try:
            value: str = super().__getitem__(key)
        except OSError as fault:
            raise ImproperlyConfigured(f"{key}_FILE cannot be read: {fault.filename} ({fault.strerror}).") from None
        return value.strip()


class Environment(environ.FileAwareEnv):
    """The environment as settings read it; a value of the wrong form stops the start by name."""

    ENVIRON = _Variables()

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, *args, **kwargs)
        except (ValueError, TypeError):
            raise ImproperlyConfigured(f"{var} has a value of the wrong form; see .env.example.") from None

    def whole(self, var: str, *, default: int, least: int, most: int) -> int:
        """A whole number within bounds; another stops the start by name."""
        return int(_within(var, self.int(var, default=default), least, most))

    def measure(self, var: str, *, default: float, least: float, most: float) -> float:
        """A number within bounds; another stops the start by name."""
        return _within(var, self.float(var, default=default), least, most)


def _within(var: str, value: float, least: float, most: float) -> float:
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{var} has to be between {least} and {most}.")
    return value


def folder(home: Path) -> Path:
    """Where an installation keeps the secrets it made for itself."""
    return home / FOLDER


def kept(home: Path, name: str, *, length: int = KEY_BYTES) -> str:
    """The text of one kept secret, made at first use: random, base64, readable by the owner alone.

    Two processes may ask at once: the file is written apart and linked into place, so that both read the same text.
    """
    path = folder(home) / name
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    except OSError as fault:
        raise ImproperlyConfigured(f"{path} cannot be read: {fault.strerror}") from fault
    if name in _made(home):
        raise ImproperlyConfigured(
            f"{name} is missing: {path} is gone. Bring it back; nothing was changed. A new one would not open what the "
            f"old one closed; who wants it all the same takes the name out of {home / MADE}."
        )
    try:
        make_private_folder(path.parent)
        draft = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(base64.b64encode(secrets.token_bytes(length)).decode("ascii") + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its secret stands
        finally:
            draft.unlink()
        return path.read_text(encoding="ascii").strip()
    except OSError as fault:
        raise ImproperlyConfigured(
            f"PORTAL_HOME is not writable: {home} ({fault.strerror}). Choose a folder of your own with PORTAL_HOME=…"
        ) from fault


def note_made(home: Path) -> None:
    """Remember which secrets are in use: one of them that is lost is from now on missed, not made anew."""
    names = sorted(_made(home) | {path.name for path in folder(home).glob("[!.]*")})
    draft = (home / MADE).with_suffix(".tmp")
    draft.write_text("\n".join(names) + "\n", encoding="ascii")
    draft.replace(home / MADE)


def _made(home: Path) -> set[str]:
    try:
        return set((home / MADE).read_text(encoding="ascii").split())
    except OSError:
        return set()


def make_private_folder(path: Path) -> None:
    """Make the folder and its home; only the secrets folder itself is closed to others here."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


class Secrets:
    """Reads secrets by name. `create` lets the demo make missing ones; otherwise a missing one stops the start by
    name.
    """

    def __init__(self, env: environ.Env, *, home: Path, create: bool) -> None:
        self._env = env
        self._home = home
        self._create = create

    def text(self, name: str) -> str:
        """A secret of any form, for instance DJANGO_SECRET_KEY."""
        value: str = self._env.str(name, default="").strip()
        if value:
            return value
        if self._create:
            return kept(self._home, name, length=48)
        raise ImproperlyConfigured(
            f"{name} is not set. Give it in the environment or as {name}_FILE; see .env.example."
        )

    def key(self, name: str) -> bytes:
        """A 32-byte key written in base64."""
        value: str = self._env.str(name, default="").strip()
        if not value and self._create:
            value = kept(self._home, name)
        if not value:
            raise ImproperlyConfigured(
                f"{name} is not set: 32 random bytes in base64, in the environment or as {name}_FILE; see .env.example."
            )
        return _decoded(value, name=name)

    def keyring(self, name: str) -> dict[str, bytes]:
        """`id:base64[,id:base64…]`, newest first; the demo makes one key, called `k1` until its file names it."""
        value: str = self._env.str(name, default="").strip()
        if not value and self._create:
            made = kept(self._home, name)
            value = made if ":" in made else f"k1:{made}"
        if not value:
            raise ImproperlyConfigured(
                f"{name} is not set: id:base64[,id:base64…], newest first, in the environment or as {name}_FILE; "
                "see .env.example."
            )
        ring: dict[str, bytes] = {}
        for part in value.split(","):
            key_id, colon, encoded = part.strip().partition(":")
            if not colon or not key_id.isalnum():
                raise ImproperlyConfigured(f"{name} must read id:base64[,id:base64…]; an id is letters and digits.")
            if key_id in ring:
                raise ImproperlyConfigured(f"{name} names the id {key_id} twice.")
            ring[key_id] = _decoded(encoded, name=name)
        return ring


def _decoded(value: str, *, name: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured(f"{name} is not valid base64.") from None
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must be {KEY_BYTES} bytes in base64; it is {len(key)}.")
    return key

"""Which database and broker the portal talks to: the addresses given, or real servers of its own under PORTAL_HOME.

Settings import this file, so it stays light: nothing is started here and no server wheel is imported. Starting and
stopping is the work of `privacy_portal.supervision`, which `manage.py` calls.
"""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from privacy_portal import secrets_store

OWNER_ROLE = "portal_owner"
APP_ROLE = "portal_app"
SUPERUSER = "portal_superuser"
DATA_DATABASE = "portal"
KEYS_DATABASE = "portal_keys"
POSTGRES_PORT = 5432  # only the name of the socket file: nothing listens on the network
SOCKET_PATH_LIMIT = 100  # the kernel's is 107 bytes on Linux, 103 on macOS


@dataclass(frozen=True)
class DatabaseSettings:
    """Django connection settings for both databases, as the application and as the owner of the tables."""

    data: dict[str, Any]
    keys: dict[str, Any]
    data_owner: dict[str, Any] | None
    keys_owner: dict[str, Any] | None
    app_role: str


def is_embedded(env: environ.Env) -> bool:
    """True when this installation runs its own PostgreSQL: neither database address is given."""
    given = [name for name in ("DATABASE_URL", "KEYS_DATABASE_URL") if _address(env, name)]
    if len(given) == 1:
        missing = ({"DATABASE_URL", "KEYS_DATABASE_URL"} - set(given)).pop()
        raise ImproperlyConfigured(f"{missing} is not set, but {given[0]} is: give both or neither.")
    return not given


def database_settings(env: environ.Env, *, home: Path) -> DatabaseSettings:
    """Connection settings from the addresses given, or for the portal's own server."""
    if is_embedded(env):
        return DatabaseSettings(
            data=_embedded(home, name=DATA_DATABASE, role=APP_ROLE),
            keys=_embedded(home, name=KEYS_DATABASE, role=APP_ROLE),
            data_owner=_embedded(home, name=DATA_DATABASE, role=OWNER_ROLE),
            keys_owner=_embedded(home, name=KEYS_DATABASE, role=OWNER_ROLE),
            app_role=APP_ROLE,
        )
    data = _given(env, "DATABASE_URL")
    keys = _given(env, "KEYS_DATABASE_URL")
    return DatabaseSettings(
        data=data,
        keys=keys,
        data_owner=_given(env, "DATABASE_OWNER_URL") if _address(env, "DATABASE_OWNER_URL") else None,
        keys_owner=_given(env, "KEYS_DATABASE_OWNER_URL") if _address(env, "KEYS_DATABASE_OWNER_URL") else None,
        app_role=data["USER"],
    )


def redis_url(env: environ.Env, *, home: Path) -> str:
    """The broker's address: given, or the socket of the portal's own Valkey."""
    return _address(env, "REDIS_URL") or f"redis+socket://{valkey_socket(home)}"


def socket_folder(home: Path) -> Path:
    """The folder of the server sockets: under `home`, or, where that path is too long for a socket or holds characters
    that an address would have to escape, a folder in the temporary directory that is named after it.
    """
    folder = home / "run" / "sockets"
    longest = f"{folder}/.s.PGSQL.{POSTGRES_PORT}"
    if len(longest.encode()) <= SOCKET_PATH_LIMIT and re.fullmatch(r"[A-Za-z0-9/._-]+", longest):
        return folder
    name = hashlib.sha256(f"{os.geteuid()}:{home}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()).resolve() / f"portal-{name}"


def valkey_socket(home: Path) -> Path:
    """Where the portal's own Valkey listens."""
    return socket_folder(home) / "valkey.sock"


def superuser_dsn(home: Path, *, dbname: str = "postgres") -> dict[str, Any]:
    """psycopg arguments of the own server's superuser: for creating roles and databases, and for the tests; no process
    serves with it.
    """
    password = secrets_store.kept(home, "postgres-superuser")
    return {
        "host": str(socket_folder(home)),
        "port": POSTGRES_PORT,
        "user": SUPERUSER,
        "password": password,
        "dbname": dbname,
    }


def role_password(home: Path, role: str) -> str:
    """The password of a role of the own server; made at first use, kept with the other secrets."""
    return secrets_store.kept(home, role.replace("_", "-").replace("portal-", "postgres-"))


def _embedded(home: Path, *, name: str, role: str) -> dict[str, Any]:
    return _with_options(
        {
            "NAME": name,
            "USER": role,
            "PASSWORD": role_password(home, role),
            "HOST": str(socket_folder(home)),
            "PORT": str(POSTGRES_PORT),
        }
    )


def _address(env: environ.Env, name: str) -> str:
    value: str = env.str(name, default="")
    return value.strip()


def _given(env: environ.Env, name: str) -> dict[str, Any]:
    parsed = environ.Env.db_url_config(_address(env, name))
    if "postgres" not in parsed.get("ENGINE", "") or not parsed.get("NAME"):
        raise ImproperlyConfigured(f"{name} must read postgresql://user:password@host:port/database.")
    return _with_options(parsed)


def _with_options(connection: dict[str, Any]) -> dict[str, Any]:
    """Bounded waits, and statements prepared on the server: Django prepares none unless told."""
    options = {
        "connect_timeout": 3,
        "server_side_binding": True,
        "prepare_threshold": 2,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        **connection.get("OPTIONS", {}),
    }
    return {
        **connection,
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": options,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }

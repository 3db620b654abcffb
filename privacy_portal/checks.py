"""What a production installation must have besides Django's own deploy checks, and what the database must refuse.

`manage.py check --deploy` reads settings only; `manage.py check --database default --database keys` asks the databases.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register
from django.db import connections

from personal_data import key_checks

ENCRYPTED = ("require", "verify-ca", "verify-full")


@register(Tags.security, deploy=True)
def check_installation(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The demo is off, addresses are real ones, mail leaves."""
    found: list[CheckMessage] = []
    if settings.PORTAL_DEMO:
        found.append(
            checks.Warning(
                "PORTAL_DEMO is on: demo sign-ins, mail in a folder, a clock that can be shifted.", id="portal.W001"
            )
        )
    address = urlsplit(settings.PORTAL_URL)
    if address.scheme != "https":
        found.append(checks.Warning("PORTAL_URL does not begin with https://.", id="portal.W002"))
    if address.hostname not in settings.ALLOWED_HOSTS:
        found.append(checks.Warning("DJANGO_ALLOWED_HOSTS does not name the host of PORTAL_URL.", id="portal.W003"))
    if settings.EMAIL_DELIVERY != "smtp":
        found.append(checks.Warning("EMAIL_URL is not set: no mail leaves.", id="portal.W004"))
    if settings.EMBEDDED_POSTGRES or settings.EMBEDDED_VALKEY:
        found.append(
            checks.Warning(
                "The portal runs its own servers; give DATABASE_URL, KEYS_DATABASE_URL and REDIS_URL.", id="portal.W005"
            )
        )
    return found


@register(Tags.security, deploy=True)
def check_connections(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The two databases are two servers, and what crosses a network is encrypted."""
    found: list[CheckMessage] = []
    places = set()
    for alias, connection in settings.DATABASES.items():
        places.add((connection.get("HOST"), str(connection.get("PORT") or 5432)))
        if not _is_near(connection.get("HOST", "")) and connection["OPTIONS"].get("sslmode") not in ENCRYPTED:
            found.append(
                checks.Warning(
                    f"The connection to the database “{alias}” is not encrypted; add ?sslmode=verify-full.",
                    id="portal.W006",
                )
            )
    if len(places) == 1 and not settings.EMBEDDED_POSTGRES:
        found.append(
            checks.Warning(
                "Data and keys stand on the same PostgreSQL server, so a base backup of it holds both.",
                id="portal.W007",
            )
        )
    broker = urlsplit(settings.REDIS_URL)
    if broker.scheme == "redis" and not _is_near(broker.hostname or ""):
        found.append(
            checks.Warning("The connection to the broker is not encrypted; write rediss://.", id="portal.W008")
        )
    return found


@register(Tags.database)
def check_role(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The application's role owns no table and cannot change what is append-only."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')),"
                " count(*) FILTER (WHERE obj_description(c.oid, 'pg_class') = 'append-only'"
                "   AND pg_catalog.has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE'))"
                " FROM pg_catalog.pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            )
            owned, changeable = cursor.fetchone()
        if owned:
            found.append(
                checks.Error(f"The application's role owns {owned} tables of the database “{alias}”.", id="portal.E001")
            )
        if changeable:
            found.append(
                checks.Error(
                    f"The application's role may change {changeable} append-only tables of “{alias}”.", id="portal.E002"
                )
            )
    return found


@register(Tags.database)
def check_keys(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The keys given are those under which values stand."""
    if "keys" not in (databases or ()):
        return []
    with connections["keys"].cursor() as cursor:
        return [checks.Error(fault, id="portal.E003") for fault in key_checks.faults(cursor)]


def _is_near(host: str) -> bool:
    """A socket, this machine, or a name without a dot: a neighbour on a private network of containers."""
    if not host or host.startswith("/") or not {".", ":"} & set(host):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

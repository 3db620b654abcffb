"""Acting as the owner of the tables, and giving the application's role its rights.

Migrations and the cache table are made as the owner; everything else runs as a role that owns nothing. Append-only
tables carry the comment 'append-only' and set their own grants (audit.guarding): they are passed over here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from psycopg import sql

APPEND_ONLY = "append-only"
OWNER_URLS = {"default": "DATABASE_OWNER_URL", "keys": "KEYS_DATABASE_OWNER_URL"}


@contextmanager
def as_owner(*aliases: str) -> Iterator[None]:
    """Connections of these databases (all by default) belong to the owner inside the block.

    Raises ImproperlyConfigured, naming the setting, when no owner is configured.
    """
    chosen = aliases or tuple(connections)
    before = {}
    for alias in chosen:
        owner = settings.DATABASE_OWNERS[alias]
        if owner is None:
            raise ImproperlyConfigured(f"{OWNER_URLS[alias]} is not set: migrations run as the owner of the tables.")
        connection = connections[alias]
        connection.close()
        before[alias] = dict(connection.settings_dict)
        connection.settings_dict.update(
            {key: owner[key] for key in ("USER", "PASSWORD", "HOST", "PORT") if key in owner}
        )
    try:
        yield
    finally:
        for alias, saved in before.items():
            connections[alias].close()
            connections[alias].settings_dict.update(saved)


def grant_application_rights(alias: str) -> None:
    """Let the application read and write rows of every table but the append-only ones; run as the owner."""
    app = sql.Identifier(settings.DATABASE_APP_ROLE)
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relkind = 'S', coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '') "
            "FROM pg_catalog.pg_class c "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')"
        )
        for name, is_sequence, comment in cursor.fetchall():
            target = sql.Identifier("public", name)
            if is_sequence:
                statement = sql.SQL("GRANT USAGE, SELECT ON SEQUENCE {} TO {}")
            elif name == "django_migrations":
                statement = sql.SQL("GRANT SELECT ON TABLE {} TO {}")
            elif comment == APPEND_ONLY:
                continue
            else:
                statement = sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {} TO {}")
            cursor.execute(statement.format(target, app).as_string())

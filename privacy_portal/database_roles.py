"""Acting as the owner of the tables, and giving the application's role its rights.

Migrations and the cache table are made as the owner; everything else runs as a role that owns nothing. Append-only
tables carry the comment 'append-only' and set their own grants (audit.guarding): they are passed over here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router
from django.db.models import CharField, GenericIPAddressField, JSONField, TextField
from psycopg import sql

from personal_data.registry import declarations

APPEND_ONLY = "append-only"
READABLE = (CharField, GenericIPAddressField, JSONField, TextField)  # what is sealed is bytes
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


def gather_no_statistics(alias: str) -> None:
    """Values of people that stand in clear are left out of the planner's statistics, which would outlive their rows;
    run as the owner.
    """
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_catalog.pg_class c"
            " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND a.attstattarget IS DISTINCT FROM 0 AND a.attnum > 0"
        )
        gathered = set(cursor.fetchall())
        for table, column in sorted(gathered & set(_readable_columns(alias))):
            names = sql.Identifier("public", table), sql.Identifier(column)
            cursor.execute(sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET STATISTICS 0").format(*names).as_string())
            cursor.execute("SELECT pg_catalog.pg_clear_attribute_stats('public', %s, %s, false)", [table, column])


def _readable_columns(alias: str) -> Iterator[tuple[str, str]]:
    for declaration in declarations():
        meta = declaration.model._meta
        if router.db_for_write(declaration.model) == alias:
            fields = [meta.get_field(name) for name in declaration.personal]
            yield from ((meta.db_table, str(field.column)) for field in fields if isinstance(field, READABLE))

"""Scratch databases: clones of an installation that has been stopped, each filled by SQL to a size of its own.

What is measured runs in each in turn, because other work on the machine comes and goes.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from privacy_portal import embedded
from privacy_portal.supervision.servers import EmbeddedServers

Superuser = psycopg.Connection[Any]


@dataclass(frozen=True)
class Scratch:
    """The application's lasting connection to each database by name, and how many seconds filling all took."""

    lasting: Mapping[str, BaseDatabaseWrapper]
    filled: float

    def use(self, name: str) -> None:
        """Let the application work in this one from now on."""
        connections["default"] = self.lasting[name]


@contextlib.contextmanager
def scratch(purpose: str, sizes: Mapping[str, int], fill: Callable[[Superuser, int], None]) -> Iterator[Scratch]:
    """One database for each name in `sizes`, filled by `fill(connection, size)`; all are dropped in the end.

    The session that fills runs without triggers: rows made by hand have no entry in the record, and nothing is to be
    proved about them.
    """
    home, databases = settings.PORTAL_HOME, {name: f"scratch_{purpose}_{name}" for name in sizes}
    with EmbeddedServers(home), _superuser(home, "postgres") as server:
        began = time.perf_counter()
        for name, size in sizes.items():
            _clone(server, databases[name])
            with _superuser(home, databases[name]) as connection:
                connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
                connection.execute("SET maintenance_work_mem = '512MB'")
                fill(connection, size)
        original = connections["default"]
        lasting = {name: _connected(original, database) for name, database in databases.items()}
        try:
            yield Scratch(lasting, time.perf_counter() - began)
        finally:
            connections["default"] = original
            connections.close_all()
            for name, database in databases.items():
                lasting[name].close()
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


def columns(connection: Superuser, table: str) -> list[str]:
    """The columns of a table, without a number the database gives."""
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = ('public.' || %s)::regclass AND attnum > 0 "
        "AND NOT attisdropped AND (attname <> 'id' OR atttypid = 'uuid'::regtype)",
        [table],
    )
    return [row[0] for row in found.fetchall()]


@contextlib.contextmanager
def without_indexes(connection: Superuser, table: str) -> Iterator[None]:
    """Fill the table first and make its indexes afterwards; in the end the planner knows what is in it."""
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        [table],
    ).fetchall()
    for index, _made in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
    yield
    for _index, made in indexes:
        connection.execute(made)
    connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier("public", table)))


def _clone(server: Superuser, database: str) -> None:
    scratch_name, origin = sql.Identifier(database), sql.Identifier(embedded.DATA_DATABASE)
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(scratch_name))
    owner = sql.Identifier(embedded.OWNER_ROLE)  # whose rights the checks of foreign keys run with
    server.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(scratch_name, owner, origin)
    )
    application = sql.Identifier(settings.DATABASE_APP_ROLE)
    server.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(scratch_name, application))


def _superuser(home: Path, dbname: str) -> Superuser:
    return psycopg.connect(**embedded.superuser_dsn(home, dbname=dbname), autocommit=True)


def _connected(original: BaseDatabaseWrapper, database: str) -> BaseDatabaseWrapper:
    wrapper = original.copy()
    wrapper.settings_dict["NAME"] = database
    return wrapper

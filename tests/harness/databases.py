"""Test databases on the portal's own PostgreSQL: migrated as the owner, used as the application's role.

The migrated state is kept as a template named after the migrations, so a second run only clones it. The application may
not TRUNCATE, so tables are emptied between transactional tests by the superuser with triggers off; rows that migrations
made (groups, permissions) are put back from a copy kept beside them.
"""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from psycopg import sql

from privacy_portal import embedded
from privacy_portal.database_roles import as_owner
from privacy_portal.supervision import postgres, preparation, processes
from privacy_portal.supervision.servers import EmbeddedServers

COPY_SEED = """
CREATE SCHEMA seed;
DO $$
DECLARE t record; filled boolean;
BEGIN
    FOR t IN SELECT c.oid, c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
             AND c.relname <> 'django_migrations' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', t.relname) INTO filled;
        IF filled THEN EXECUTE format('CREATE TABLE seed.%I AS TABLE public.%I', t.relname, t.relname); END IF;
    END LOOP;
END $$;
"""
BACK_TO_SEED = """
DO $$
DECLARE t record; names text;
BEGIN
    FOR t IN SELECT c.oid, c.relname, to_regclass(format('seed.%I', c.relname)) AS kept FROM pg_class c
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'django_migrations' LOOP
        EXECUTE format('DELETE FROM public.%I', t.relname);
        IF t.kept IS NOT NULL THEN
            SELECT string_agg(quote_ident(attname), ', ') INTO names FROM pg_attribute
                WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
            EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM seed.%I',
                           t.relname, names, names, t.relname);
        END IF;
    END LOOP;
END $$;
"""


@pytest.fixture(scope="session")
def embedded_servers() -> Iterator[None]:
    """PostgreSQL and Valkey of the test installation run."""
    with EmbeddedServers(settings.PORTAL_HOME):
        yield


@pytest.fixture(scope="session")
def django_db_setup(embedded_servers: None, django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """Both databases of this worker, cloned from the migrated template and dropped afterwards."""
    names = {alias: f"test_{worker_id}_{os.getpid()}_{alias}" for alias in connections}
    with django_db_blocker.unblock():
        templates = _templates()
        with _superuser("postgres") as server:
            for alias, name in names.items():
                _clone(server, template=templates[alias], name=name)
        with _using(names):
            yield
            connections.close_all()
        while _lasting:
            _lasting.popitem()[1].close()
        with _superuser("postgres") as server:
            for name in names.values():
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def pytest_configure(config: pytest.Config) -> None:
    TransactionTestCase._fixture_teardown = _empty_tables  # type: ignore[attr-defined]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses the database uses both: keys stand in the second."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        wants = {"db", "transactional_db", "client", "admin_client", "live_server"} & set(
            getattr(item, "fixturenames", ())
        )
        if marker is not None and "databases" not in marker.kwargs:
            item.add_marker(pytest.mark.django_db(*marker.args, **marker.kwargs, databases="__all__"), append=False)
        elif marker is None and wants & {"db", "transactional_db"}:
            item.add_marker(
                pytest.mark.django_db(transaction="transactional_db" in wants, databases="__all__"), append=False
            )


def _empty_tables(test: TransactionTestCase) -> None:
    for alias in test._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        _superuser_of(str(connections[alias].settings_dict["NAME"])).execute(BACK_TO_SEED)


_lasting: "dict[str, psycopg.Connection[Any]]" = {}


def _superuser_of(dbname: str) -> "psycopg.Connection[Any]":
    """A lasting connection past triggers and grants; only for emptying tables between tests."""
    if dbname not in _lasting:
        _lasting[dbname] = _superuser(dbname)
        _lasting[dbname].execute("SET session_replication_role = replica; SET lock_timeout = '10s'")
    return _lasting[dbname]


def _superuser(dbname: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(**embedded.superuser_dsn(settings.PORTAL_HOME, dbname=dbname), autocommit=True)


def _templates() -> dict[str, str]:
    """Names of the migrated databases; made by the first worker that asks."""
    stamp = preparation.schema_digest()[:12]
    names = {alias: f"template_{stamp}_{alias}" for alias in connections}
    with (settings.PORTAL_HOME / "run" / "templates.lock").open("ab") as lock, _superuser("postgres") as server:
        fcntl.flock(lock, fcntl.LOCK_EX)
        there = {row[0] for row in server.execute("SELECT datname FROM pg_database")}
        _drop_leftovers(server, there - set(names.values()))
        if not set(names.values()) <= there:
            drafts = {alias: f"draft_{alias}" for alias in names}
            for draft in drafts.values():
                _clone(server, template="template0", name=draft)
                with _superuser(draft) as inside:
                    inside.execute((postgres.SQL / "20-database.sql").read_bytes())
            with _using(drafts):
                call_command("migrate", verbosity=0)
                connections.close_all()
            for alias, draft in drafts.items():
                with _superuser(draft) as inside:
                    inside.execute(COPY_SEED)
                server.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(draft), sql.Identifier(names[alias])
                    )
                )
    return names


def _drop_leftovers(server: "psycopg.Connection[Any]", names: set[str]) -> None:
    """Templates of other migrations, and databases of test runs that were killed."""
    for name in names:
        run = re.fullmatch(r"test_\w+?_(\d+)_[a-z]+", name)
        if name.startswith(("template_", "draft_")) or (run and not processes.is_alive(int(run[1]))):
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _clone(server: "psycopg.Connection[Any]", *, template: str, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
            sql.Identifier(name), sql.Identifier(template), sql.Identifier(embedded.OWNER_ROLE)
        )
    )
    server.execute(
        sql.SQL("REVOKE ALL ON DATABASE {0} FROM PUBLIC; GRANT CONNECT ON DATABASE {0} TO {1}").format(
            sql.Identifier(name), sql.Identifier(embedded.APP_ROLE)
        )
    )


@contextlib.contextmanager
def _using(names: dict[str, str]) -> Iterator[None]:
    """Django's connections lead to these databases inside the block."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in names}
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    try:
        yield
    finally:
        for alias, name in before.items():
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name


@pytest.fixture
def owner_of_tables() -> Iterator[None]:
    """Inside the test the connections belong to the owner of the tables; for tests of migrations and of what even the
    owner may not.
    """
    with as_owner():
        yield

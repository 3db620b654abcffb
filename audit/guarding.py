"""Migration operations that make the database itself keep the record whole.

`append_only` refuses change and removal to everybody; `guard` refuses to commit a write to a table unless the same
transaction
recorded an entry for the row's target. Function names are schema-qualified: an unqualified one can be shadowed by a
temporary table.
"""

from collections.abc import Sequence
from functools import reduce

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FUNCTIONS = """
CREATE FUNCTION public.audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
# A function for each table, which reads the one column it needs: one for all would have to turn every row into JSON to
# find it, and most of the time of a great deletion or import went there.
REQUIRE_ENTRY = """
CREATE FUNCTION public.{table}_require_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND NOT EXISTS (
        SELECT FROM public.audit_auditentry e
        WHERE e.xid = pg_catalog.pg_current_xact_id() AND e.target = '{prefix}:' || OLD.{column}
    ) THEN
        RAISE EXCEPTION 'a change to % has no audit entry', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF (TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.{column} IS DISTINCT FROM OLD.{column})) AND NOT EXISTS (
        SELECT FROM public.audit_auditentry e
        WHERE e.xid = pg_catalog.pg_current_xact_id() AND e.target = '{prefix}:' || NEW.{column}
    ) THEN
        RAISE EXCEPTION 'a change to % has no audit entry', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
# Rows added are looked at together, once for each statement: one by one at the commit, a great import spent more time
# on this than on writing. So the entry has to come first. `added` is the statement's own list of its rows; no table can
# take its name. Each row is one probe of an index, whatever the planner knows: it makes its plan for few rows, keeps it
# for many, and a join of the two lists then took seconds. OFFSET and the setting keep it from anything else.
REQUIRE_ENTRY_FIRST = """
CREATE FUNCTION public.{table}_require_entry_first() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added a WHERE NOT EXISTS (
            SELECT FROM public.audit_auditentry e
            WHERE e.xid = pg_catalog.pg_current_xact_id() AND e.target = '{prefix}:' || a.{column}
            OFFSET 0
        )
    ) THEN
        RAISE EXCEPTION 'a row is added to % before its audit entry', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
DROP_FUNCTIONS = "DROP FUNCTION public.audit_refuse_change();"


class OnDefaultDatabase(migrations.RunSQL):
    """SQL that belongs to the data database only, and may name the application's role as `{app}`."""

    def database_forwards(self, app_label, schema_editor: BaseDatabaseSchemaEditor, from_state, to_state):  # type: ignore[no-untyped-def]
        if schema_editor.connection.alias == "default":
            self._run_sql(schema_editor, str(self.sql).replace("{app}", settings.DATABASE_APP_ROLE))

    def database_backwards(self, app_label, schema_editor: BaseDatabaseSchemaEditor, from_state, to_state):  # type: ignore[no-untyped-def]
        if schema_editor.connection.alias == "default" and self.reverse_sql is not None:
            self._run_sql(schema_editor, str(self.reverse_sql).replace("{app}", settings.DATABASE_APP_ROLE))

    def _run_sql(self, schema_editor: BaseDatabaseSchemaEditor, sqls: str) -> None:
        if sqls:
            schema_editor.execute(sqls, params=None)


def append_only(table: str) -> OnDefaultDatabase:
    """Rows of `table` can be added and read, never changed or removed, whoever asks."""
    return OnDefaultDatabase(
        f"""
        CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON public.{table}
            FOR EACH ROW EXECUTE FUNCTION public.audit_refuse_change();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON public.{table}
            FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse_change();
        REVOKE ALL ON public.{table} FROM {{app}};
        GRANT SELECT, INSERT ON public.{table} TO {{app}};
        COMMENT ON TABLE public.{table} IS 'append-only';
        """,
        f"""
        DROP TRIGGER {table}_no_truncate ON public.{table};
        DROP TRIGGER {table}_no_change ON public.{table};
        COMMENT ON TABLE public.{table} IS NULL;
        """,
    )


def guard(table: str, *, prefix: str, column: str, changes: Sequence[str] = ()) -> OnDefaultDatabase:
    """A write to `table` commits only with an entry of the same transaction whose target is `prefix:<row's column>`.

    With `changes` an update needs one only when it sets one of these columns; the others merely count how far work is.
    """
    update = f"UPDATE OF {', '.join(changes)}" if changes else "UPDATE"
    return OnDefaultDatabase(
        _filled(REQUIRE_ENTRY, table, prefix, column) + _at_commit(table, f"INSERT OR {update} OR DELETE"),
        f"DROP TRIGGER {table}_needs_entry ON public.{table}; DROP FUNCTION public.{table}_require_entry();",
    )


def entry_first(table: str, *, prefix: str, column: str) -> OnDefaultDatabase:
    """Rows are added to a guarded table only after their entries; changes and removals are looked at as before.

    A savepoint cannot part the two: what takes back an entry takes back all that was written after it.
    """
    forget = f"DROP TRIGGER {table}_needs_entry ON public.{table};"
    return OnDefaultDatabase(
        _filled(REQUIRE_ENTRY_FIRST, table, prefix, column)
        + forget
        + _at_commit(table, "UPDATE OR DELETE")
        + f"""
        CREATE TRIGGER {table}_needs_entry_first AFTER INSERT ON public.{table}
            REFERENCING NEW TABLE AS added FOR EACH STATEMENT
            EXECUTE FUNCTION public.{table}_require_entry_first();
        """,
        f"DROP TRIGGER {table}_needs_entry_first ON public.{table};"
        f"DROP FUNCTION public.{table}_require_entry_first();"
        + forget
        + _at_commit(table, "INSERT OR UPDATE OR DELETE"),
    )


def _at_commit(table: str, writes: str) -> str:
    return f"""
        CREATE CONSTRAINT TRIGGER {table}_needs_entry AFTER {writes} ON public.{table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            EXECUTE FUNCTION public.{table}_require_entry();
        """


def _filled(function: str, table: str, prefix: str, column: str) -> str:
    named = {"{table}": table, "{prefix}": prefix, "{column}": column}
    return reduce(lambda text, one: text.replace(*one), named.items(), function)

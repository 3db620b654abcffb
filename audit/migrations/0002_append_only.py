"""The database itself keeps entries: no change, no removal, and the writing transaction's number is its own affair."""

from django.db import migrations

from audit.guarding import DROP_FUNCTIONS, FUNCTIONS, OnDefaultDatabase, append_only

COLUMNS = "event, target, subject_ref, actor, actor_role, at, details, note_hash"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        OnDefaultDatabase(FUNCTIONS, DROP_FUNCTIONS),
        OnDefaultDatabase(
            """
            ALTER TABLE public.audit_auditentry
                ADD COLUMN xid xid8 NOT NULL DEFAULT pg_catalog.pg_current_xact_id();
            CREATE INDEX audit_by_transaction ON public.audit_auditentry (xid, target);
            """,
            "ALTER TABLE public.audit_auditentry DROP COLUMN xid;",
        ),
        append_only("audit_auditentry"),
        # Column grants: with a grant on the whole table the application could forge the transaction's number.
        OnDefaultDatabase(
            f"""
            REVOKE INSERT ON public.audit_auditentry FROM {{app}};
            GRANT INSERT ({COLUMNS}) ON public.audit_auditentry TO {{app}};
            """,
            "SELECT 1;",
        ),
    ]

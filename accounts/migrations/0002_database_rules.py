"""What the database itself refuses: an address in clear, a role without an entry, an approval about someone else's request."""

from django.db import migrations

from audit.guarding import OnDefaultDatabase, guard


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("audit", "0002_append_only"),
    ]

    operations = [
        OnDefaultDatabase(
            r"""
            ALTER TABLE public.account_emailaddress
                ADD CONSTRAINT emailaddress_email_is_alias CHECK (email ~ '^[a-z2-7]{52}@sealed\.invalid$');
            """,
            "ALTER TABLE public.account_emailaddress DROP CONSTRAINT emailaddress_email_is_alias;",
        ),
        OnDefaultDatabase(
            """
            ALTER TABLE public.accounts_factorrecoveryapproval
                ADD CONSTRAINT approval_about_its_request FOREIGN KEY (recovery_id, about_id)
                REFERENCES public.accounts_factorrecovery (id, user_id) DEFERRABLE INITIALLY DEFERRED;
            """,
            "ALTER TABLE public.accounts_factorrecoveryapproval DROP CONSTRAINT approval_about_its_request;",
        ),
        guard("accounts_user_groups", prefix="user", column="user_id"),
        guard("accounts_staffinvitation", prefix="invitation", column="id"),
    ]

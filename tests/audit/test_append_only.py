"""The database refuses to change, remove or forge entries, through the very role the application uses."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEntry
from audit.services.recording import NotAReference, record
from core import clock
from core.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


def an_entry(target: str = "subject:1") -> AuditEntry:
    return record(event="test.done", target=target, by=SYSTEM, now=clock.now())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET event = 'other.event'",
        "DELETE FROM audit_auditentry",
        "TRUNCATE audit_auditentry",
        "SELECT * FROM audit_auditentry FOR UPDATE",
        "ALTER TABLE audit_auditentry DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_auditentry_no_change ON audit_auditentry",
        "SET session_replication_role = replica",
        "INSERT INTO audit_auditentry (xid, event, target, actor, actor_role, at, details) "
        "VALUES ('1', 'a.b', 'subject:1', 'system', 'system', now(), '{}')",
        "INSERT INTO audit_auditentry (xid, event, target, actor, actor_role, at, details) "
        "VALUES (DEFAULT, 'a.b', 'subject:1', 'system', 'system', now(), '{}')",
    ],
)
def test_the_application_cannot(statement: str) -> None:
    an_entry()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.get().event == "test.done"


def test_the_application_is_not_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableowner = current_user, rolsuper FROM pg_tables, pg_roles "
            "WHERE tablename = 'audit_auditentry' AND rolname = current_user"
        )
        assert cursor.fetchone() == (False, False)


@pytest.mark.parametrize(
    "details", [{"email": "an@example.vn"}, {"name": "Nguyễn An"}, {"text": "x" * 201}, {"a": {"b": 1}}]
)
def test_an_entry_takes_no_values(details: dict[str, object]) -> None:
    with pytest.raises(NotAReference):
        record(event="test.done", target="subject:1", by=SYSTEM, now=clock.now(), details=details)

"""A change to a guarded table does not commit without an entry of its own transaction for its own target."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from audit.services.recording import record
from core import clock
from core.actors import SYSTEM
from personal_data.services.subjects import create_subject

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

INSERT = (
    "INSERT INTO personal_data_fieldrefusal (subject_id, field, declined_at, told_to_staff) "
    "VALUES (%s, %s, now(), false)"
)


def subject_id() -> uuid.UUID:
    return create_subject(by=SYSTEM, now=clock.now(), language="vi").pk


def write(statement: str, parameters: list[object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def entry(target: object) -> None:
    record(event="test.done", target=f"subject:{target}", by=SYSTEM, now=clock.now())


def test_with_its_entry_a_write_commits() -> None:
    person = subject_id()
    with transaction.atomic():
        write(INSERT, [person, "phone"])
        entry(person)


def test_without_an_entry_nothing_commits() -> None:
    person = subject_id()
    with pytest.raises(DatabaseError), transaction.atomic():
        write(INSERT, [person, "phone"])


def test_an_entry_for_somebody_else_does_not_help() -> None:
    person = subject_id()
    with pytest.raises(DatabaseError), transaction.atomic():
        write(INSERT, [person, "phone"])
        entry(uuid.uuid4())


def test_an_entry_of_an_earlier_transaction_does_not_help() -> None:
    person = subject_id()
    entry(person)
    with pytest.raises(DatabaseError), transaction.atomic():
        write(INSERT, [person, "phone"])


def test_an_entry_in_a_rolled_back_savepoint_does_not_help() -> None:
    person = subject_id()
    with pytest.raises(DatabaseError), transaction.atomic():
        write(INSERT, [person, "phone"])
        try:
            with transaction.atomic():
                entry(person)
                raise ValueError
        except ValueError:
            pass


@pytest.mark.parametrize(
    "statement",
    ["UPDATE personal_data_fieldrefusal SET told_to_staff = true", "DELETE FROM personal_data_fieldrefusal"],
)
def test_change_and_removal_need_their_entry_too(statement: str) -> None:
    person = subject_id()
    with transaction.atomic():
        write(INSERT, [person, "phone"])
        entry(person)
    with pytest.raises(DatabaseError), transaction.atomic():
        write(statement, [])


def test_moving_a_row_to_another_person_needs_both_entries() -> None:
    one, other = subject_id(), subject_id()
    with transaction.atomic():
        write(INSERT, [one, "phone"])
        entry(one)
    with pytest.raises(DatabaseError), transaction.atomic():
        write("UPDATE personal_data_fieldrefusal SET subject_id = %s", [other])
        entry(other)
    with transaction.atomic():
        write("UPDATE personal_data_fieldrefusal SET subject_id = %s", [other])
        entry(other)
        entry(one)


def test_a_temporary_table_does_not_fool_the_guard() -> None:
    person = subject_id()
    with pytest.raises(DatabaseError), transaction.atomic():
        write("CREATE TEMPORARY TABLE audit_auditentry (xid xid8, target text) ON COMMIT DROP", [])
        write("INSERT INTO pg_temp.audit_auditentry VALUES (pg_current_xact_id(), %s)", [f"subject:{person}"])
        write(INSERT, [person, "phone"])

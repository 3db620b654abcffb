"""A change to a guarded table does not commit without an entry of its own transaction for its own target; to some
tables a row is not even added before its entry.
"""

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg.errors import RestrictViolation

from audit.services.recording import record
from core import clock
from core.actors import SYSTEM
from personal_data.models import DataSubject, ImportBatch, ImportedPerson
from personal_data.services.subjects import create_subject

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

INSERT = (
    "INSERT INTO personal_data_fieldrefusal (subject_id, field, declined_at, told_to_staff) "
    "VALUES (%s, %s, now(), false)"
)
ENTRY_FIRST = ["personal_data_datasubject", "personal_data_dataitem", "personal_data_importedperson"]
PERSON = (
    "INSERT INTO personal_data_datasubject (id, state, language, age_band, created_at) "
    "VALUES (%s, 'ACTIVE', 'vi', 'UNKNOWN', now())"
)
# Two lines of an import, in every way rows can be added.
LINES = "(batch_id, subject_id, line, grounds)"
COPY, ADD = f"COPY personal_data_importedperson {LINES}", f"INSERT INTO personal_data_importedperson {LINES}"
ROWS = "(%(batch)s::uuid, %(one)s::uuid, 1, '{}'::jsonb), (%(batch)s::uuid, %(other)s::uuid, 2, '{}'::jsonb)"
IN_EVERY_WAY = {
    "rows": f"{ADD} VALUES {ROWS}",
    "query": f"{ADD} SELECT * FROM (VALUES {ROWS}) v",
    "conflict": f"{ADD} VALUES {ROWS} ON CONFLICT DO NOTHING",
    "part": f"WITH a AS ({ADD} VALUES {ROWS} RETURNING 1) SELECT count(*) FROM a",
    "merge": f"MERGE INTO personal_data_importedperson p USING (VALUES {ROWS}) v (batch, subject, line, grounds) "
    f"ON p.line = -1 WHEN NOT MATCHED THEN INSERT {LINES} VALUES (v.batch, v.subject, v.line, v.grounds)",
}


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


def batch_id() -> uuid.UUID:
    batch = ImportBatch(source="test", started_by="system", digest=b"", created_at=clock.now())
    with transaction.atomic():
        batch.save(force_insert=True)
        record(event="test.done", target=f"import:{batch.pk}", by=SYSTEM, now=clock.now())
    return batch.pk


@pytest.mark.parametrize("statement", IN_EVERY_WAY.values(), ids=IN_EVERY_WAY.keys())
def test_of_rows_added_together_each_needs_its_entry_first(statement: str) -> None:
    about = {"batch": batch_id(), "one": subject_id(), "other": subject_id()}
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        entry(about["one"])
        cursor.execute(statement, about)
    assert not ImportedPerson.objects.exists()
    with connection.cursor() as cursor, transaction.atomic():
        entry(about["one"])
        entry(about["other"])
        cursor.execute(statement, about)
    assert ImportedPerson.objects.count() == 2


def test_rows_copied_or_added_in_a_block_need_their_entries_first() -> None:
    batch, one, other = batch_id(), subject_id(), subject_id()
    rows = [(str(batch), str(person), str(line), "{}") for line, person in enumerate((one, other))]

    def copied() -> None:
        with connection.cursor() as cursor, cursor.copy(f"{COPY} FROM STDIN") as copy:
            copy.write("".join("\t".join(row) + "\n" for row in rows))

    def in_a_block() -> None:
        text = ";".join(f"INSERT INTO public.personal_data_importedperson {LINES} VALUES {row}" for row in rows)
        write(f"DO $do$ BEGIN {text}; END $do$", [])

    for add in (copied, in_a_block):
        with pytest.raises((IntegrityError, RestrictViolation)), transaction.atomic():
            entry(one)
            add()
        assert not ImportedPerson.objects.exists()
    for add in (copied, in_a_block):
        with transaction.atomic():
            entry(one)
            entry(other)
            add()
            assert ImportedPerson.objects.count() == 2
            ImportedPerson.objects.all().delete()


def test_an_entry_after_the_row_comes_too_late_and_one_taken_back_takes_the_row_along() -> None:
    person = uuid.uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        write(PERSON, [person])
        entry(person)
    with transaction.atomic():
        write("SAVEPOINT before", [])
        write("SAVEPOINT within", [])
        entry(person)
        write("RELEASE SAVEPOINT within", [])
        write(PERSON, [person])
        write("ROLLBACK TO SAVEPOINT before", [])
        with pytest.raises(IntegrityError), transaction.atomic():
            write(PERSON, [person])
    assert not DataSubject.objects.filter(pk=person).exists()


@pytest.mark.parametrize("table", ENTRY_FIRST)
def test_what_is_looked_at_when_added_is_looked_at_when_changed_too(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgtype::int & 1 = 1, tgdeferrable, tgtype::int & 28 FROM pg_trigger "
            "WHERE tgrelid = to_regclass(%s) AND tgname LIKE '%%_needs_entry%%' ORDER BY tgname",
            [f"public.{table}"],
        )
        found = cursor.fetchall()
    insert, delete, update = 4, 8, 16
    assert found == [
        (f"{table}_needs_entry", True, True, delete | update),
        (f"{table}_needs_entry_first", False, False, insert),
    ]

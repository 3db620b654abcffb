"""The ledger through the application's own database role: added to, never changed, never without its audit entry."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from audit.services.recording import record
from consent.models import ConsentWording, LedgerEntry
from core import clock
from core.actors import SYSTEM
from personal_data.models import DataSubject
from tests.consent.conftest import BY_EMAIL

Submit = Callable[..., list[int]]

COPY = """
INSERT INTO consent_ledgerentry (
    subject_ref, purpose, channel, recipient_class, reply, version, wording_hash, scope_hash, language,
    sensitive_shown, method, captured_by, at, act, sealed_evidence)
SELECT %s, purpose, channel, recipient_class, reply, version, wording_hash, scope_hash, language,
    sensitive_shown, method, captured_by, at, act, sealed_evidence FROM consent_ledgerentry LIMIT 1
"""


def execute(statement: str, parameters: list[object] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_ledgerentry SET reply = 'REFUSED'",
        "UPDATE consent_ledgerentry SET at = now()",
        "DELETE FROM consent_ledgerentry",
        "TRUNCATE consent_ledgerentry",
        "SELECT id FROM consent_ledgerentry FOR UPDATE",
        "ALTER TABLE consent_ledgerentry DISABLE TRIGGER ALL",
        "UPDATE consent_consentwording SET text = 'anything'",
        "DELETE FROM consent_consentwording",
        "TRUNCATE consent_consentwording",
        "DROP FUNCTION consent_record_answers",
    ],
)
def test_the_application_cannot(answer: Submit, subject: DataSubject, statement: str) -> None:
    answer(granted=[BY_EMAIL])
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(statement)
    assert LedgerEntry.objects.get(subject_ref=subject.pk).is_granted
    assert "Clever Group" in ConsentWording.objects.get().text


@pytest.mark.parametrize(
    "statement", ["UPDATE consent_ledgerentry SET reply = 'REFUSED'", "DELETE FROM consent_ledgerentry"]
)
def test_not_even_the_owner_of_the_table_changes_it_by_a_statement(
    answer: Submit, subject: DataSubject, owner_of_tables: None, statement: str
) -> None:
    answer(granted=[BY_EMAIL])
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(statement)
    assert LedgerEntry.objects.get(subject_ref=subject.pk).is_granted


def test_an_entry_by_hand_without_its_audit_entry_does_not_commit(answer: Submit, subject: DataSubject) -> None:
    answer(granted=[BY_EMAIL])
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(COPY, [subject.pk])
    assert LedgerEntry.objects.count() == 1


def test_an_audit_entry_for_somebody_else_does_not_help(answer: Submit, subject: DataSubject) -> None:
    answer(granted=[BY_EMAIL])
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(COPY, [subject.pk])
        record(event="consent.granted", target=f"subject:{uuid.uuid4()}", by=SYSTEM, now=clock.now())
    assert LedgerEntry.objects.count() == 1


def test_a_refusal_can_end_nothing(answer: Submit, subject: DataSubject) -> None:
    (entry_id,) = answer(granted=[BY_EMAIL])
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(
            COPY.replace(", reply, version", ", ends_entry, reply, version", 1).replace(
                "reply, version", f"{entry_id}, 'REFUSED', version"
            ),
            [subject.pk],
        )


def test_the_entry_outlasts_the_person(answer: Submit, subject: DataSubject, now: datetime) -> None:
    from personal_data.services.erasing import begin_erasure, run_erasure

    answer(granted=[BY_EMAIL])
    run = begin_erasure(subject_id=subject.pk, address="someone@example.vn", by=SYSTEM, now=now)
    assert run_erasure(run_id=run.pk, now=now)
    entry, end = LedgerEntry.objects.filter(subject_ref=subject.pk).order_by("id")
    assert entry.is_granted and (end.reply, end.ends_entry, end.method) == ("WITHDRAWN", entry.pk, "ERASURE")
    assert ConsentWording.objects.filter(hash=bytes(entry.wording_hash)).exists()

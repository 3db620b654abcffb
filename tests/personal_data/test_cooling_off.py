"""A deletion of everything that can still be called off, and what is noted of it row by row."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connections

from audit.services.recording import record
from consent.answers import Answer
from consent.models import ConsentJob, LedgerEntry
from consent.selectors import in_force
from consent.services.asking import questions
from consent.services.granting import record_answers
from core.actors import SYSTEM
from personal_data import planning
from personal_data.enums import AuditEvent, LimitKind
from personal_data.errors import NotResponsible, Restricted, SubjectGone, TooLateToCancel
from personal_data.models import DataItem, DataSubject, ErasureRun, RecipientTask, SuppressedIdentity, UseLimit
from personal_data.permissions import check_can_open
from personal_data.selectors_limits import is_restricted
from personal_data.services import erasing, holding
from personal_data.services.suppressing import EMAIL, PHONE, index_of, suppress, suppressed
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.harness.people import Role
from tests.personal_data.erasure_cases import ADDRESS, PERSON, begin, events, fill, nothing_is_left
from tests.personal_data.uses import may_use

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def policy(transactional_db: None, now: datetime) -> PolicyVersion:
    """ACROS: values and files."""
    return publish(slug="acros", by=SYSTEM, now=now, demo=True).version


def ask(subject: DataSubject, now: datetime, *, wait: timedelta = DAY) -> ErasureRun:
    return erasing.begin_erasure(
        subject_id=subject.pk, address=ADDRESS, cooling_off=wait, suppress=True, by=PERSON, now=now
    )


def line(run: ErasureRun, target: str):  # type: ignore[no-untyped-def]
    return run.plan.lines.get(target=target)


def test_until_it_begins_the_person_is_active_and_nothing_is_used(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    run = ask(subject, now)
    assert (run.state, run.starts_at) == ("COOLING", now + DAY)
    assert erasing.run_due_erasures(now=now + DAY - MINUTE) == 0 and not erasing.run_erasure(run_id=run.pk, now=now)
    subject.refresh_from_db()
    run.refresh_from_db()
    assert subject.is_active and DataItem.objects.count() == 2 and run.attempts == 0
    assert is_restricted(subject.pk) and not may_use(subject.pk, "service")
    with pytest.raises(Restricted):
        check_can_open(by=Role("auditor"), subject_id=subject.pk)
    with pytest.raises(NotResponsible):
        check_can_open(by=Role("agent"), subject_id=subject.pk)
    check_can_open(by=Role("dpo"), subject_id=subject.pk)
    assert erasing.run_due_erasures(now=now + DAY) == 1
    stored = DataSubject.objects.get(pk=subject.pk)
    assert stored.state == "ERASED" and "erasure.started" in events(subject)
    nothing_is_left(run)


def test_without_cooling_off_it_begins_at_once(subject: DataSubject, now: datetime) -> None:
    run = ask(subject, now, wait=timedelta(0))
    subject.refresh_from_db()
    assert subject.state == "ERASING" and run.state == "WAITING"
    with pytest.raises(TooLateToCancel):
        erasing.cancel_erasure(run_id=run.pk, by=PERSON, now=now)
    assert erasing.run_due_erasures(now=now) == 1


def test_called_off_everything_is_as_before_and_it_can_be_asked_again(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    run = ask(subject, now)
    later = now + timedelta(hours=3)
    erasing.cancel_erasure(run_id=run.pk, by=PERSON, now=later)
    before = events(subject)
    erasing.cancel_erasure(run_id=run.pk, by=PERSON, now=later)
    assert events(subject) == before and before[-1] == "erasure.cancelled"
    run.refresh_from_db()
    assert (run.state, run.cancelled_at, run.sealed_address) == ("CANCELLED", later, None)
    assert not is_restricted(subject.pk) and UseLimit.objects.get().ended_at == later
    assert erasing.run_due_erasures(now=now + 2 * DAY) == 0 and not erasing.run_erasure(
        run_id=run.pk, now=now + 2 * DAY
    )
    assert DataItem.objects.count() == 2
    again = ask(subject, later)
    assert again.pk != run.pk and erasing.run_due_erasures(now=later + DAY) == 1
    token = erasing.progress_token(run)
    assert erasing.run_by_token(token, at=later + timedelta(days=29))
    assert erasing.run_by_token(token, at=later + timedelta(days=30)) is None


def test_once_it_has_begun_it_is_too_late(subject: DataSubject, now: datetime) -> None:
    run = ask(subject, now)
    erasing.run_due_erasures(now=now + DAY)
    with pytest.raises(TooLateToCancel):
        erasing.cancel_erasure(run_id=run.pk, by=PERSON, now=now + DAY)


def test_called_off_while_it_begins_it_is_one_or_the_other(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    run = ask(subject, now)
    together = threading.Barrier(2)
    late: list[bool] = []

    def call_off() -> None:
        try:
            together.wait()
            erasing.cancel_erasure(run_id=run.pk, by=PERSON, now=now + DAY)
        except TooLateToCancel:
            late.append(True)
        finally:
            connections.close_all()

    worker = threading.Thread(target=call_off)
    worker.start()
    together.wait()
    done = erasing.run_due_erasures(now=now + DAY)
    worker.join()
    run.refresh_from_db()
    assert (run.state, done, bool(late)) in (("DONE", 1, True), ("CANCELLED", 0, False))
    assert DataItem.objects.count() == (0 if done else 2)


def test_a_begin_that_breaks_off_is_tried_again(
    subject: DataSubject, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(subject, now)
    fill(subject, now)
    with monkeypatch.context() as patch:
        patch.setattr(erasing, "note_missing", lambda run: 1 / 0)
        assert erasing.run_due_erasures(now=now + DAY) == 0
    run.refresh_from_db()
    subject.refresh_from_db()
    assert run.state == "COOLING" and subject.is_active and "erasure.started" not in events(subject)
    assert erasing.run_due_erasures(now=now + DAY + MINUTE) == 1


def test_consents_end_as_it_begins_and_the_plan_foresaw_it(
    subject: DataSubject, policy: PolicyVersion, now: datetime
) -> None:
    asked = questions(policy, "vi")
    record_answers(
        subject_id=subject.pk,
        answers=[Answer(key=one.key, granted=True) for one in asked],
        version=policy,
        language="vi",
        evidence={"browser": "Firefox"},
        by=PERSON,
        now=now,
    )
    given = len(in_force(subject.pk, now))
    run = ask(subject, now)
    assert in_force(subject.pk, now + DAY - MINUTE), "they stand while it can be called off"
    assert erasing.run_due_erasures(now=now + DAY) == 1
    assert not in_force(subject.pk, now + DAY)
    ended = LedgerEntry.objects.filter(subject_ref=subject.pk, reply="WITHDRAWN")
    assert set(ended.values_list("method", flat=True)) == {"ERASURE"} and ended.count() == given > 0
    kept = line(run, "consent.ledgerentry")
    assert (kept.rows, kept.left, kept.difference, kept.extra) == (2 * given, 2 * given, "", [])
    assert not ConsentJob.objects.filter(subject_ref=subject.pk).exists()


def test_recipients_are_told_as_it_begins_not_before(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    run = ask(subject, now)
    assert not RecipientTask.objects.exists()
    erasing.run_due_erasures(now=now + DAY)
    tasks = RecipientTask.objects.filter(basis=f"erasure:{run.pk}", order="DELETE")
    assert {task.recipient for task in tasks} == {"carrier", "payment", "warranty-partner"}
    assert tasks.get(recipient="carrier").fields == ["full-name", "phone"]
    assert {task.subject_ref for task in tasks} == {subject.pk}


def test_what_changed_before_it_began_is_named_row_by_row(subject: DataSubject, now: datetime) -> None:
    """One value went, another came, in the day between; and a note, which is kept."""
    fill(subject, now)
    run = ask(subject, now)
    phone = DataItem.objects.get(field="phone")
    holding.erase_item(subject_id=subject.pk, item_id=phone.pk, by=PERSON, now=now + MINUTE)
    mail = holding.write_item(subject_id=subject.pk, field="email", value="a@example.vn", by=PERSON, now=now + MINUTE)
    record(event="test.noted", target=f"subject:{subject.pk}", subject_id=subject.pk, by=SYSTEM, now=now, note="x")
    erasing.run_due_erasures(now=now + DAY)
    items = line(run, "personal_data.dataitem")
    assert (items.missing, items.extra) == ([str(phone.pk)], [str(mail.pk)])
    assert (items.rows, items.gone, items.left, items.difference) == (2, 2, 0, "MORE_GONE")
    notes = line(run, "audit.auditnote")
    assert (len(notes.extra), notes.difference) == (1, "MORE_KEPT")


def test_a_value_gone_before_is_no_more_than_that(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    run = ask(subject, now)
    phone = DataItem.objects.get(field="phone")
    holding.erase_item(subject_id=subject.pk, item_id=phone.pk, by=PERSON, now=now + MINUTE)
    erasing.run_due_erasures(now=now + DAY)
    items = line(run, "personal_data.dataitem")
    assert (items.rows, items.gone, items.left, items.difference) == (2, 1, 0, "GONE_BEFORE")


def test_only_what_was_approved_counts_as_planned(subject: DataSubject, now: datetime) -> None:
    """A value written between the approval and the deletion goes, and is told as a difference."""
    fill(subject, now)
    approved = planning.plan_everything(subject_id=subject.pk, at=now, confirms=False)
    mail = holding.write_item(subject_id=subject.pk, field="email", value="a@example.vn", by=PERSON, now=now)
    run = erasing.begin_erasure(subject_id=subject.pk, address="", approved=approved, by=PERSON, now=now)
    erasing.run_erasure(run_id=run.pk, now=now)
    items = line(run, "personal_data.dataitem")
    assert (items.rows, items.extra, items.difference) == (2, [str(mail.pk)], "MORE_GONE")


def test_addresses_of_the_erased_are_on_the_list_as_hashes(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    holding.write_item(subject_id=subject.pk, field="email", value="Hoa.Tran@example.vn", by=PERSON, now=now)
    run = ask(subject, now, wait=timedelta(0))
    assert run.steps.first().kind == "SUPPRESS", "before the key"  # type: ignore[union-attr]
    erasing.run_erasure(run_id=run.pk, now=now)
    known = index_of(EMAIL, "hoa.tran@EXAMPLE.vn"), index_of(PHONE, "+84912345678")
    assert suppressed([*known, index_of(EMAIL, "other@example.vn")]) == set(known)
    suppress(indexes=known, now=now)
    assert SuppressedIdentity.objects.count() == 2
    assert index_of(EMAIL, "0912345678") != index_of(PHONE, "0912345678")


def test_who_was_never_known_is_not_suppressed(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    run = begin(subject, now)
    erasing.run_erasure(run_id=run.pk, now=now)
    assert not SuppressedIdentity.objects.exists()


def test_the_limit_of_the_cooling_off_is_recorded(subject: DataSubject, now: datetime) -> None:
    run = ask(subject, now)
    limit = UseLimit.objects.get()
    assert (limit.kind, limit.purpose, limit.basis) == (LimitKind.COOLING_OFF, "", f"erasure:{run.pk}")
    assert AuditEvent.LIMIT_SET in events(subject)


def test_nothing_is_asked_of_somebody_erased(subject: DataSubject, now: datetime) -> None:
    run = ask(subject, now, wait=timedelta(0))
    erasing.run_erasure(run_id=run.pk, now=now)
    assert ask(subject, now).pk == run.pk
    with pytest.raises(SubjectGone):
        erasing.begin_deletion(subject_id=subject.pk, fields=["phone"], by=PERSON, now=now)

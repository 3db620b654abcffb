"""What the portal writes for itself: each table says how long, and the jobs do it."""

import io
import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from audit.models import AuditEntry, AuditNote
from audit.services.recording import record
from core.actors import SYSTEM
from core.classification import Keep, Period
from core.clock import midnight
from personal_data import checks, own_records
from personal_data.enums import HoldGround, ImportState, KeyKind
from personal_data.errors_register import RegisterUnavailable
from personal_data.models import (
    DataItem,
    DataSubject,
    DueNotice,
    ErasurePlan,
    ErasureRun,
    ErasureStep,
    ImportBatch,
    LegalHold,
    Package,
    PlanLine,
    RetentionTick,
    SubjectKey,
)
from personal_data.register import file as register_file
from personal_data.registry import declarations
from personal_data.retention_rules import changed_rules, rules_digest, rules_told
from personal_data.services import erasing, evidence, holds, own_rows
from personal_data.services.announcing import register_path
from personal_data.services.holding import write_item
from personal_data.services.packaging import ask_package
from policies import selectors
from policies.models import PolicyVersion
from policies.pack import pack_from_document
from tests.harness.ages import ages_at
from tests.harness.people import Role
from tests.personal_data.erasure_cases import begin
from tests.personal_data.import_steps import PEOPLE, brought, taken_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])
DPO = Role("dpo")


@pytest.fixture
def erased(subject: DataSubject, now: datetime) -> DataSubject:
    """Somebody with a value and a note beside the record, erased today."""
    write_item(subject_id=subject.pk, field="phone", value="0912345678", by=DPO, now=now)
    record(event="test.noted", target=f"subject:{subject.pk}", subject_id=subject.pk, by=SYSTEM, now=now, note="why")
    run = begin(subject, now)
    erasing.run_due_erasures(now=now)
    run.refresh_from_db()
    assert run.is_done
    subject.refresh_from_db()
    return subject


def years_on(now: datetime, days: int = 1) -> datetime:
    """The evidence period and some days after a moment."""
    return now.replace(year=now.year + 3) + timedelta(days=days)


def has_evidence_key(subject: DataSubject) -> bool:
    return SubjectKey.objects.filter(subject_ref=subject.pk, kind=KeyKind.EVIDENCE).exists()


# --- the declarations -------------------------------------------------------------------------------------------------


def test_a_model_that_does_not_say_how_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_keeping(None) == []
    monkeypatch.delattr(DataItem.PersonalData, "retention")
    (found,) = checks.check_keeping(None)
    assert found.id == "personal_data.E005" and "personal_data.DataItem" in found.msg


@pytest.mark.parametrize(
    "keep", [Keep.after(Period.MAIL, since="created_at", by="nobody.does"), Keep.for_good(""), Keep.for_work(by="x.y")]
)
def test_a_job_that_is_not_there_and_a_missing_reason_are_found(keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DataItem.PersonalData, "retention", keep)
    assert [found.id for found in checks.check_keeping(None)] == ["personal_data.E005"]


def test_every_job_named_is_done_by_somebody() -> None:
    named = {one.retention.sweep for one in declarations() if one.retention} - {""}
    named |= {store.keep.sweep for store in own_records.STORES}
    assert named <= own_records.known_sweeps()
    done_here = own_records.known_sweeps() - own_records.BESIDE_OTHER_WORK
    beside = {"accounts.unproved", "personal_data.imports_unapplied", "personal_data.notes"}
    assert done_here - named <= beside, "a job no table names"


def test_the_map_says_how_long_and_by_which_job() -> None:
    out = io.StringIO()
    call_command("data_map", "--json", stdout=out)
    rows = {(row["table"], row["field"]): row for row in json.loads(out.getvalue())}
    assert rows["outbound_outboxmessage", "sealed_to"]["kept"] == "for own_records.mail_days after sent_at or failed_at"
    assert rows["outbound_outboxmessage", "sealed_to"]["by"] == "outbound.messages"
    assert all(row["kept"] for row in rows.values())


# --- periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "last"),
    [
        ("2026-03-02", "2023-03-02"),
        ("2027-02-28", "2024-02-29"),
        ("2028-02-29", "2025-02-28"),
        ("2027-12-31", "2024-12-31"),
    ],
)
def test_the_evidence_period_ends_on_the_corresponding_day(subject: DataSubject, today: str, last: str) -> None:
    found = ages_at(midnight(date.fromisoformat(today))).before(Period.EVIDENCE)
    assert found == midnight(date.fromisoformat(last) + timedelta(days=1))


def test_no_job_runs_ahead_of_the_clock_of_the_database(subject: DataSubject, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    ahead, in_step = own_records.ages(there + timedelta(days=3650)), own_records.ages(now)
    assert ahead is not None and abs(ahead.now - there) < timedelta(minutes=5)
    assert in_step is not None and in_step.now == now < there


def test_nothing_goes_while_the_fuse_is_out(subject: DataSubject, now: datetime) -> None:
    allowed = own_records.ages(now)
    assert allowed is not None
    tick = RetentionTick.objects.create(pk=1, last_at=now, rules_digest=rules_digest(allowed.pack))
    assert own_records.ages(now) is not None
    assert own_records.ages(now + timedelta(hours=25)) is None, "the clock ran ahead of the last tick"
    tick.rules_digest = bytes(32)
    tick.save()
    assert own_records.ages(now) is None and own_records.run_own_records(now=now) == 0, "periods changed"


def test_a_changed_period_of_own_records_is_a_changed_rule(subject: DataSubject, now: datetime) -> None:
    pack = ages_at(now).pack
    longer = replace(pack, own_records=replace(pack.own_records, mail_days=91))
    assert changed_rules(rules_told(pack), rules_told(longer)) == ["rule:own-records"]


def test_what_the_policy_is_silent_on_does_not_go(subject: DataSubject, now: datetime) -> None:
    """A version published before the table was asked for."""
    version = selectors.latest_version()
    assert version is not None
    stored = PolicyVersion.objects.get(pk=version.pk).document
    stored["toml"].pop("own_records")
    silent = own_records.Ages(now + timedelta(days=4000), pack_from_document(stored))
    DueNotice.objects.create(subject=subject, notice="retention-7", due_at=now)
    assert silent.before(Period.NOTICES) is None and own_rows.remove_notices(silent) == 0


def test_one_job_that_fails_holds_up_no_other(subject: DataSubject, now: datetime, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    called = []
    jobs = {
        "a": lambda ages: called.append("a") or 1,
        "b": lambda ages: 1 / 0,
        "c": lambda ages: called.append("c") or 1,
    }
    monkeypatch.setattr(own_records, "_sweeps", jobs)
    with pytest.raises(ZeroDivisionError):
        own_records.run_own_records(now=now)
    assert called == ["a", "c"]


# --- the end of proof -------------------------------------------------------------------------------------------------


def test_the_evidence_key_of_somebody_erased_ends_with_the_period(erased: DataSubject, now: datetime) -> None:
    assert evidence.end_evidence(ages_at(years_on(now, -1))) == 0
    assert has_evidence_key(erased)
    assert evidence.end_evidence(ages_at(years_on(now))) == 1
    erased.refresh_from_db()
    assert erased.evidence_ended_at == years_on(now) and not has_evidence_key(erased)
    assert not AuditNote.objects.filter(subject_ref=erased.pk).exists()
    assert AuditEntry.objects.filter(event="evidence.ended", subject_ref=erased.pk).count() == 1
    assert AuditEntry.objects.filter(event="test.noted", note_hash__isnull=False).exists(), "the entry itself stays"
    assert evidence.end_evidence(ages_at(years_on(now, 2))) == 0


def test_the_register_says_that_the_evidence_ended(erased: DataSubject, now: datetime) -> None:
    before = register_path().stat().st_size
    evidence.end_evidence(ages_at(years_on(now)))
    with register_file.opened(register_path()) as register:
        *_, last = register.frames_after(register.first().place)
    assert register_path().stat().st_size > before
    assert [entry["kind"] for entry in last.entries] == ["evidence-ended"]


def test_a_hold_keeps_the_evidence(erased: DataSubject, now: datetime) -> None:
    with transaction.atomic():
        held = LegalHold.objects.create(
            subject_ref=erased.pk, ground=HoldGround.DISPUTE, clause="L91 14.2", owner="user:7",
            review_on=now.date(), placed_at=now, placed_by="user:7",
        )  # fmt: skip
        record(event="test.held", target=f"hold:{held.pk}", by=SYSTEM, now=now)
    assert evidence.end_evidence(ages_at(years_on(now))) == 0 and has_evidence_key(erased)
    holds.release(hold_id=held.pk, by=DPO, now=now)
    assert evidence.end_evidence(ages_at(years_on(now))) == 1


def test_nobody_who_is_not_erased_loses_the_key(subject: DataSubject, now: datetime) -> None:
    assert evidence.end_evidence(ages_at(years_on(now, 4000))) == 0 and has_evidence_key(subject)


def test_a_register_that_cannot_be_written_stops_it_whole(
    erased: DataSubject, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise RegisterUnavailable("unwritable")

    monkeypatch.setattr(evidence, "announce", full)
    with pytest.raises(RegisterUnavailable):
        evidence.end_evidence(ages_at(years_on(now)))
    erased.refresh_from_db()
    assert erased.evidence_ended_at is None and has_evidence_key(erased)
    assert AuditNote.objects.filter(subject_ref=erased.pk).exists()


def test_notes_on_the_living_go_when_they_are_old(subject: DataSubject, now: datetime) -> None:
    for moment in (now, now + timedelta(days=10)):
        record(
            event="test.noted", target=f"subject:{subject.pk}", subject_id=subject.pk, by=SYSTEM, now=moment, note="why"
        )
    record(event="complaint.read", target="complaint:1", subject_id=subject.pk, by=SYSTEM, now=now, note="why")
    assert evidence.remove_old_notes(ages_at(years_on(now, -1))) == 0
    assert evidence.remove_old_notes(ages_at(years_on(now))) == 1
    assert AuditNote.objects.count() == 2, "the young one, and that of a case, which goes with the case"


# --- rows of the portal's own -----------------------------------------------------------------------------------------


def test_the_proof_of_an_erasure_goes_after_the_evidence_period(erased: DataSubject, now: datetime) -> None:
    assert own_rows.remove_proof(ages_at(years_on(now, -1))) == 0 and ErasureRun.objects.exists()
    assert own_rows.remove_proof(ages_at(years_on(now))) == 1
    for model in (ErasureRun, ErasureStep, ErasurePlan, PlanLine):
        assert not model._default_manager.exists()
    assert AuditEntry.objects.filter(event="records.ended", subject_ref=erased.pk).count() == 1


def test_an_erasure_that_runs_is_no_proof_yet(subject: DataSubject, now: datetime) -> None:
    begin(subject, now)
    assert own_rows.remove_proof(ages_at(years_on(now, 4000))) == 0 and ErasureRun.objects.exists()


def test_a_released_hold_goes_and_one_in_force_stays(subject: DataSubject, now: datetime) -> None:
    def placed(clause: str) -> LegalHold:
        day = (now + timedelta(days=30)).date()
        return holds.place(
            subject_ref=subject.pk, ground=HoldGround.INCIDENT, clause=clause, review_on=day, by=DPO, now=now
        )

    over, standing = placed("L91 14.2"), placed("L91 19.1")
    holds.release(hold_id=over.pk, by=DPO, now=now)
    assert own_rows.remove_proof(ages_at(years_on(now))) == 1
    assert LegalHold.objects.get() == standing


def test_a_copy_that_waits_is_no_proof_yet(subject: DataSubject, now: datetime) -> None:
    package = ask_package(subject_id=subject.pk, basis="request:1", language="vi", by=SYSTEM, now=now)
    assert own_rows.remove_proof(ages_at(years_on(now))) == 0
    with transaction.atomic():
        Package.objects.filter(pk=package.pk).update(state="EXPIRED")
        record(event="test.ended", target=f"subject:{subject.pk}", by=SYSTEM, now=now)
    assert own_rows.remove_proof(ages_at(years_on(now))) == 1 and not Package.objects.exists()


def test_notices_go_some_time_after_their_day(subject: DataSubject, now: datetime) -> None:
    for days in (0, 60):
        DueNotice.objects.create(subject=subject, notice="retention-7", due_at=now + timedelta(days=days))
    assert own_rows.remove_notices(ages_at(now + timedelta(days=89))) == 0
    assert own_rows.remove_notices(ages_at(now + timedelta(days=91))) == 1
    assert DueNotice.objects.get().due_at == now + timedelta(days=60)


def test_imports_of_which_nobody_is_held_go(subject: DataSubject, now: datetime) -> None:
    faulty = brought("full-name,email\nA,not an address\n", now)
    assert faulty.state == ImportState.FAULTY
    full = taken_in(PEOPLE, now)
    assert own_rows.remove_imports(ages_at(now + timedelta(days=6))) == 0
    assert own_rows.remove_imports(ages_at(now + timedelta(days=8))) == 1
    assert ImportBatch.objects.get() == full, "its people point at it: it says where their data came from"
    assert AuditEntry.objects.filter(event="records.ended", target=f"import:{faulty.pk}").exists()

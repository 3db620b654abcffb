"""Erasing a person: planned, carried out step by step, compared with the plan."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from audit.services.recording import record
from core.actors import SYSTEM
from core.encryption import unwrap
from outbound.services.queueing import queue_notice
from personal_data import keys, planning
from personal_data.enums import Fate, StepKind
from personal_data.errors import KeyDestroyed, NotHeld, SubjectGone
from personal_data.models import DataItem, DataSubject, ErasurePlan, ErasureRun, ErasureStep, PurposeState
from personal_data.registry import declarations
from personal_data.services import erasing, holding
from personal_data.services.erasure_steps import address_context
from personal_data.services.subjects import create_subject
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.personal_data.erasure_cases import ADDRESS, PERSON, begin, events, fill, nothing_is_left

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@pytest.fixture
def policy(transactional_db: None, now: datetime) -> PolicyVersion:
    """ACROS: values and files."""
    return publish(slug="acros", by=SYSTEM, now=now, demo=True).version


def line(run: ErasureRun, target: str):  # type: ignore[no-untyped-def]
    return run.plan.lines.get(target=target)


def test_a_plan_changes_nothing_and_names_every_row(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    record(event="test.noted", target=f"subject:{subject.pk}", subject_id=subject.pk, by=SYSTEM, now=now, note="why")
    before = events(subject)
    lines = {one.target: one for one in planning.plan_everything(subject_id=subject.pk, at=now, confirms=True)}
    assert (lines["personal_data.dataitem"].fate, lines["personal_data.dataitem"].rows) == (Fate.DELETE, 2)
    assert (lines["personal_data.storedfile"].rows, lines["personal_data.storedfile"].files) == (2, 2)
    assert lines["personal_data.datasubject"].fate == Fate.BLANK
    assert lines["personal_data.subjectkey"] == planning.Planned("personal_data.subjectkey", Fate.UNREADABLE, 1)
    kept = lines["audit.auditnote"]
    assert (kept.fate, kept.rows, kept.ground, kept.clause) == (Fate.KEEP, 1, "R3", "L91 9.3; D356 6.2")
    assert kept.kept_until is not None and kept.kept_until.year == now.year + 3
    assert lines[planning.CONFIRMATION].rows == 1
    assert events(subject) == before and not ErasurePlan.objects.exists() and DataItem.objects.count() == 2


def test_every_table_that_leads_to_a_person_is_in_the_plan(subject: DataSubject, now: datetime) -> None:
    planned = {one.target for one in planning.plan_everything(subject_id=subject.pk, at=now, confirms=True)}
    led = {found.model._meta.label_lower for found in declarations() if found.subject and found.personal}
    led -= {"dsr_requests.snapshot"}  # goes by itself when its request is done
    assert planned - {planning.KEY, planning.CONFIRMATION} == led


def test_the_hash_of_a_plan_changes_with_what_will_run(subject: DataSubject, now: datetime) -> None:
    def digest() -> bytes:
        lines = planning.plan_everything(subject_id=subject.pk, at=now, confirms=True)
        return planning.digest_of(subject_id=subject.pk, lines=lines)

    empty = digest()
    assert digest() == empty
    fill(subject, now)
    full = digest()
    assert full != empty
    assert bytes(begin(subject, now).plan.digest) == full


def test_erasing_a_person_leaves_a_tombstone_and_no_way_back(subject: DataSubject, now: datetime) -> None:
    stored = fill(subject, now)
    run = begin(subject, now)
    with pytest.raises(SubjectGone):
        holding.write_item(subject_id=subject.pk, field="full-name", value="Another", by=PERSON, now=now)
    assert erasing.run_erasure(run_id=run.pk, now=now)
    nothing_is_left(run, stored)
    assert not PurposeState.objects.exists()
    with pytest.raises(KeyDestroyed):
        keys.data_key(subject.pk)
    assert keys.evidence_key(subject.pk)
    subject.refresh_from_db()
    assert (subject.state, subject.language, subject.age_band, subject.last_active_at) == ("ERASED", "", "", None)
    assert events(subject)[-1] == "erasure.done"


def test_the_outcome_stands_beside_the_plan(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    run = begin(subject, now)
    erasing.run_erasure(run_id=run.pk, now=now)
    for one in run.plan.lines.all():
        assert one.gone is not None and one.left is not None and one.difference == "", one
        if one.fate in (Fate.DELETE, Fate.BLANK):
            assert (one.gone, one.left) == (one.rows, 0), one
    assert line(run, "personal_data.dataitem").gone == 2
    assert run.steps.get(kind=StepKind.FILES, target="personal_data.storedfile").count == 2


def test_what_comes_in_after_the_plan_goes_too_and_is_named(subject: DataSubject, now: datetime) -> None:
    """A mail queued for the person once its step is over; and a note, which is kept."""
    run = begin(subject, now)
    step = run.steps.get(kind=StepKind.ROWS, target="outbound.outboxmessage")
    for each in run.steps.filter(position__lte=step.position):
        erasing._try(each, now)
    queue_notice(
        notice="jobs-failing", to=ADDRESS, language="vi", context={"jobs": "x"}, now=now, subject_id=subject.pk
    )
    record(event="test.noted", target=f"subject:{subject.pk}", subject_id=subject.pk, by=SYSTEM, now=now, note="x")
    assert erasing.run_erasure(run_id=run.pk, now=now)
    assert (line(run, "outbound.outboxmessage").gone, line(run, "outbound.outboxmessage").difference) == (
        1,
        "MORE_GONE",
    )
    assert (line(run, "audit.auditnote").left, line(run, "audit.auditnote").difference) == (1, "MORE_KEPT")


def test_asking_twice_leads_to_one_run_and_one_link(subject: DataSubject, now: datetime) -> None:
    one, two = begin(subject, now), begin(subject, now)
    assert one.pk == two.pk and erasing.progress_token(one) == erasing.progress_token(two)
    found = erasing.run_by_token(erasing.progress_token(one), at=now)
    assert found is not None and found.pk == one.pk
    assert erasing.run_by_token("0" * 64, at=now) is None
    erasing.run_erasure(run_id=one.pk, now=now)
    assert begin(subject, now).pk == one.pk


def test_the_link_works_for_thirty_days_after_the_end(subject: DataSubject, now: datetime) -> None:
    run = begin(subject, now)
    token, late = erasing.progress_token(run), now + timedelta(days=90)
    assert erasing.run_by_token(token, at=late), "not finished yet"
    erasing.run_erasure(run_id=run.pk, now=now)
    assert erasing.run_by_token(token, at=now + timedelta(days=29))
    assert erasing.run_by_token(token, at=now + timedelta(days=30)) is None


def test_the_address_is_sealed_until_the_end_and_then_forgotten(subject: DataSubject, now: datetime) -> None:
    run = begin(subject, now)
    assert run.sealed_address is not None and ADDRESS.encode() not in bytes(run.sealed_address)
    assert unwrap(run.sealed_address, context=address_context(run)).decode() == ADDRESS
    erasing.run_erasure(run_id=run.pk, now=now)
    run.refresh_from_db()
    assert run.sealed_address is None


def test_run_again_after_the_end_nothing_happens(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    run = begin(subject, now)
    assert erasing.run_due_erasures(now=now) == 1
    before = events(subject)
    assert not erasing.run_erasure(run_id=run.pk, now=now)
    assert erasing.run_due_erasures(now=now + timedelta(days=1)) == 0
    assert events(subject) == before


def test_a_plan_and_a_step_change_only_with_an_entry(subject: DataSubject, now: datetime) -> None:
    run = begin(subject, now)
    for change in (
        lambda: ErasureStep.objects.filter(run=run).update(count=7),
        lambda: ErasurePlan.objects.filter(pk=run.plan_id).update(asked_by="user:1"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_chosen_fields_go_by_plan_and_the_rest_stays(subject: DataSubject, now: datetime) -> None:
    stored = fill(subject, now)
    run = erasing.begin_deletion(subject_id=subject.pk, fields=["phone", "payment-image"], by=PERSON, now=now)
    item = DataItem.objects.get(field="phone")
    assert line(run, "personal_data.dataitem").refs == [str(item.pk)]
    assert set(line(run, "personal_data.storedfile").refs) == {str(one.pk) for one in stored}
    assert erasing.run_due_erasures(now=now) == 1
    assert [one.field for one in DataItem.objects.all()] == ["full-name"]
    subject.refresh_from_db()
    assert subject.is_active and keys.data_key(subject.pk)
    assert [(one.rows, one.gone, one.left) for one in run.plan.lines.all()] == [(1, 1, 0), (2, 2, 0)]
    with pytest.raises(NotHeld):
        erasing.begin_deletion(subject_id=subject.pk, fields=["phone"], by=PERSON, now=now)
    assert begin(subject, now).scope == "EVERYTHING", "everything can still be asked for"


def test_chosen_things_already_gone_with_everything_end_well(subject: DataSubject, now: datetime) -> None:
    fill(subject, now)
    part = erasing.begin_deletion(subject_id=subject.pk, fields=["phone"], by=PERSON, now=now)
    whole = begin(subject, now)
    with pytest.raises(SubjectGone):
        erasing.begin_deletion(subject_id=subject.pk, fields=["full-name"], by=PERSON, now=now)
    assert erasing.run_erasure(run_id=whole.pk, now=now) and erasing.run_erasure(run_id=part.pk, now=now)
    subject.refresh_from_db()
    assert subject.state == "ERASED" and not DataItem.objects.exists()


def test_rows_that_also_name_someone_else_are_counted(policy: PolicyVersion, now: datetime) -> None:
    """An approval of a lost factor names the colleague who gave it."""
    from accounts.enums import Role as StaffRole
    from accounts.services import recovering, staffing

    def staff(name: str, role: StaffRole):  # type: ignore[no-untyped-def]
        return staffing.create_staff(
            address=f"{name}@example.vn",
            password="mot cau du dai 42",
            role=role,
            staff_name=name,
            language="vi",
            by=SYSTEM,
            now=now,
        )

    lost, colleague = staff("mot", StaffRole.AGENT), staff("hai", StaffRole.ADMINISTRATOR)
    staff("ba", StaffRole.ADMINISTRATOR)
    recovering.ask(user_id=lost.pk, by=lost, now=now)
    recovering.approve(user_id=lost.pk, by=colleague, now=now)
    lines = {one.target: one for one in planning.plan_everything(subject_id=lost.subject_id, at=now, confirms=False)}
    assert (lines["accounts.factorrecoveryapproval"].rows, lines["accounts.factorrecoveryapproval"].shared) == (1, 1)
    assert lines["accounts.factorrecovery"].shared == 0


def test_a_person_on_whom_nothing_is_held_is_erased_too(policy: PolicyVersion, now: datetime) -> None:
    run = begin(create_subject(by=SYSTEM, now=now, language="vi"), now, address="")
    assert run.plan.lines.get(target=planning.CONFIRMATION).rows == 0
    assert erasing.run_erasure(run_id=run.pk, now=now)

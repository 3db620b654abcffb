"""What a rule of law keeps although its person asks for deletion: refused or set apart, and gone on its day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.models import AuditEntry
from audit.services.recording import read_note
from core import clock
from core.clock import local_date, midnight
from core.encryption import unseal
from core.templatetags.portal import day
from personal_data import keys, planning, storage
from personal_data.enums import Difference, Fate, KeepGround
from personal_data.errors import KeyDestroyed, NotHeld
from personal_data.errors_retention import LawKeeps, RetentionRefused
from personal_data.fields import kept_context
from personal_data.law_keeping import kept_by_law
from personal_data.models import (
    DataItem,
    DataSubject,
    ErasureRun,
    KeptByLaw,
    StoredFile,
    SubjectKey,
    ValueHistory,
)
from personal_data.own_records import Ages, ages
from personal_data.retention_dates import plus_period
from personal_data.services import erasing, files, holding
from personal_data.services.erasing import run_due_erasures
from personal_data.services.evidence import end_evidence
from personal_data.services.kept_reading import open_kept
from personal_data.services.replay_erasing import Gone, erase_many
from personal_data.services.setting_apart import end_kept, set_apart
from policies import selectors as policies
from policies.models import PolicyVersion
from tests.harness.people import Role
from tests.personal_data.erasure_cases import PERSON
from tests.personal_data.retention_steps import (
    earlier,
    held_back,
    let_go,
    person,
    publish_with,
    rule,
    run,
    stored,
    value,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])

DAY = timedelta(days=1)
OFFICER = Role("dpo", 1)
BY_LAW = rule("invoices", "law", years="5", clause='"L91 14.2"')
OF_FIELDS = {"full-name": "invoices", "other-entry": "invoices"}


@pytest.fixture
def kept(policy: PolicyVersion, tmp_path: Path) -> DataSubject:
    """Somebody of whom the law keeps the name and a file for five years, and nothing else."""
    publish_with(tmp_path, BY_LAW, OF_FIELDS, pictures="other-entry")
    subject = person()
    value(subject, "full-name", "Trần Thị Mai Hoa", ago=400 * DAY)
    value(subject, "phone", "0900 000 001", ago=400 * DAY)
    stored(subject, "other-entry")
    return subject


def end_of(field: str) -> date:
    pack = policies.document(policies.version_in_force(clock.now()))  # type: ignore[arg-type]
    law = pack.retention_rule("invoices")
    assert law is not None
    item: Any = DataItem.objects.filter(field=field).first() or StoredFile.objects.get(field=field)
    return plus_period(local_date(item.held_since), law)


def lines(run: ErasureRun) -> dict[tuple[str, str, str], Any]:
    return {(line.target, str(line.fate), str(line.kept_until)): line for line in run.plan.lines.all()}


def aged(at: datetime) -> Ages:
    found = ages(clock.now())
    assert found is not None
    return Ages(at, found.pack)


def erased(subject: DataSubject) -> ErasureRun:
    begun = erasing.begin_erasure(subject_id=subject.pk, address="", by=PERSON, now=clock.now())
    assert run_due_erasures(now=clock.now()) == 1
    begun.refresh_from_db()
    return begun


def test_a_single_entry_is_refused_with_its_article_and_its_day(kept: DataSubject) -> None:
    now, item = clock.now(), DataItem.objects.get(field="full-name")
    deletions: list[Callable[[], object]] = [
        lambda: holding.erase_item(subject_id=kept.pk, item_id=item.pk, by=PERSON, now=now),
        lambda: holding.decline_field(subject_id=kept.pk, field="full-name", by=PERSON, now=now),
        lambda: holding.erase_items(subject_id=kept.pk, fields=["phone", "full-name"], by=PERSON, now=now),
    ]
    for delete in deletions:
        with pytest.raises(LawKeeps) as refused:
            delete()
        words = str(refused.value.message)
        assert day(end_of("full-name")) in words and "91/2025" in words
    with pytest.raises(LawKeeps) as refused:
        files.delete_file(subject_id=kept.pk, file_id=StoredFile.objects.get().pk, by=PERSON, now=now)
    assert day(end_of("other-entry")) in str(refused.value.message)
    assert DataItem.objects.count() == 2 and StoredFile.objects.count() == 1 and not ErasureRun.objects.exists()
    assert holding.erase_items(subject_id=kept.pk, fields=["phone"], by=PERSON, now=now) == 1


def test_once_its_day_has_come_it_goes_by_itself_and_by_a_wish(kept: DataSubject) -> None:
    assert [one.field for one in kept_by_law(kept.pk, at=clock.now())] == ["full-name", "other-entry"]
    last = midnight(end_of("full-name"))
    assert [one.field for one in kept_by_law(kept.pk, at=last)] == ["other-entry"]
    assert [one.field for one in kept_by_law(kept.pk, at=last - timedelta(seconds=1))] == ["full-name", "other-entry"]


def test_a_plan_of_chosen_things_keeps_what_the_law_keeps(kept: DataSubject) -> None:
    row = earlier(kept, "full-name")
    begun = erasing.begin_deletion(
        subject_id=kept.pk, fields=["full-name", "phone", "other-entry"], by=PERSON, now=clock.now(), basis="request:1"
    )
    assert run_due_erasures(now=clock.now()) == 1
    begun.refresh_from_db()
    assert set(DataItem.objects.values_list("field", flat=True)) == {"full-name"}
    assert StoredFile.objects.count() == 1 and ValueHistory.objects.filter(pk=row.pk).exists()
    found = lines(begun)
    item = found["personal_data.dataitem", Fate.KEEP, str(end_of("full-name"))]
    assert (item.rows, item.left, item.ground, item.clause) == (1, 1, KeepGround.LAW_KEEPS, "L91 14.2")
    assert found["personal_data.valuehistory", Fate.KEEP, str(end_of("full-name"))].left == 1
    assert found["personal_data.storedfile", Fate.KEEP, str(end_of("other-entry"))].files == 1
    assert found["personal_data.dataitem", Fate.DELETE, "None"].gone == 1
    assert not begun.plan.lines.exclude(difference=Difference.NONE).exists()


def test_a_deletion_of_everything_sets_it_apart_under_a_key_of_its_own(kept: DataSubject) -> None:
    until, of_file, file = end_of("full-name"), end_of("other-entry"), StoredFile.objects.get()
    begun = erased(kept)
    kept.refresh_from_db()
    assert begun.is_done and kept.erased_at is not None and not keys.has_data_key(kept.pk)
    assert not DataItem.objects.exists() and not StoredFile.objects.exists()
    row, picture = KeptByLaw.objects.get(field="full-name"), KeptByLaw.objects.get(field="other-entry")
    assert (row.kept_until, row.clause, picture.kept_until) == (until, "L91 14.2", of_file)
    key = keys.kept_key(kept.pk)
    assert unseal(key, row.sealed_value, context=kept_context(row.pk)).decode() == "Trần Thị Mai Hoa"
    assert storage.read_blob(picture.pk, key=key) == b"abc"
    assert not (storage.root() / file.pk.hex[:2] / str(file.pk)).exists()
    found = lines(begun)
    assert found["personal_data.keptbylaw", Fate.KEEP, str(until)].left == 1
    assert found["personal_data.keptbylaw", Fate.KEEP, str(of_file)].files == 1
    assert found["personal_data.dataitem", Fate.DELETE, "None"].gone == 1, "the phone alone"
    assert not begun.plan.lines.exclude(difference=Difference.NONE).exists()
    assert AuditEntry.objects.filter(event="kept.set_apart", subject_ref=kept.pk).count() == 2


def test_the_officer_alone_opens_it_and_says_why(kept: DataSubject) -> None:
    erased(kept)
    row, picture = KeptByLaw.objects.get(field="full-name"), KeptByLaw.objects.get(field="other-entry")
    for role in ("administrator", "auditor", "agent", "system"):
        with pytest.raises(RetentionRefused):
            open_kept(kept_id=row.pk, reason="Thanh tra", by=Role(role, 1), now=clock.now())
    opened = open_kept(kept_id=row.pk, reason="Thanh tra 12/2026", by=OFFICER, now=clock.now())
    assert (opened.value, opened.pieces) == ("Trần Thị Mai Hoa", None)
    file = open_kept(kept_id=picture.pk, reason="Thanh tra 12/2026", by=OFFICER, now=clock.now())
    assert file.value == "a.jpg" and b"".join(file.pieces or ()) == b"abc"
    entries = AuditEntry.objects.filter(event="kept.opened", subject_ref=kept.pk).order_by("id")
    assert [read_note(entry) for entry in entries] == ["Thanh tra 12/2026"] * 2
    keys.destroy_kept_keys([kept.pk])
    with pytest.raises(NotHeld):
        open_kept(kept_id=row.pk, reason="Thanh tra", by=OFFICER, now=clock.now())


def test_on_its_day_it_goes_and_with_the_last_of_it_the_key(kept: DataSubject) -> None:
    until, of_file = end_of("full-name"), end_of("other-entry")
    erased(kept)
    picture = KeptByLaw.objects.get(field="other-entry")
    assert end_kept(aged(midnight(until) - timedelta(seconds=1))) == 0
    assert end_kept(aged(midnight(until))) == 1
    assert list(KeptByLaw.objects.values_list("field", flat=True)) == ["other-entry"] and keys.kept_key(kept.pk)
    hold = held_back(field="other-entry")
    assert end_kept(aged(midnight(of_file))) == 0, "a legal hold keeps it longer"
    let_go(hold)
    assert end_kept(aged(midnight(of_file))) == 1 and end_kept(aged(midnight(of_file))) == 0
    with pytest.raises(KeyDestroyed):
        keys.kept_key(kept.pk)
    assert not (storage.root() / picture.pk.hex[:2] / str(picture.pk)).exists()
    assert AuditEntry.objects.filter(event="kept.ended", subject_ref=kept.pk).count() == 2


def test_a_step_that_breaks_off_is_done_again_with_the_same_end(
    kept: DataSubject, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = erasing.begin_erasure(subject_id=kept.pk, address="", by=PERSON, now=clock.now())
    with monkeypatch.context() as broken:
        broken.setattr(storage, "write_blob", _refuse)
        assert run_due_erasures(now=clock.now()) == 0
    assert keys.has_data_key(kept.pk), "nothing goes before it is set apart"
    assert set_apart(subject_id=kept.pk, now=clock.now()) == 1
    run_due_erasures(now=clock.now() + timedelta(minutes=2))
    begun.refresh_from_db()
    assert begun.is_done and KeptByLaw.objects.count() == 2
    assert not begun.plan.lines.exclude(difference=Difference.NONE).exists()


def test_what_comes_under_a_rule_while_it_cools_off_is_kept_and_named(policy: PolicyVersion, tmp_path: Path) -> None:
    subject = person()
    value(subject, "full-name", "Trần Thị Mai Hoa")
    begun = erasing.begin_erasure(
        subject_id=subject.pk, address="", by=PERSON, now=clock.now(), cooling_off=timedelta(hours=24)
    )
    publish_with(tmp_path, BY_LAW, OF_FIELDS)
    assert run_due_erasures(now=clock.now() + timedelta(hours=25)) == 1
    line = begun.plan.lines.get(target=planning.KEPT)
    assert (line.rows, line.left, line.difference) == (0, 1, Difference.MORE_KEPT)


def test_proof_stays_tied_while_the_law_keeps_something(kept: DataSubject) -> None:
    until = end_of("other-entry")
    erased(kept)
    late = midnight(until) + 3660 * DAY
    assert end_evidence(aged(late)) == 0
    end_kept(aged(midnight(until)))
    assert end_evidence(aged(late)) == 1
    assert not SubjectKey.objects.filter(subject_ref=kept.pk).exists()


def test_a_replay_in_bulk_sets_apart_what_it_can_still_open(kept: DataSubject) -> None:
    told = {kept.pk: Gone(begun=None, at=clock.now())}
    assert erase_many(told, now=clock.now()) == 1
    assert set(KeptByLaw.objects.values_list("field", flat=True)) == {"full-name", "other-entry"}
    assert erase_many(told, now=clock.now()) == 0 and KeptByLaw.objects.count() == 2


def test_the_engine_lets_it_go_of_the_living_on_its_day(policy: PolicyVersion, tmp_path: Path) -> None:
    publish_with(tmp_path, BY_LAW, OF_FIELDS)
    subject = person()
    value(subject, "full-name", ago=6 * 366 * DAY)
    run()
    assert not DataItem.objects.exists()


def _refuse(*_: object, **__: object) -> None:
    raise OSError

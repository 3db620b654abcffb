"""People brought in from a file: every fault said by its line, nothing taken in unchecked, nothing twice."""

import json
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from io import StringIO
from itertools import islice
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from core.encryption import normalise_index
from personal_data import keys, storage
from personal_data.errors import ImportChanged, ImportingRefused, ImportNotReady
from personal_data.import_rows import references_side_by_side
from personal_data.import_table import Common
from personal_data.models import DataItem, DataSubject, ImportBatch, ImportedPerson, Merge, PurposeState, SubjectKey
from personal_data.services import import_turns, importing
from personal_data.services.holding import write_item
from personal_data.services.importing import open_batch, start, take_in
from personal_data.services.subjects import create_subject
from personal_data.services.suppressing import index_of, suppress
from personal_data.services.undoing import discard_stale, undo
from policies.models import PolicyVersion
from tests.harness.ages import ages_at
from tests.harness.people import Role
from tests.personal_data.import_steps import (
    COMMON,
    HEAD,
    OFFICER,
    PEOPLE,
    brought,
    faults,
    people_of,
    taken_in,
    values_of,
    work,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


def test_people_are_taken_in_with_source_basis_and_date(policy: PolicyVersion, now: datetime) -> None:
    batch = taken_in(PEOPLE, now)
    assert (batch.lines, batch.people, batch.suppressed, batch.doubles) == (2, 2, 0, 0)
    first, second = people_of(batch)
    assert values_of(first) == {"full-name": "Nguyễn Văn An", "email": "an@example.vn", "phone": "+84912345678"}
    assert values_of(second)["phone"] == "+84987654321"
    grounds = ImportedPerson.objects.get(subject=first).grounds
    assert grounds["phone"] == ["shop-orders", "contract", "2025-03-02"]
    item = DataItem.objects.get(subject=first, field="email")
    assert item.source == "IMPORT" and item.held_since.isoformat() == "2025-03-01T17:00:00+00:00"
    assert AuditEntry.objects.filter(subject_ref=first, event="subject.imported").count() == 1


def test_references_of_people_brought_in_together_are_alike_in_three_digits_only() -> None:
    some = [uuid.UUID(one) for one in islice(references_side_by_side(), 1200)]
    assert len({one.hex[:3] for one in some}) == 1
    assert {(one.version, one.variant) for one in some} == {(4, uuid.RFC_4122)}
    assert all(len({one.hex[place] for one in some}) == 16 for place in range(3, 32) if place not in (12, 16))


def test_what_is_held_for_a_contract_says_that_the_contract_runs(policy: PolicyVersion, now: datetime) -> None:
    agreed = Common(source="shop-orders", basis="consent", date="2025-03-02")
    by_consent = people_of(taken_in(PEOPLE, now, common=agreed))
    assert not PurposeState.objects.filter(subject__in=by_consent).exists()
    first, second = people_of(taken_in(PEOPLE.replace("an@", "lan@").replace("binh@", "hoa@"), now))
    rows = PurposeState.objects.filter(subject__in=(first, second))
    assert set(rows.values_list("purpose", "live")) == {("service", True)} and rows.count() == 2
    assert {row.since.isoformat() for row in rows} == {"2025-03-01T17:00:00+00:00"}


def test_a_mark_semicolons_own_grounds_and_quotes_are_read(policy: PolicyVersion, now: datetime) -> None:
    text = (
        "\ufefffull-name;email;email__source;email__basis;email__date;language\r\n"
        '"Lê; Thị\r\nCúc";cuc@example.vn;newsletter;consent;22/11/2024;en\r\n'
        "\r\n"
        "Phạm Dũng;dung@example.vn;;;;\r\n"
    )
    batch = taken_in(text, now)
    first, second = ImportedPerson.objects.filter(batch=batch).order_by("line")
    assert (first.line, second.line) == (2, 5)
    assert first.grounds["email"] == ["newsletter", "consent", "2024-11-22"]
    assert first.grounds["full-name"] == second.grounds["email"] == ["shop-orders", "contract", "2025-03-02"]
    assert (first.subject.language, second.subject.language) == ("en", "vi")


def test_every_fault_is_said_by_line_and_column_without_a_value(policy: PolicyVersion, now: datetime) -> None:
    text = (
        f"{HEAD},phone__date\n"
        "An,an@example.vn,0912345678,2025-01-01\n"
        "Bình,binh at example,12,2999-01-01\n"
        "Cúc,cuc@example.vn\n"
        ",,,\n"
        "Dũng,dung@example.vn,0912345679,31/02/2025\n"
    )
    batch = brought(text, now)
    assert batch.state == "FAULTY" and batch.faults_total == 6
    assert faults(batch) == [
        (3, "email", "BAD_VALUE"),
        (3, "phone", "BAD_VALUE"),
        (3, "phone", "BAD_DATE"),
        (4, "", "CELLS"),
        (5, "", "NO_VALUE"),
        (6, "phone", "BAD_DATE"),
    ]
    assert "binh" not in json.dumps(batch.faults)
    assert not (storage.root() / batch.pk.hex[:2] / str(batch.pk)).exists() and batch.wrapped_key is None
    with pytest.raises(ImportNotReady):
        start(batch_id=batch.pk, digest=bytes(batch.digest), by=OFFICER, now=now)
    assert not DataItem.objects.exists()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", [(0, "", "EMPTY")]),
        (HEAD.encode(), [(0, "", "EMPTY")]),
        ("full-name,email\nĐỗ,a@example.vn\n".encode("cp1258", "replace"), [(2, "", "NOT_UTF8")]),
        (b'full-name,email\n"An,an@example.vn\n', [(2, "", "BROKEN")]),
        (
            "Nguyễn Văn An,an@example.vn\n".encode(),
            [(1, "1", "UNKNOWN_COLUMN"), (1, "2", "UNKNOWN_COLUMN"), (1, "", "NO_FIELD")],
        ),
        (b"email,email\na@example.vn,b@example.vn\n", [(1, "email", "DOUBLE_COLUMN")]),
        (b"email,phone__date\na@example.vn,2025-01-01\n", [(1, "phone__date", "LONELY_COLUMN")]),
        (b"email,device\na@example.vn,x\n", [(1, "device", "FILE_COLUMN")]),
        (b"email,language\na@example.vn,fr\n", [(2, "language", "BAD_LANGUAGE")]),
    ],
)
def test_files_that_cannot_be_read(
    policy: PolicyVersion, now: datetime, text: bytes, found: list[tuple[int, str, str]]
) -> None:
    batch = brought(text, now)
    assert batch.state == "FAULTY" and faults(batch) == found


def test_without_source_basis_and_date_nothing_is_taken_in(policy: PolicyVersion, now: datetime) -> None:
    batch = brought("email\na@example.vn\n", now, common=Common())
    assert faults(batch) == [(2, "email", "NO_SOURCE"), (2, "email", "NO_BASIS"), (2, "email", "NO_DATE")]
    batch = brought("email\na@example.vn\n", now, common=Common("A name", "because", "tomorrow"))
    assert faults(batch) == [(2, "email", "BAD_SOURCE"), (2, "email", "BAD_BASIS"), (2, "email", "BAD_DATE")]


def test_only_what_was_checked_is_taken_in(policy: PolicyVersion, now: datetime) -> None:
    batch = brought(PEOPLE, now)
    with pytest.raises(ImportChanged):
        start(batch_id=batch.pk, digest=b"\0" * 32, by=OFFICER, now=now)
    other = brought(PEOPLE, now, common=Common("shop-orders", "law", "2025-03-02"))
    assert bytes(other.digest) != bytes(batch.digest)
    assert not DataItem.objects.exists()


@pytest.mark.parametrize("role", ["agent", "auditor", "administrator", "person", "guest"])
def test_only_the_officer_brings_people_in(policy: PolicyVersion, now: datetime, role: str) -> None:
    with pytest.raises(ImportingRefused):
        open_batch(data=PEOPLE.encode(), label="x", common=COMMON, by=Role(role), now=now)
    batch = brought(PEOPLE, now)
    with pytest.raises(ImportingRefused):
        start(batch_id=batch.pk, digest=bytes(batch.digest), by=Role(role), now=now)
    with pytest.raises(ImportingRefused):
        undo(batch_id=batch.pk, by=Role(role), now=now)


def test_a_worker_that_breaks_off_goes_on_where_it_stopped(
    policy: PolicyVersion, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 3)
    lines = [f"Người {number},p{number}@example.vn,09123456{number:02}" for number in range(10)]
    batch = brought("\n".join([HEAD, *lines]) + "\n", now)
    start(batch_id=batch.pk, digest=bytes(batch.digest), by=OFFICER, now=now)
    copy, calls = importing.copy_rows, []

    def break_off(rows: object) -> None:
        calls.append(rows)
        copy(rows)  # type: ignore[arg-type]
        if len(calls) == 3:
            raise ConnectionError

    monkeypatch.setattr(importing, "copy_rows", break_off)
    with pytest.raises(ConnectionError):
        take_in(batch_id=batch.pk, now=now)
    batch.refresh_from_db()
    assert (batch.done, batch.people, len(people_of(batch))) == (6, 6, 6)
    work(now + timedelta(minutes=5))
    batch.refresh_from_db()
    assert batch.state == "DONE" and batch.people == 10
    emails = [values_of(subject_id)["email"] for subject_id in people_of(batch)]
    assert emails == [f"p{number}@example.vn" for number in range(10)]
    # Keys of the chunk that never came to be are left for the sweep; nobody stands without keys.
    assert SubjectKey.objects.filter(kind="DATA").count() == 13


def test_two_workers_take_nobody_in_twice(
    policy: PolicyVersion, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = brought(PEOPLE, now)
    start(batch_id=batch.pk, digest=bytes(batch.digest), by=OFFICER, now=now)
    copy_keys = keys.copy_keys

    def other_worker_first(rows: Iterable[str]) -> None:
        monkeypatch.setattr(keys, "copy_keys", copy_keys)
        take_in(batch_id=batch.pk, now=now)
        copy_keys(rows)

    monkeypatch.setattr(keys, "copy_keys", other_worker_first)
    take_in(batch_id=batch.pk, now=now)
    batch.refresh_from_db()
    assert (batch.state, batch.people, len(people_of(batch))) == ("DONE", 2, 2)
    assert not import_turns.run_due_imports(now=now)


def test_a_batch_that_fails_does_not_hold_up_the_next(policy: PolicyVersion, now: datetime) -> None:
    lost = open_batch(data=PEOPLE.encode(), label="lost", common=COMMON, by=OFFICER, now=now)
    storage.remove_blob(lost.pk)
    good = open_batch(data=PEOPLE.encode(), label="good", common=COMMON, by=OFFICER, now=now + timedelta(seconds=1))
    with pytest.raises(FileNotFoundError):
        import_turns.run_due_imports(now=now)
    good.refresh_from_db()
    assert good.state == "CHECKED"


def test_people_erased_before_are_refused(policy: PolicyVersion, now: datetime) -> None:
    suppress(indexes=[index_of("email", "AN@example.vn")], now=now)
    batch = brought(PEOPLE, now)
    assert (batch.state, batch.suppressed) == ("CHECKED", 1)
    start(batch_id=batch.pk, digest=bytes(batch.digest), by=OFFICER, now=now)
    work(now)
    batch.refresh_from_db()
    assert (batch.people, batch.suppressed) == (1, 1)
    assert [values_of(one)["email"] for one in people_of(batch)] == ["binh@example.vn"]


@pytest.mark.parametrize(
    "spelt",
    [
        "an@example.vn\u202c",
        "an@example.vn\u200e",
        "an@exam\u200fple.vn",
        "an@ex\u034fample.vn",
        "AN@VÍ-DỤ.vn",
        "an@xn--v-d-rma6749a.vn",
        "an@vi\u0301-du\u0323.vn",
    ],
)
def test_an_erased_address_is_refused_however_it_is_spelt(policy: PolicyVersion, now: datetime, spelt: str) -> None:
    """A mark of direction comes along when an address is copied; a domain has two spellings."""
    suppress(indexes=[index_of("email", one) for one in ("an@example.vn", "an@ví-dụ.vn")], now=now)
    batch = brought(f"full-name,email\nNguyễn Văn An,{spelt}\n", now)
    assert (batch.state, batch.suppressed) == ("CHECKED", 1)


def test_people_perhaps_known_are_proposed_and_nobody_is_merged(policy: PolicyVersion, now: datetime) -> None:
    known = create_subject(by=OFFICER, now=now - timedelta(days=1), language="vi")
    write_item(subject_id=known.pk, field="phone", value="0912345678", by=Role("person"), now=now)
    text = f"{PEOPLE}An lần nữa,AN@Example.vn,0912345678\n"
    assert brought(text, now).doubles == 2
    batch = taken_in(text, now)
    first, second, third = people_of(batch)
    pairs = {(row.kept_id, row.other_id): sorted(row.shared_fields) for row in Merge.objects.all()}
    assert pairs[(known.pk, first)] == ["phone"]
    assert pairs[(known.pk, third)] == ["phone"] and pairs[(first, third)] == ["email"]
    assert len(pairs) == 3 and second not in {one for pair in pairs for one in pair}
    assert batch.doubles == 2 and set(Merge.objects.values_list("state", flat=True)) == {"PROPOSED"}


def test_no_value_of_the_file_stands_in_clear(policy: PolicyVersion, now: datetime) -> None:
    batch = brought(PEOPLE, now)
    kept = (storage.root() / batch.pk.hex[:2] / str(batch.pk)).read_bytes()
    assert b"example.vn" not in kept and "Văn".encode() not in kept
    start(batch_id=batch.pk, digest=bytes(batch.digest), by=OFFICER, now=now)
    work(now)
    assert not (storage.root() / batch.pk.hex[:2] / str(batch.pk)).exists()
    for model in (DataItem, DataSubject, ImportBatch, ImportedPerson, AuditEntry):
        for row in model.objects.values_list():
            assert "example.vn" not in normalise_index(repr(row)) and b"example.vn" not in repr(row).encode()


def test_a_checked_file_nobody_applies_goes_after_a_week(policy: PolicyVersion, now: datetime) -> None:
    batch = brought(PEOPLE, now)
    assert discard_stale(ages_at(now + timedelta(days=6))) == 0
    assert ImportBatch.objects.get(pk=batch.pk).state == "CHECKED"
    assert discard_stale(ages_at(now + timedelta(days=8))) == 1
    work(now + timedelta(days=8))
    assert ImportBatch.objects.get(pk=batch.pk).state == "UNDONE"
    assert not (storage.root() / batch.pk.hex[:2] / str(batch.pk)).exists()


def command(*args: object) -> dict[str, object]:
    out = StringIO()
    code = 0
    try:
        call_command("import_people", *[str(arg) for arg in args], "--json", stdout=out)
    except SystemExit as left:
        code = int(left.code or 0)
    answer: dict[str, object] = json.loads(out.getvalue())
    assert answer["ok"] is (code == 0)
    return answer


def test_the_command_checks_first_applies_when_asked_and_undoes(
    policy: PolicyVersion, now: datetime, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    about = ("--source", "shop-orders", "--basis", "contract", "--date", "2025-03-02")
    assert command(file, *about)["state"] == "CHECKED" and not DataItem.objects.exists()
    done = command(file, *about, "--apply")
    assert (done["state"], done["people"]) == ("DONE", 2)
    undone = command("--undo", done["batch"])
    assert (undone["state"], undone["stay"]) == ("UNDONE", 0) and not DataItem.objects.exists()
    assert not SubjectKey.objects.exists()


def test_the_command_says_each_fault_and_exits_one(policy: PolicyVersion, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("email\nnobody\n")
    answer = command(file, "--source", "x", "--basis", "law", "--date", "2025-01-01", "--apply")
    assert answer["faults"] == [{"line": 2, "column": "email", "code": "BAD_VALUE"}]
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_people", str(file), stdout=out)
    assert "line 2, email: The value does not fit its entry." in out.getvalue()
    with pytest.raises(CommandError, match="no such import"):
        call_command("import_people", "--undo", str(uuid.uuid4()))

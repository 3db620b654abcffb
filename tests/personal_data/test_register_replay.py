"""A restored database does again what the register says, and serves nothing until it has."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from audit.models import AuditEntry
from consent.answers import Answer, ConsentKey
from consent.services.granting import record_answers
from core.actors import SYSTEM
from core.sweeps import is_closed, run_sweep
from personal_data import keys
from personal_data.enums import LimitKind, SubjectState
from personal_data.errors import TooLateToCancel
from personal_data.errors_register import RegisterRefused
from personal_data.models import (
    DataItem,
    DataSubject,
    RegisterHead,
    RetentionRun,
    StoredFile,
    SuppressedIdentity,
    UnplayedFrame,
    UseLimit,
)
from personal_data.services import erasing, register_standing
from personal_data.services.announcing import (
    MOST_BY_ITSELF,
    Deleted,
    Entry,
    Erased,
    EvidenceEnded,
    Limited,
    announce,
)
from personal_data.services.limiting import end_limits, set_limit
from personal_data.services.replaying import follow_register, replay_all
from personal_data.services.subjects import create_subject
from personal_data.services.suppressing import EMAIL, index_of, suppressed
from policies.models import PolicyVersion
from policies.services.publishing import publish
from tests.personal_data.erasure_cases import blob, fill
from tests.personal_data.retention_steps import person, value

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
STATISTICS = ConsentKey("statistics")


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    """No answer of another test is remembered."""
    register_standing.forget()
    yield
    register_standing.forget()


@pytest.fixture
def policy(transactional_db: None, now: datetime) -> PolicyVersion:
    """ACROS: values, files and consents."""
    return publish(slug="acros", by=SYSTEM, now=now, demo=True).version


@pytest.fixture
def head(subject: DataSubject, now: datetime) -> dict[str, object]:
    """What a backup made now knows of the register."""
    tell(EvidenceEnded(subject.pk), now=now)
    return dict(RegisterHead.objects.values().get())


def tell(*entries: Entry, now: datetime) -> int:
    with transaction.atomic():
        return announce(entries, now=now)


def told(count: int, now: datetime) -> None:
    """So many frames that say nothing of anybody here."""
    for _ in range(count):
        tell(EvidenceEnded(DataSubject().pk), now=now)


def restore(head: dict[str, object], *, behind: int = 0, now: datetime) -> None:
    """The database forgets what was announced since; at least so many frames are ahead of it."""
    told(behind, now)
    RegisterHead.objects.update(**head)
    register_standing.forget()


def grant(subject: DataSubject, policy: PolicyVersion, *key: ConsentKey, now: datetime) -> list[int]:
    return record_answers(
        subject_id=subject.pk,
        answers=[Answer(one, True) for one in key],
        version=policy,
        language="vi",
        evidence={"network": "203.0.113.0/24"},
        by=SYSTEM,
        now=now,
    )


def test_the_erased_are_erased_again(head: dict[str, object], subject: DataSubject, now: datetime) -> None:
    stored = fill(subject, now)
    other = create_subject(by=SYSTEM, now=now, language="vi")
    address = index_of(EMAIL, "hoa@example.vn")
    tell(Erased(subject.pk, [address]), now=now)
    restore(head, behind=MOST_BY_ITSELF, now=now)
    done = replay_all(now=now)
    assert (done.people, done.frames) == (1, MOST_BY_ITSELF + 1)
    subject.refresh_from_db()
    assert subject.state == SubjectState.ERASED
    assert not keys.has_data_key(subject.pk)
    assert not DataItem.objects.filter(subject=subject).exists()
    assert not StoredFile.objects.filter(subject=subject).exists()
    assert not [one for one in stored if blob(one).exists()]
    assert suppressed([address]) == {address}
    other.refresh_from_db()
    assert other.is_active and keys.has_data_key(other.pk)
    assert replay_all(now=now).people == 0


def test_a_person_whose_deletion_was_asked_for_in_the_backup_comes_to_the_end_of_it(
    head: dict[str, object], subject: DataSubject, now: datetime
) -> None:
    fill(subject, now)
    run = erasing.begin_erasure(
        subject_id=subject.pk,
        address="hoa@example.vn",
        by=SYSTEM,
        now=now,
        cooling_off=erasing.LEASE * 1000,
        suppress=True,
    )
    tell(Erased(subject.pk), now=now)
    restore(head, now=now)
    replay_all(now=now)
    run.refresh_from_db()
    assert run.is_done
    assert not UseLimit.objects.filter(subject=subject).exists()


def test_single_rows_go_again(head: dict[str, object], subject: DataSubject, now: datetime) -> None:
    kept, gone = fill(subject, now)
    phone = DataItem.objects.get(subject=subject, field="phone")
    tell(
        Deleted(subject.pk, "personal_data.dataitem", [phone.pk], ["phone"]),
        Deleted(subject.pk, "personal_data.storedfile", [str(gone.pk)]),
        now=now,
    )
    restore(head, now=now)
    assert replay_all(now=now).rows == 2
    assert list(DataItem.objects.filter(subject=subject).values_list("field", flat=True)) == ["full-name"]
    assert list(StoredFile.objects.filter(subject=subject)) == [kept]
    assert not blob(gone).exists() and blob(kept).exists()
    entry = AuditEntry.objects.filter(event="item.erased", subject_ref=subject.pk).latest("id")
    assert entry.details == {"field": "phone", "replayed": True}
    assert replay_all(now=now).rows == 0


def test_limits_stand_as_they_stood_last(head: dict[str, object], subject: DataSubject, now: datetime) -> None:
    set_limit(subject_id=subject.pk, kind=LimitKind.RESTRICTION, purpose="", basis="request:1", by=SYSTEM, now=now)
    ended = Limited(subject.pk, "RESTRICTION", "", "request:1", ended=True)
    begun = Limited(subject.pk, "OBJECTION", "marketing", "request:2", ended=False)
    passing = Limited(subject.pk, "OBJECTION", "marketing", "request:3", ended=False)
    tell(ended, begun, passing, Limited(subject.pk, "OBJECTION", "marketing", "request:3", ended=True), now=now)
    restore(head, now=now)
    assert replay_all(now=now).limits == 2
    standing = UseLimit.objects.filter(ended_at=None).values_list("kind", "purpose", "basis")
    assert list(standing) == [("OBJECTION", "marketing", "request:2")]
    assert replay_all(now=now).limits == 0


def test_the_evidence_that_ended_ends_again(head: dict[str, object], subject: DataSubject, now: datetime) -> None:
    tell(Erased(subject.pk), now=now)
    tell(EvidenceEnded(subject.pk), now=now)
    restore(head, now=now)
    assert replay_all(now=now).evidence == 1
    with pytest.raises(keys.KeyDestroyed):
        keys.evidence_key(subject.pk)


def test_what_services_do_is_announced(
    head: dict[str, object], subject: DataSubject, policy: PolicyVersion, now: datetime
) -> None:
    """Each road once, then everything back to before, by the register alone."""
    fill(subject, now)
    (entry,) = grant(subject, policy, STATISTICS, now=now)
    before = RegisterHead.objects.get().sequence
    record_answers(
        subject_id=subject.pk,
        answers=[Answer(STATISTICS, False)],
        version=policy,
        language="vi",
        evidence={},
        by=SYSTEM,
        now=now,
    )
    assert RegisterHead.objects.get().sequence == before + 1
    set_limit(subject_id=subject.pk, kind=LimitKind.RESTRICTION, purpose="", basis="request:1", by=SYSTEM, now=now)
    end_limits(subject_id=subject.pk, basis="request:1", by=SYSTEM, now=now)
    assert RegisterHead.objects.get().sequence == before + 3
    run = erasing.begin_deletion(subject_id=subject.pk, fields=["full-name", "payment-image"], by=SYSTEM, now=now)
    erasing.run_erasure(run_id=run.pk, now=now)
    assert RegisterHead.objects.get().sequence == before + 4
    run = erasing.begin_erasure(subject_id=subject.pk, address="", by=SYSTEM, now=now, suppress=True)
    assert RegisterHead.objects.get().sequence == before + 5
    erasing.run_erasure(run_id=run.pk, now=now)
    assert RegisterHead.objects.get().sequence == before + 5
    assert SuppressedIdentity.objects.count() == 1
    assert entry


def test_a_grant_is_not_announced(
    head: dict[str, object], subject: DataSubject, policy: PolicyVersion, now: datetime
) -> None:
    grant(subject, policy, STATISTICS, now=now)
    assert RegisterHead.objects.get().sequence == head["sequence"]


def test_what_was_announced_and_not_committed_is_done_by_itself(
    head: dict[str, object], subject: DataSubject, now: datetime
) -> None:
    fill(subject, now)
    tell(Erased(subject.pk), now=now)
    restore(head, now=now)
    assert follow_register(now=now) == 1
    subject.refresh_from_db()
    assert subject.state == SubjectState.ERASED
    assert not UnplayedFrame.objects.exists()
    assert follow_register(now=now) == 0
    assert RegisterHead.objects.get().sequence == 2


def test_an_announced_deletion_cannot_be_called_off(
    head: dict[str, object], subject: DataSubject, now: datetime
) -> None:
    run = erasing.begin_erasure(subject_id=subject.pk, address="", by=SYSTEM, now=now, cooling_off=erasing.LEASE)
    tell(Erased(subject.pk), now=now)
    restore(head, now=now)
    with pytest.raises(TooLateToCancel):
        erasing.cancel_erasure(run_id=run.pk, by=SYSTEM, now=now)
    follow_register(now=now)
    erasing.run_due_erasures(now=now)
    run.refresh_from_db()
    assert run.is_done


def test_a_limit_that_ended_since_is_not_set_by_an_older_frame(
    head: dict[str, object], subject: DataSubject, now: datetime
) -> None:
    tell(Limited(subject.pk, "RESTRICTION", "", "request:1", ended=False), now=now)
    restore(head, now=now)
    set_limit(subject_id=subject.pk, kind=LimitKind.RESTRICTION, purpose="", basis="request:1", by=SYSTEM, now=now)
    end_limits(subject_id=subject.pk, basis="request:1", by=SYSTEM, now=now)
    follow_register(now=now)
    assert not UseLimit.objects.filter(ended_at=None).exists()


def test_a_database_far_behind_serves_nothing_until_it_is_in_line(
    head: dict[str, object], subject: DataSubject, client: Client, now: datetime
) -> None:
    tell(Erased(subject.pk), now=now)
    restore(head, behind=MOST_BY_ITSELF, now=now)
    answer = client.get("/vi/track/?code=1")
    words = answer.content.decode()
    assert answer.status_code == 503 and "vài phút" in words and "Back in a few minutes" in words
    assert words.count('href="/vi/track/?code=1"') == 2, "to try again, in either language"
    assert 'class="button" href="/"' in client.post("/vi/track/").content.decode()
    assert client.get("/healthz").status_code == 200
    checks = client.get("/readyz").json()["checks"]
    assert checks["register"] == {"ok": False, "frames_behind": MOST_BY_ITSELF + 1, "reason": "behind"}
    assert is_closed()
    assert run_sweep("personal_data.run_erasures", lambda now: 1 / 0) is None
    with pytest.raises(RegisterRefused):
        run_sweep("personal_data.replay_register", follow_register)
    call_command("replay_erasures", json=True)
    assert client.get("/vi/").status_code == 200
    assert client.get("/readyz").json()["checks"]["register"] == {"ok": True, "frames_behind": 0}
    subject.refresh_from_db()
    assert subject.state == SubjectState.ERASED


def test_a_refused_register_is_named_by_the_command(
    head: dict[str, object], register_file: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    register_file.rename(register_file.with_suffix(".away"))
    for options in ({}, {"check": True}):
        with pytest.raises(SystemExit) as ended:
            call_command("replay_erasures", **options)
        assert ended.value.code == 1
        assert "missing" in capsys.readouterr().out
    assert not register_file.exists()
    call_command("replay_erasures", begin_anew=True)
    assert "a new one was begun; put aside: nothing" in capsys.readouterr().out
    call_command("replay_erasures")
    assert "In line with the register: 0 entries read; 0 people erased; 0 single" in capsys.readouterr().out
    assert RegisterHead.objects.get().sequence == 0


@pytest.mark.parametrize("behind", [1, MOST_BY_ITSELF])
def test_no_command_brings_back_whom_the_register_names(
    head: dict[str, object], subject: DataSubject, tmp_path: Path, now: datetime, behind: int
) -> None:
    """A command meets no gate: it begins with what the register knows, or not at all."""
    identity = index_of("email", "an@example.vn")
    tell(Erased(subject.pk, [identity]), now=now)
    restore(head, behind=behind - 1, now=now)
    file = tmp_path / "people.csv"
    file.write_text("full-name,email\nNguyễn Văn An,an@example.vn\n", encoding="utf-8")
    said = {"source": "shop-orders", "basis": "contract", "date": "2025-03-02", "apply": True, "json": True}
    call_command("import_people", str(file), **said)
    assert suppressed([identity]) and not DataItem.objects.exists()
    restore(head, behind=MOST_BY_ITSELF, now=now)
    for command in (("import_people", str(file)), ("retention",)):
        with pytest.raises(SystemExit):
            call_command(*command, **(said if len(command) > 1 else {"json": True}))
    assert not DataItem.objects.exists() and not RetentionRun.objects.exists()


def test_a_run_by_hand_deletes_nothing_beside_a_register_that_was_altered(
    head: dict[str, object], register_file: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    told(3, now)
    first, one, two, *rest = register_file.read_bytes().splitlines(keepends=True)
    register_file.write_bytes(b"".join([first, two, one, *rest]))
    register_standing.forget()
    value(person(ago=timedelta(days=3 * 366)))
    with pytest.raises(SystemExit):
        call_command("retention", language="en")
    assert "The erasure register is refused (altered). Nothing was done" in capsys.readouterr().out
    assert DataItem.objects.exists()


def test_a_changed_byte_far_back_is_found(
    head: dict[str, object], register_file: Path, client: Client, now: datetime
) -> None:
    told(20, now)
    assert client.get("/vi/").status_code == 200
    data = bytearray(register_file.read_bytes())
    position = data.index(b'"who":"') + 10
    data[position] = ord("x") if data[position] != ord("x") else ord("y")
    register_file.write_bytes(data)
    assert register_standing.look().fault == "altered"
    register_standing.forget()
    assert register_standing.look().fault == "altered"

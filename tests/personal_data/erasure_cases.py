"""A person of whom something is held in many tables, and looks at what is left."""

import io
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from PIL import Image

from audit.models import AuditEntry
from personal_data import storage
from personal_data.models import DataItem, DataSubject, ErasureRun, PurposeState, StoredFile
from personal_data.services import erasing, files, holding
from tests.harness.people import Role

PERSON = Role("person")
NAME = "Trần Thị Mai Hoa"
ADDRESS = "hoa@example.vn"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "JPEG")
    return out.getvalue()


def fill(subject: DataSubject, now: datetime, *, pictures: int = 2) -> list[StoredFile]:
    """Two values, a purpose and some files."""
    for field, value in (("full-name", NAME), ("phone", "0912345678")):
        holding.write_item(subject_id=subject.pk, field=field, value=value, by=PERSON, now=now)
    PurposeState.objects.create(subject=subject, purpose="service", live=True, since=now)
    return [
        files.store_file(
            subject_id=subject.pk, field="payment-image", name=f"{number}.jpg", data=picture(), by=PERSON, now=now
        )
        for number in range(pictures)
    ]


def begin(subject: DataSubject, now: datetime, *, address: str = ADDRESS) -> ErasureRun:
    return erasing.begin_erasure(subject_id=subject.pk, address=address, by=PERSON, now=now)


def blob(stored: StoredFile):  # type: ignore[no-untyped-def]
    """Where the bytes of a file stand."""
    return storage.root() / stored.pk.hex[:2] / str(stored.pk)


def events(subject: DataSubject) -> list[str]:
    return list(AuditEntry.objects.filter(subject_ref=subject.pk).order_by("id").values_list("event", flat=True))


def steps_recorded(run: ErasureRun) -> list[str]:
    """Each step as often as its end was recorded."""
    entries = AuditEntry.objects.filter(subject_ref=run.subject_ref, event="erasure.step").order_by("id")
    return [f"{entry.details['step']} {entry.details['table']}" for entry in entries]


def nothing_is_left(run: ErasureRun, stored: Sequence[StoredFile] = ()) -> None:
    """Done, every step once, no row, no file."""
    run.refresh_from_db()
    assert run.state == "DONE" and run.sealed_address is None
    assert set(run.steps.values_list("state", flat=True)) == {"DONE"}
    assert not DataItem.objects.filter(subject_id=run.subject_ref).exists()
    assert not StoredFile.objects.filter(subject_id=run.subject_ref).exists()
    recorded = steps_recorded(run)
    assert len(recorded) == len(set(recorded)) == run.steps.count() - 1, recorded
    assert not [one for one in stored if blob(one).exists()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_auditentry WHERE event = 'erasure.done' AND subject_ref = %s", [run.subject_ref]
        )
        assert cursor.fetchone()[0] == 1

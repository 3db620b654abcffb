"""Files of people and how they are brought in."""

from datetime import datetime, timedelta
from uuid import UUID

from core import clock
from core.actors import Actor
from personal_data import keys
from personal_data.fields import read_value
from personal_data.import_faults import Fault
from personal_data.import_table import Common
from personal_data.models import DataItem, ImportBatch, ImportedPerson
from personal_data.services.import_turns import run_due_imports
from personal_data.services.importing import open_batch, start
from tests.harness.people import Role

OFFICER = Role("dpo")
COMMON = Common(source="shop-orders", basis="contract", date="2025-03-02")
HEAD = "full-name,email,phone"
PEOPLE = f"{HEAD}\nNguyễn Văn An,an@example.vn,0912 345 678\nTrần Thị Bình,binh@example.vn,0987654321\n"


def brought(text: str | bytes, now: datetime, *, common: Common = COMMON, by: Actor = OFFICER) -> ImportBatch:
    """A file kept and checked."""
    data = text.encode() if isinstance(text, str) else text
    batch = open_batch(data=data, label="Orders of 2025", common=common, by=by, now=now)
    run_due_imports(now=now)
    batch.refresh_from_db()
    return batch


def taken_in(text: str | bytes, now: datetime, *, common: Common = COMMON) -> ImportBatch:
    """A file checked and taken in."""
    batch = brought(text, now, common=common)
    assert batch.state == "CHECKED", batch.faults
    start(batch_id=batch.pk, digest=bytes(batch.digest), by=OFFICER, now=now)
    work(now)
    batch.refresh_from_db()
    assert batch.state == "DONE"
    return batch


def work(now: datetime) -> None:
    """Turn after turn, until nothing is left to do."""
    while run_due_imports(now=now):
        now += timedelta(minutes=2)


def faults(batch: ImportBatch) -> list[tuple[int, str, str]]:
    found = [Fault.from_json(row) for row in batch.faults]
    return [(fault.line, fault.column, fault.code.value) for fault in found]


def people_of(batch: ImportBatch) -> list[UUID]:
    """Whom a batch brought, in the order of its lines."""
    return list(ImportedPerson.objects.filter(batch=batch).order_by("line").values_list("subject_id", flat=True))


def values_of(subject_id: UUID) -> dict[str, str]:
    """What is held on a person, in clear."""
    key = keys.data_key(subject_id)
    return {item.field: read_value(item, key=key) for item in DataItem.objects.filter(subject_id=subject_id)}


def today() -> str:
    return clock.local_date(clock.now()).isoformat()

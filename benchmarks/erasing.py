"""Full deletion of a person with 200 values and 20 files, from asking to done, by the installation's own worker."""

import statistics
import time
from uuid import UUID

from benchmarks.figures import Figure

ROUNDS = 5
VALUES = 200
FILES = 20
FILE_BYTES = 200_000
PATIENCE = 60.0


def measure() -> list[Figure]:
    """The median of several people."""
    taken = [_erase() for _ in range(ROUNDS)]
    worst = f"median of {ROUNDS}, slowest {max(taken):.2f} s"
    return [Figure("erasure_whole_person", round(statistics.median(taken), 2), "s", "<= 2 s", worst)]


def _erase() -> float:
    from core import clock
    from core.actors import SYSTEM
    from personal_data.models import ErasureRun
    from personal_data.services.erasing import begin_erasure

    subject_id = _person()
    began = time.perf_counter()
    run = begin_erasure(subject_id=subject_id, address="", by=SYSTEM, now=clock.now())
    while not ErasureRun.objects.get(pk=run.pk).is_done:
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError("the worker did not finish the deletion")
        time.sleep(0.01)
    return time.perf_counter() - began


def _person() -> UUID:
    from django.db import transaction

    from audit.services.recording import record
    from core import clock
    from core.actors import SYSTEM
    from personal_data import keys, storage
    from personal_data.enums import Source
    from personal_data.fields import seal_file_name, seal_value
    from personal_data.models import DataItem, StoredFile
    from personal_data.services.subjects import create_subject

    now = clock.now()
    subject_id = create_subject(by=SYSTEM, now=now, language="vi").pk
    key = keys.data_key(subject_id)
    with transaction.atomic():
        record(event="bench.filled", target=f"subject:{subject_id}", subject_id=subject_id, by=SYSTEM, now=now)
        items = [
            DataItem(
                subject_id=subject_id,
                field=f"bench-{number}",
                lookup=b"\0" * 32,
                source=Source.IMPORT,
                held_since=now,
                changed_at=now,
            )
            for number in range(VALUES)
        ]
        for item in items:
            item.sealed_value = seal_value(item.pk, "a value", key=key)
        DataItem.objects.bulk_create(items)
        stored = [
            StoredFile(
                subject_id=subject_id,
                field="bench",
                mime="image/jpeg",
                size=FILE_BYTES,
                source="IMPORT",
                held_since=now,
            )
            for _ in range(FILES)
        ]
        for one in stored:
            one.sealed_name = seal_file_name(one.pk, "bench.jpg", key=key)
            storage.write_blob(one.pk, b"\0" * FILE_BYTES, key=key)
        StoredFile.objects.bulk_create(stored)
    return subject_id

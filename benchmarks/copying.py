"""An access request, from filing as a verified member until the copy is ready, by the installation's own worker."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connections

from benchmarks.figures import Figure

ROUNDS = 9
AT_ONCE = 50
SENDERS = 2  # who file at the same time, as the processes of the web server do
VALUES = 20
FILES = 2
FILE_BYTES = 200_000
PATIENCE = 120.0
ADDRESS = "bench@example.vn"


@dataclass(frozen=True)
class _Member:
    """Somebody who has just signed in again."""

    subject_id: UUID
    audit_role: str = "person"

    @property
    def pk(self) -> UUID:
        return self.subject_id

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False


def measure() -> list[Figure]:
    """One at a time on an idle installation, then many at once."""
    people = [_person() for _ in range(ROUNDS + AT_ONCE + 1)]
    _one(people.pop())  # what a worker reads once
    alone = [_one(person) for person in people[:ROUNDS]]
    together = _many(people[ROUNDS:])
    note = f"median of {ROUNDS}, slowest {max(alone):.2f} s; {VALUES} values, {FILES} files"
    return [
        Figure("access request, filed to copy ready", round(statistics.median(alone), 2), "s", "<= 1.0 s", note),
        Figure(
            f"access requests, {AT_ONCE} at once, all ready", round(together, 2), "s", "<= 8 s", "worker as it comes"
        ),
    ]


def _one(subject_id: UUID) -> float:
    began = time.perf_counter()
    basis = _file(subject_id)
    _wait({basis}, began)
    return time.perf_counter() - began


def _many(people: list[UUID]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as senders:
        bases = set().union(*senders.map(_file_all, [people[sender::SENDERS] for sender in range(SENDERS)]))
    _wait(bases, began)
    return time.perf_counter() - began


def _file_all(people: list[UUID]) -> set[str]:
    try:
        return {_file(subject_id) for subject_id in people}
    finally:
        connections.close_all()


def _file(subject_id: UUID) -> str:
    from cases.services.filing import Sender
    from core import clock
    from dsr_requests.enums import RequestKind
    from dsr_requests.services.filing import file_request
    from dsr_requests.wishes import Wish

    filed = file_request(
        form_token=uuid4(),
        sender=Sender(ADDRESS, "vi", subject_id),
        wish=Wish(RequestKind.COPY, everything=True),
        text="",
        proved=True,
        by=_Member(subject_id),
        now=clock.now(),
    )
    return filed.request.target


def _wait(bases: set[str], began: float) -> None:
    from personal_data.enums import PackageState
    from personal_data.models import Package

    while Package.objects.filter(basis__in=bases, state=PackageState.READY).count() < len(bases):
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError("the worker did not make the copies")
        time.sleep(0.01)


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
    facts = {"source": Source.IMPORT.value, "held_since": now}
    items = [
        DataItem(subject_id=subject_id, field=f"bench-{number}", lookup=b"\0" * 32, changed_at=now, **facts)
        for number in range(VALUES)
    ]
    files = [
        StoredFile(subject_id=subject_id, field="bench", mime="image/jpeg", size=FILE_BYTES, **facts)
        for _ in range(FILES)
    ]
    for item in items:
        item.sealed_value = seal_value(item.pk, "một giá trị", key=key)
    for one in files:
        one.sealed_name = seal_file_name(one.pk, "bench.jpg", key=key)
        storage.write_blob(one.pk, b"\0" * FILE_BYTES, key=key)
    with transaction.atomic():
        record(event="bench.filled", target=f"subject:{subject_id}", subject_id=subject_id, by=SYSTEM, now=now)
        DataItem.objects.bulk_create(items)
        StoredFile.objects.bulk_create(files)
    return subject_id

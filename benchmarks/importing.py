"""Bringing in 100,000 people with four entries each, against a plain COPY of the same rows, in turn.

The unit of the import is everything `import_people --apply` does once the file is checked: read and clean each line,
look whether the person was erased or is known, make and wrap two keys, seal each value and hash it for look-ups, and
write people, values, grounds and audit entries, checked by the guard, chunk by chunk. The unit of the COPY is the same
people, values and grounds as one transaction into tables with the same keys, indexes and foreign keys: no key, no
sealing, no entry, no guard, references chosen the same way, and the text to copy made beforehand. Run as a process of
its own: `python -m benchmarks.importing`.
"""

import json
import os
import statistics
import time
import uuid
from dataclasses import asdict

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")
django.setup()

from django.conf import settings  # noqa: E402  after the applications are loaded
from django.db import connections  # noqa: E402

from benchmarks.figures import Figure  # noqa: E402
from core import clock  # noqa: E402
from core.actors import SYSTEM  # noqa: E402
from personal_data.enums import ImportState  # noqa: E402
from personal_data.import_rows import references_side_by_side  # noqa: E402
from personal_data.import_table import Common  # noqa: E402
from personal_data.models import ImportBatch  # noqa: E402
from personal_data.services.import_turns import work_on  # noqa: E402
from personal_data.services.importing import CHUNK, open_batch, start  # noqa: E402
from policies import selectors as policies  # noqa: E402
from privacy_portal import embedded  # noqa: E402
from privacy_portal.supervision.servers import EmbeddedServers  # noqa: E402

PEOPLE = int(os.environ.get("PORTAL_BENCH_PEOPLE", "100000"))
ROUNDS = 3
MAKE = """
CREATE TABLE bench.subject (LIKE public.personal_data_datasubject INCLUDING ALL);
CREATE TABLE bench.value (
    id uuid PRIMARY KEY, subject_id uuid NOT NULL REFERENCES bench.subject DEFERRABLE INITIALLY DEFERRED,
    field varchar(60) NOT NULL, value text NOT NULL, source varchar(12) NOT NULL,
    held_since timestamptz NOT NULL, changed_at timestamptz NOT NULL, UNIQUE (subject_id, field)
);
CREATE INDEX ON bench.value (subject_id);
CREATE INDEX ON bench.value (field, value);
CREATE INDEX ON bench.value (field, held_since);
CREATE TABLE bench.ground (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, batch_id uuid NOT NULL,
    subject_id uuid NOT NULL REFERENCES bench.subject DEFERRABLE INITIALLY DEFERRED,
    line integer NOT NULL, grounds jsonb NOT NULL, UNIQUE (batch_id, line)
);
CREATE INDEX ON bench.ground (batch_id);
CREATE INDEX ON bench.ground (subject_id);
"""
COPIES = (
    "COPY bench.subject (id, state, language, age_band, created_at) FROM STDIN",
    "COPY bench.value (id, subject_id, field, value, source, held_since, changed_at) FROM STDIN",
    "COPY bench.ground (batch_id, subject_id, line, grounds) FROM STDIN",
)
COMMON = Common(source="shop-orders", basis="contract", date="2025-03-02")


def measure() -> list[Figure]:
    """The ratio of the two, the median of several turns."""
    with EmbeddedServers(settings.PORTAL_HOME), _superuser() as server:
        server.execute("DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench;" + MAKE)
        try:
            turns = [_turn(server, number) for number in range(ROUNDS)]
        finally:
            server.execute("DROP SCHEMA bench CASCADE")
            connections.close_all()
    ratios = [plain / taken for plain, _checked, taken in turns]
    plain, checked, taken = (statistics.median(times) for times in zip(*turns, strict=True))
    note = f"COPY {plain:.1f} s, taking in {taken:.1f} s, median of {ROUNDS}; the check before it {checked:.1f} s more"
    return [Figure("import of people against a plain COPY", round(statistics.median(ratios), 2), "x", ">= 0.35", note)]


def _turn(server: "psycopg.Connection[tuple[object, ...]]", number: int) -> tuple[float, float, float]:
    """Seconds of the COPY, of the check, and of the taking in; each turn with people of its own."""
    people = _people(number)
    texts = _texts(people)
    server.execute("TRUNCATE bench.subject CASCADE; CHECKPOINT")
    began = time.perf_counter()
    with server.transaction():
        for statement, text in zip(COPIES, texts, strict=True):
            with server.cursor().copy(statement) as copy:
                copy.write(text)
    plain = time.perf_counter() - began
    server.execute("CHECKPOINT")
    return plain, *_import(people)


def _import(people: list[tuple[str, ...]]) -> tuple[float, float]:
    data = "\n".join(";".join(person) for person in (_fields(), *people)).encode()
    batch = open_batch(data=data, label="benchmark", common=COMMON, by=SYSTEM, now=clock.now())
    began = time.perf_counter()
    work_on(batch_id=batch.pk, now=clock.now())
    checked = time.perf_counter() - began
    batch.refresh_from_db()
    assert batch.state == ImportState.CHECKED, batch.faults
    start(batch_id=batch.pk, digest=bytes(batch.digest), by=SYSTEM, now=clock.now())
    began = time.perf_counter()
    while ImportBatch.objects.get(pk=batch.pk).state == ImportState.RUNNING:
        work_on(batch_id=batch.pk, now=clock.now())
    taken = time.perf_counter() - began
    batch.refresh_from_db()
    assert batch.people == PEOPLE
    return checked, taken


def _fields() -> tuple[str, ...]:
    """Name, address, number, and one more entry of text."""
    version = policies.version_in_force(clock.now())
    assert version is not None
    specs = policies.fields(version)
    more = next(spec.code for spec in specs if spec.kind in ("text", "address") and spec.code != "full-name")
    return ("full-name", "email", "phone", more)


def _people(turn: int) -> list[tuple[str, ...]]:
    """People with names of usual length, each with an address and a number of their own."""
    return [
        (
            f"Nguyễn Thị Thu {number:06d}",
            f"khach.hang{number:06d}.{turn}@example.vn",
            f"09{turn}{number % 10_000_000:07d}",
            f"{number} Trần Hưng Đạo, Hoàn Kiếm, Hà Nội",
        )
        for number in range(PEOPLE)
    ]


def _texts(people: list[tuple[str, ...]]) -> tuple[str, str, str]:
    now, since = clock.now().isoformat(), "2025-03-02T00:00:00+07:00"
    batch, fields = uuid.uuid4(), _fields()
    grounds = json.dumps({field: ["shop-orders", "contract", "2025-03-02"] for field in fields})
    subjects, values, lines = [], [], []
    ids = references_side_by_side()
    for line, person in enumerate(people):
        ids = ids if line % CHUNK else references_side_by_side()
        subject = next(ids)
        subjects.append(f"{subject}\tACTIVE\tvi\tUNKNOWN\t{now}\n")
        values += [
            f"{next(ids)}\t{subject}\t{field}\t{value}\tIMPORT\t{since}\t{now}\n"
            for field, value in zip(fields, person, strict=True)
        ]
        lines.append(f"{batch}\t{subject}\t{line}\t{grounds}\n")
    return "".join(subjects), "".join(values), "".join(lines)


def _superuser() -> "psycopg.Connection[tuple[object, ...]]":
    dsn = embedded.superuser_dsn(settings.PORTAL_HOME, dbname=embedded.DATA_DATABASE)
    return psycopg.connect(**dsn, autocommit=True)


if __name__ == "__main__":
    print(json.dumps([asdict(figure) for figure in measure()]))

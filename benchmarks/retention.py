"""What the retention engine takes: finding what is due, deleting it, and how much people notice of it.

The sweep deletes a million due values with an entry each, the guard's check of each, and the register, at 5 values a
person. Beside it, in turn, a plain DELETE of as many rows and a plain INSERT of as many entries, each one statement on
tables with the same columns and indexes, without guard, register, locks or batches. Run as a process of its own:
`python -m benchmarks.retention`.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")
django.setup()

from django.conf import settings  # noqa: E402  after the applications are loaded
from django.db import connection, connections  # noqa: E402

from benchmarks.figures import Figure  # noqa: E402
from consent.answers import Answer  # noqa: E402
from consent.services.asking import question_by_key  # noqa: E402
from consent.services.granting import record_answers  # noqa: E402
from core import clock  # noqa: E402
from core.actors import SYSTEM  # noqa: E402
from personal_data.enums import RunKind, RunState  # noqa: E402
from personal_data.models import RetentionRun  # noqa: E402
from personal_data.services.retention import begin_run, continue_run  # noqa: E402
from personal_data.services.retention_looking import preview  # noqa: E402
from personal_data.services.subjects import create_subject  # noqa: E402
from policies import selectors as policies  # noqa: E402
from privacy_portal.supervision.servers import EmbeddedServers  # noqa: E402
from tests.ops.retention_filled import FIELDS, TABLES, empty, fill, superuser  # noqa: E402

DUE = int(os.environ.get("PORTAL_BENCH_DUE", "1000000"))
HELD = int(os.environ.get("PORTAL_BENCH_HELD", "10000000"))
TURNS = int(os.environ.get("PORTAL_BENCH_TURNS", "1"))
NIGHTS = 700  # people's last activity is spread over so many days, so what is due today is one part in so many
WRITES = 300
NOTICED = 3

# A little more than the 24 months of the pack, and from there on towards today.
SPREAD = f"now() - interval '24 months' - interval '12 hours' + (n %% {NIGHTS}) * interval '1 day'"
PLAIN = """
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.item AS TABLE public.personal_data_dataitem;
ALTER TABLE bench.item ADD PRIMARY KEY (id), ADD UNIQUE (subject_id, field);
CREATE INDEX ON bench.item (subject_id);
CREATE INDEX ON bench.item (field, lookup);
CREATE INDEX ON bench.item (field, held_since);
CREATE TABLE bench.entry (LIKE public.audit_auditentry INCLUDING ALL);
"""
PLAIN_DELETE = "DELETE FROM bench.item WHERE held_since < now() - interval '4 years'"
PLAIN_INSERT = """
INSERT INTO bench.entry (event, target, subject_ref, actor, actor_role, at, details)
SELECT 'item.erased', 'subject:' || subject_id, subject_id, 'system', 'system', now(),
    jsonb_build_object('field', field, 'run', gen_random_uuid()::text, 'rule', 'inactivity')
FROM bench.item
"""


def measure() -> list[Figure]:
    """Every figure, on an installation of its own."""
    settings.PORTAL_RETENTION_MAX_SHARE, settings.PORTAL_RETENTION_PAUSE = 200, 0.0  # all may go
    with EmbeddedServers(settings.PORTAL_HOME), superuser() as server:
        try:
            figures = [_sweeps(server)]
            figures.append(_noticed(server))
            figures.append(_finding(server))
        finally:
            empty(server)
            server.execute("DROP SCHEMA IF EXISTS bench CASCADE")
            connections.close_all()
    return figures


def _sweeps(server: "psycopg.Connection[tuple[object, ...]]") -> Figure:
    turns = [_turn(server, number) for number in range(TURNS)]
    ratios = [swept / (deleted + inserted) for swept, deleted, inserted in turns]
    swept, deleted, inserted = (statistics.median(times) for times in zip(*turns, strict=True))
    note = (
        f"{DUE} values in {swept:.1f} s; DELETE {deleted:.1f} s and INSERT {inserted:.1f} s; "
        f"turns: {TURNS}, {min(ratios):.2f} to {max(ratios):.2f}"
    )
    return Figure("retention sweep against plain SQL", round(statistics.median(ratios), 2), "x", "<= 4", note)


def _turn(server: "psycopg.Connection[tuple[object, ...]]", number: int) -> tuple[float, float, float]:
    """Seconds of the sweep, of the plain DELETE and of the plain INSERT; by turns one or the other comes first."""
    empty(server)
    fill(server, f"turn{number}", DUE // len(FIELDS))
    server.execute(PLAIN)
    server.execute("ANALYZE bench.item")
    server.execute("CHECKPOINT")
    swept = 0.0 if number % 2 else _sweep()
    server.execute("CHECKPOINT")
    inserted, deleted = _seconds(server, PLAIN_INSERT), _seconds(server, PLAIN_DELETE)
    server.execute("CHECKPOINT")
    return swept or _sweep(), deleted, inserted


def _sweep() -> float:
    began = time.perf_counter()
    run = begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=clock.now())
    continue_run(run_id=run.pk, now=clock.now(), longest=None)
    took = time.perf_counter() - began
    run.refresh_from_db()
    assert run.state == RunState.DONE and run.items_gone == DUE, (run.state, run.items_gone)
    return took


def _noticed(server: "psycopg.Connection[tuple[object, ...]]") -> Figure:
    """How long people wait for a consent to be written while a sweep goes on as it does at night; the median of some
    turns, since the slowest twentieth of one is moved by whatever else the machine writes just then.
    """
    turns = [_one_noticed(server) for _ in range(NOTICED)]
    ratios = sorted(busy / idle for idle, busy in turns)
    told = ", ".join(f"{idle * 1000:.1f} to {busy * 1000:.1f}" for idle, busy in turns)
    note = f"p95 in ms, idle to busy, {5 * WRITES} writes each: {told}; {ratios[0]:.2f} to {ratios[-1]:.2f}"
    return Figure("consent write p95 during a sweep", round(statistics.median(ratios), 2), "x", "<= 1.5", note)


def _one_noticed(server: "psycopg.Connection[tuple[object, ...]]") -> tuple[float, float]:
    """The p95 of a consent in seconds, idle and during a sweep, on the same tables, with what filling them leaves to do
    behind them.
    """
    empty(server)
    people = [create_subject(by=SYSTEM, now=clock.now(), language="vi").pk for _ in range(20)]
    fill(server, "noticed", DUE // len(FIELDS))
    server.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
    server.execute("CHECKPOINT")
    idle = _consents(people, lambda place: place < WRITES)
    run = begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=clock.now())
    # A process of its own, as the worker is.
    command = [sys.executable, "manage.py", "retention"]
    share = {"PORTAL_RETENTION_MAX_SHARE": "100"}
    worker = subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ | share, stdout=subprocess.DEVNULL)
    while worker.poll() is None and not RetentionRun.objects.filter(pk=run.pk, items_gone__gt=0).exists():
        time.sleep(0.05)
    busy = _consents(people, lambda place: worker.poll() is None and place < 5 * WRITES)
    worker.kill()
    worker.wait()
    return _p95(idle), _p95(busy)


def _consents(people: list, goes_on: Callable[[int], bool]) -> list[float]:  # type: ignore[type-arg]
    """Seconds of each of many answers, given and taken back by turns, with the pause of a person between two."""
    version = policies.version_in_force(clock.now())
    assert version is not None
    key = next(iter(question_by_key(version, "vi")))
    taken: list[float] = []
    while goes_on(len(taken)):
        place = len(taken)
        began = time.perf_counter()
        record_answers(
            subject_id=people[place % len(people)],
            answers=[Answer(key, place // len(people) % 2 == 0)],
            version=version,
            language="vi",
            evidence={"basis": "benchmark"},
            by=SYSTEM,
            now=clock.now(),
        )
        taken.append(time.perf_counter() - began)
        time.sleep(0.01)
    return taken


def _finding(server: "psycopg.Connection[tuple[object, ...]]") -> Figure:
    empty(server)
    fill(server, "held", HELD // len(FIELDS), SPREAD)
    server.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
    preview(now=clock.now(), samples=False)
    times, lines = [], []
    for _ in range(5):
        began = time.perf_counter()
        lines = preview(now=clock.now(), samples=False)
        times.append(time.perf_counter() - began)
    items = sum(line.items + sum(line.held_back.values()) for line in lines)
    note = f"{items} of {HELD} values found by all rules, median of 5, slowest {max(times):.2f} s"
    return Figure("finding what is due today", round(statistics.median(times), 3), "s", "< 1 s", note)


def _seconds(server: "psycopg.Connection[tuple[object, ...]]", statement: str) -> float:
    began = time.perf_counter()
    server.execute(statement)  # type: ignore[call-overload]
    return time.perf_counter() - began


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


if __name__ == "__main__":
    assert connection.vendor == "postgresql"
    print(json.dumps([asdict(figure) for figure in measure()]))

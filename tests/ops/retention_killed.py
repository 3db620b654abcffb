"""A run of the retention engine that is killed again and again while it works, and what became of it.

Started as a process of its own with the number of values, of kills, and, where they are not to be the engine's own, of
values in a batch; it prints one line a kill and what is wrong at the end, and exits 1 when something is. With `child`
it is the process that is killed.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")

import django

django.setup()

import random
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from audit.models import AuditEntry
from core import clock
from core.actors import SYSTEM
from personal_data.enums import RunKind, RunState
from personal_data.models import DataItem, RetentionRun
from personal_data.register.entries import rows_in
from personal_data.retention_tables import ITEMS
from personal_data.services import retention_work
from personal_data.services.announcing import held_register
from personal_data.services.retention import begin_run, continue_run
from privacy_portal.supervision.servers import EmbeddedServers
from tests.ops.retention_filled import FIELDS, empty, fill, superuser

MOST_WORK = 1.05
PATIENCE = 600.0


def main(values: int, kills: int, batch: int = retention_work.BATCH) -> int:
    """Fill, kill, let it finish, and look."""
    with EmbeddedServers(settings.PORTAL_HOME), superuser() as server:
        empty(server)
        fill(server, "killed", values // len(FIELDS))
        before = _rows_deleted(server)
        for number in range(kills):
            _say(number, *_strike(batch, most=(values - _gone()) // (kills - number + 1)))
        child = _start(batch)
        finished = child.wait(timeout=PATIENCE) == 0
        work = (_rows_deleted(server) - before) / values
        wrong = [] if finished else ["the last run did not come to its end"]
        wrong += _wrong(values, work)
        connections.close_all()
    print(f"{values} values, {kills} kills, {work:.3f} times the work: {'; '.join(wrong) or 'ok'}", flush=True)
    return 1 if wrong else 0


def work_on(batch: int) -> None:
    """What the child does: begin a run, or go on with the one that is open, to its end."""
    settings.PORTAL_RETENTION_MAX_SHARE, settings.PORTAL_RETENTION_PAUSE = 100, 0.0
    retention_work.BATCH = batch
    run = RetentionRun.objects.filter(state=RunState.RUNNING).first()
    run = run or begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=clock.now())
    while not continue_run(run_id=run.pk, now=clock.now(), longest=None):
        time.sleep(0.05)  # the one that was killed is not yet gone from the database


def _start(batch: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "tests.ops.retention_killed", "child", str(batch)])


def _strike(batch: int, *, most: int) -> tuple[int, float]:
    """Start a child and kill it once it has got on by so many values at most, a random moment later. How many had gone,
    and how long it lived.
    """
    began, until = time.monotonic(), _gone() + random.randint(1, most)
    child = _start(batch)
    while _gone() < until and child.poll() is None and time.monotonic() - began < PATIENCE:
        time.sleep(0.002)
    time.sleep(random.uniform(0, 0.1))
    child.kill()
    child.wait()
    return _gone(), time.monotonic() - began


def _gone() -> int:
    run = RetentionRun.objects.order_by("-started_at").first()
    return run.items_gone if run else 0


def _wrong(values: int, work: float) -> list[str]:
    run = RetentionRun.objects.order_by("-started_at")[0]
    entries = AuditEntry.objects.filter(event=ITEMS.event, details__run=str(run.pk))
    distinct = entries.values("subject_ref", "details__field").distinct().count()
    told = {
        "the run is not done": run.state != RunState.DONE,
        "values are left": DataItem.objects.exists(),
        f"{run.items_gone} were counted": run.items_gone != values,
        f"the lines count {sum(line.gone for line in run.lines.all())}": sum(
            line.gone for line in run.lines.exclude(rule="whole-person")
        )
        != values,
        f"{entries.count()} entries, {distinct} of them different": (entries.count(), distinct) != (values, values),
        f"the register names {_announced()}": _announced() != values,
        f"{work:.3f} times the work": work > MOST_WORK,
    }
    return [words for words, is_so in told.items() if is_so]


def _announced() -> int:
    """How many different values the register names as deleted."""
    names: set[bytes] = set()
    with transaction.atomic(), held_register(now=clock.now()) as held:
        for frame in held.register.frames_after(held.register.first().place):
            for entry in frame.entries:
                if entry["kind"] == "deleted" and entry["table"] == ITEMS.label:
                    names |= {name for _person, rows in rows_in(entry) for name in rows}
    return len(names)


def _rows_deleted(server: Any) -> int:
    """Values deleted so far, also by what was undone."""
    server.execute("SELECT pg_stat_force_next_flush()")
    time.sleep(1.5)  # others tell their figures within a second
    row = server.execute(
        "SELECT n_tup_del FROM pg_stat_user_tables WHERE relname = 'personal_data_dataitem'"
    ).fetchone()
    return int(row[0])


def _say(number: int, gone: int, lived: float) -> None:
    print(f"{number + 1:>3} killed after {lived:5.1f} s, {gone} gone so far", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "child":
        work_on(int(sys.argv[2]))
    else:
        sys.exit(main(*(int(argument) for argument in sys.argv[1:4])))

"""A backup is made, people go, and the backup is brought back beside the same register and keys: as the runbooks say.

The commands are the ones that stand in docs/runbooks, under “On one machine”.
"""

import contextlib
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from privacy_portal.supervision import processes
from tests.ops.inside import Inside, inside
from tests.ops.installation import BASE, START_SECONDS, Up, environment, free_port, manage

MODULE = "tests.ops.restore_process"
RUNBOOKS = BASE / "docs" / "runbooks"
ROADS = ("erasure", "deletion", "withdrawal", "limit")
PATIENCE = 120.0


@dataclass
class Groups:
    """Who lost what after the backup was made."""

    erased: list[str] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    restricted: list[str] = field(default_factory=list)
    untouched: list[str] = field(default_factory=list)


def commands(runbook: str) -> str:
    """The commands of a runbook for one machine."""
    text = (RUNBOOKS / f"{runbook}.md").read_text(encoding="utf-8")
    part = text.split("## On one machine", 1)[1]
    found = re.search(r"```sh\n(.*?)```", part, re.DOTALL)
    assert found is not None
    return found[1]


def carry_out(runbook: str, home: Path, backup: Path) -> str:
    """Run them as they are written; what they print."""
    done = subprocess.run(
        ["bash", "-eu", "-c", commands(runbook)],
        cwd=BASE,
        env=environment(home, BACKUP=str(backup)),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def lose(process: Inside, home: Path, backup: Path, counts: dict[str, int]) -> Groups:
    """Fill, make the backup, and let each group lose what it is named after."""
    groups = Groups(**{name: process.ask("fill", count) for name, count in counts.items()})
    carry_out("backup", home, backup)
    process.ask("erase", groups.erased)
    process.ask("announce_erased", groups.announced)
    process.ask("withdraw_all", groups.withdrawn)
    process.ask("delete_values", groups.deleted)
    process.ask("restrict", groups.restricted)
    return groups


@contextlib.contextmanager
def shut(home: Path) -> Iterator[Up]:
    """`manage.py up` that comes up and may not serve."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=BASE,
        env=environment(home, PORT=str(port)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    up = Up(home=home, port=port, process=process)
    reader = threading.Thread(target=up.read, daemon=True)
    reader.start()
    try:
        up.wait_for("SHUT ", seconds=START_SECONDS)
        yield up
    finally:
        up.stop()
        reader.join(timeout=10)
        assert process.stdout is not None
        process.stdout.close()


def replay(home: Path) -> "tuple[subprocess.CompletedProcess[str], float]":
    """The command of the runbook, and how long the whole of it took."""
    began = time.monotonic()
    return manage(home, "replay_erasures", "--json"), time.monotonic() - began


def wrong_with(process: Inside, groups: Groups) -> list[str]:
    """Everything that came back, or went with it, in words."""
    wrong: list[str] = []
    checks: Sequence[tuple[str, Sequence[str], dict[str, Any]]] = (
        ("erased", groups.erased, {"state": "ERASED", "values": 0, "readable": False, "consents": 0}),
        ("announced", groups.announced, {"state": "ERASED", "values": 0, "readable": False, "consents": 0}),
        ("withdrawn", groups.withdrawn, {"state": "ACTIVE", "values": 1, "readable": True, "consents": 0}),
        ("deleted", groups.deleted, {"state": "ACTIVE", "values": 0, "readable": True}),
        ("restricted", groups.restricted, {"state": "ACTIVE", "values": 1, "limits": 1}),
        ("untouched", groups.untouched, {"state": "ACTIVE", "values": 1, "readable": True, "limits": 0, "ends": 0}),
    )
    for name, people, expected in checks:
        for begin in range(0, len(people), 200):
            for person in process.ask("look", list(people[begin : begin + 200])):
                told = {key: person[key] for key in expected}
                if told != expected:
                    wrong.append(f"{name}: {told}")
    return wrong


def crash(up: Up, road: str, person: str) -> None:
    """A process that is killed between the register and the commit."""
    with inside(up, MODULE) as process:
        with pytest.raises(AssertionError, match="ended while asked"):
            process.ask("crash", [road, person])
        assert process.process.wait(timeout=10) == -signal.SIGKILL


def settle(process: Inside) -> dict[str, Any]:
    """Ring until nothing that was announced is still to be done; how the register stands then."""
    found: dict[str, Any] = {}

    def is_settled() -> bool:
        found.clear()
        found.update(process.ask("register"))
        if found["unplayed"] or found["behind"] or found["running"]:
            process.ask("ring_for", "personal_data.replay_register")
            return False
        return True

    assert processes.wait_until(is_settled, seconds=PATIENCE, every=1.0), found
    return found


def wrong_after_crashes(process: Inside, struck: dict[str, list[str]]) -> list[str]:
    """What was lost, done twice, or done to somebody else, in words."""
    expected: dict[str, dict[str, Any]] = {
        "erasure": {"state": "ERASED", "values": 0, "readable": False, "consents": 0, "erasures": 1},
        "deletion": {"state": "ACTIVE", "values": 0, "readable": True, "deletions": 1, "ends": 0},
        "withdrawal": {"state": "ACTIVE", "values": 1, "ends": 1, "deletions": 0},
        "limit": {"state": "ACTIVE", "values": 1, "limits": 1, "ends": 0},
    }
    wrong = []
    for road, people in struck.items():
        for person in process.ask("look", people):
            told = {key: person[key] for key in expected[road]}
            if told != expected[road]:
                wrong.append(f"{road}: {told}")
    return wrong

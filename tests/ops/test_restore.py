"""A backup brings nobody back, and a crash between the register and the commit loses nothing: real processes.

`make drill` does the same at full size (benchmarks/restore_drill.py).
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ops.inside import inside
from tests.ops.installation import running
from tests.ops.restoring import (
    MODULE,
    ROADS,
    carry_out,
    crash,
    lose,
    replay,
    settle,
    shut,
    wrong_after_crashes,
    wrong_with,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installations")]

PEOPLE = {"erased": 8, "announced": 90, "withdrawn": 8, "deleted": 4, "restricted": 2, "untouched": 4}
ROUNDS = 5


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that other accounts may pass through, as /srv is."""
    with tempfile.TemporaryDirectory(prefix="portal-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def test_a_crash_between_register_and_commit_loses_nothing_and_doubles_nothing(folder: Path) -> None:
    with running(folder / "home") as up, inside(up, MODULE) as process:
        struck: dict[str, list[str]] = {road: [] for road in ROADS}
        for number, person in enumerate(process.ask("fill", ROUNDS)):
            road = ROADS[number % len(ROADS)]
            struck[road].append(person)
            crash(up, road, person)
        assert process.ask("register")["lines"] > 1
        settle(process)
        assert wrong_after_crashes(process, struck) == []


def test_a_restored_backup_is_brought_in_line_before_anybody_sees_it(folder: Path) -> None:
    home, backup = folder / "home", folder / "backup"
    with running(home) as up, inside(up, MODULE) as process:
        groups = lose(process, home, backup, PEOPLE)
        frames = process.ask("register")["frames"]
    carry_out("restore", home, backup)
    with shut(home) as up:
        assert up.get("/readyz")[0] == 503
        assert up.readiness()["checks"]["register"]["reason"] == "behind"
        status, page = up.get("/vi/")
        assert status == 503 and b"Back in a few minutes" in page
        assert up.get("/healthz")[0] == 200
        answer, _seconds = replay(home)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        told = json.loads(answer.stdout)
        assert told["people"] == PEOPLE["erased"] + PEOPLE["announced"]
        with inside(up, MODULE) as process:
            assert wrong_with(process, groups) == []
            assert process.ask("register")["frames"] == frames
    with running(home) as up:
        assert up.get("/vi/")[0] == 200

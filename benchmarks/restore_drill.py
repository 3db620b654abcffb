"""Restore at full size: a dump, a thousand people erased and ten thousand entries since, the dump brought back beside
the same register and keys; then fifty processes killed between the register and the commit.

Prints what it did and exits 1 when anything came back, was lost or was done twice.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.ops.inside import inside
from tests.ops.installation import Up, running
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

PEOPLE = {
    "erased": 1000,
    "announced": 6000,
    "withdrawn": 1000,
    "deleted": 1000,
    "restricted": 1000,
    "untouched": 500,
}
KILLS = int(os.environ.get("PORTAL_DRILL_KILLS", "50"))
SHARE = float(os.environ.get("PORTAL_DRILL_SHARE", "1"))
GOAL_SECONDS = 60


def main() -> None:
    """The restore, then the kills."""
    with tempfile.TemporaryDirectory(prefix="portal-drill-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the embedded servers may run as another account
        wrong = [*_restore(folder / "home", folder / "backup"), *_kills(folder / "home")]
    for line in wrong[:20]:
        print(f"    {line}")
    print("broken" if wrong else "nothing came back, nothing was lost, nothing was done twice")
    sys.exit(1 if wrong else 0)


def _restore(home: Path, backup: Path) -> list[str]:
    counts = {name: max(1, round(count * SHARE)) for name, count in PEOPLE.items()}
    with running(home) as up, inside(up, MODULE) as process:
        began, known = time.monotonic(), process.ask("register")["frames"]
        groups = lose(process, home, backup, counts)
        frames = process.ask("register")["frames"]
        _say(f"filled, backed up, and lost {sum(counts.values()) - counts['untouched']} people's data", began)
    carry_out("restore", home, backup)
    with shut(home) as up:
        wrong = _refuses(up)
        answer, seconds = replay(home)
        print(
            f"replayed in {seconds:.1f} s (asked for: 10,000 in {GOAL_SECONDS} s): {answer.stdout.strip()}", flush=True
        )
        wrong += [] if answer.returncode == 0 else [answer.stdout + answer.stderr]
        wrong += [] if seconds <= GOAL_SECONDS else [f"replaying took {seconds:.0f} s"]
        with inside(up, MODULE) as process:
            found = process.ask("register")
            wrong += [] if found["frames"] == frames else [f"{found['frames']} frames of {frames} are known"]
            wrong += [] if json.loads(answer.stdout)["frames"] == frames - known else ["not every frame was read"]
            return wrong + wrong_with(process, groups)


def _refuses(up: Up) -> list[str]:
    ready, page = up.get("/readyz")[0], up.get("/vi/")[0]
    print(f"restored: /readyz {ready}, pages {page}", flush=True)
    return [] if (ready, page) == (503, 503) else ["the restored portal served before it was in line"]


def _kills(home: Path) -> list[str]:
    with running(home) as up, inside(up, MODULE) as process:
        struck: dict[str, list[str]] = {road: [] for road in ROADS}
        began = time.monotonic()
        for number, person in enumerate(process.ask("fill", KILLS)):
            struck[ROADS[number % len(ROADS)]].append(person)
            crash(up, ROADS[number % len(ROADS)], person)
        found = settle(process)
        _say(f"{KILLS} processes killed between register and commit, {found['frames']} frames", began)
        return wrong_after_crashes(process, struck)


def _say(words: str, began: float) -> None:
    print(f"{words}: {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()

"""The installation as a whole: how soon it is ready, and how much memory it takes after a walk."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import walk
from benchmarks.figures import Figure
from tests.ops.installation import Up, running

STARTS = 3
SERVING = ("gunicorn", "privacy_portal.jobs")


def measure(home: Path, inside: Callable[[Up], list[Figure]]) -> list[Figure]:
    """First and later starts, memory after the walk, and whatever `inside` measures while the portal runs."""
    first = _start(home)
    later = [_start(home) for _ in range(STARTS)]
    with running(home) as up:
        pages = walk.walk(up.url, home)
        memory = {words: sum(_proportional(pid) for pid in up.pids(words)) for words in SERVING}
        found = inside(up)
    return [
        Figure("first start to READY", round(first, 1), "s", "", "tables made, policy published, demo seeded"),
        Figure(
            "second start to READY",
            round(statistics.median(later), 1),
            "s",
            "<= 8",
            f"median of {STARTS}, {min(later):.1f} to {max(later):.1f}",
        ),
        Figure(
            "memory of web, worker and beat",
            round(sum(memory.values()) / 1024),
            "MB",
            "<= 350",
            f"proportional, after {pages} pages; " + ", ".join(f"{k} {v / 1024:.0f}" for k, v in memory.items()),
        ),
        *found,
    ]


def _start(home: Path) -> float:
    began = time.monotonic()
    with running(home):
        return time.monotonic() - began


def _proportional(pid: int) -> int:
    """Proportional set size in KiB: shared pages divided among those who share them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0

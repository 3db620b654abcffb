"""Reminders at full size: each fault twenty times while reminders are due, then 10,000 complaints through sixty days.

Prints one line a round and exits 1 when a reminder was lost or doubled.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.ops.installation import BASE, environment, running
from tests.ops.reminders import FAULTS, Reminders, offset_to_service_hours, reminders

ROUNDS = int(os.environ.get("PORTAL_DRILL_ROUNDS", "20"))
COMPLAINTS = os.environ.get("PORTAL_DRILL_COMPLAINTS", "10000")
CASES = 10
HOUR = 3600


def main() -> None:
    """Run every round, then the simulation."""
    broken = 0
    keys: list[int] = []
    with tempfile.TemporaryDirectory(prefix="portal-drill-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # the embedded servers may run as another account
        offset = offset_to_service_hours()
        settings = {"PORTAL_CLOCK_OFFSET": str(offset)}
        with running(home, **settings) as up, reminders(up, **settings) as desk:
            for fault in FAULTS:
                broken += sum(not _round(desk, fault, number) for number in range(ROUNDS))
            keys = desk.keys
        for number in range(ROUNDS):
            broken += not _set_back(home, offset - (number + 1) * HOUR // 2, keys, number)
        broken += not _sent(home, offset + HOUR, keys)
        broken += not _simulated(home)
    print(f"{ROUNDS * (len(FAULTS) + 1)} rounds, {len(keys)} complaints, {broken} broken")
    sys.exit(1 if broken else 0)


def _round(desk: Reminders, fault: str, number: int) -> bool:
    desk.enter(CASES)
    began = time.monotonic()
    desk.strike(fault)
    wrong = desk.wait_until_right()
    return _say(fault, number, began, wrong)


def _set_back(home: Path, offset: int, keys: list[int], number: int) -> bool:
    settings = {"PORTAL_CLOCK_OFFSET": str(offset)}
    with running(home, **settings) as up, reminders(up, keys=keys, **settings) as desk:
        began = time.monotonic()
        desk.sweep()
        return _say("clock set back", number, began, desk.wrong())


def _sent(home: Path, offset: int, keys: list[int]) -> bool:
    """Every letter is one file once the clock is right again."""
    settings = {"PORTAL_CLOCK_OFFSET": str(offset)}
    with running(home, **settings) as up, reminders(up, keys=keys, **settings) as desk:
        began = time.monotonic()
        return _say("all letters", 0, began, desk.wait_until_sent() or desk.wrong())


def _simulated(home: Path) -> bool:
    """The simulation at full size, in a process of its own."""
    with running(home) as up:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.simulated", COMPLAINTS],
            cwd=BASE,
            env=environment(home, PORT=str(up.port), PORTAL_LOG_LEVEL="ERROR"),
            check=False,
        )
    return done.returncode == 0


def _say(fault: str, number: int, began: float, wrong: list[str]) -> bool:
    took = time.monotonic() - began
    print(f"{number + 1:>3} {fault:<22} right after {took:5.1f} s: {'; '.join(wrong) or 'ok'}", flush=True)
    return not wrong


if __name__ == "__main__":
    main()

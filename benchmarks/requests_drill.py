"""Requests under faults at full size: the worker killed in every step, and every other fault, twenty times each.

Prints one line a round and exits 1 when a request was half done, done twice, or left something behind.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.ops.requests_faults import FAULTS, STEPS, Drill, drill

ROUNDS = int(os.environ.get("PORTAL_DRILL_ROUNDS", "20"))


def main() -> None:
    """Run every round."""
    broken = 0
    with tempfile.TemporaryDirectory(prefix="portal-drill-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # the embedded servers may run as another account
        with drill(home / "home") as installation:
            for number in range(ROUNDS):
                broken += sum(not _step(installation, step, number) for step in STEPS)
                broken += sum(not _round(installation, fault, number) for fault in FAULTS)
    print(f"{ROUNDS * (len(STEPS) + len(FAULTS))} rounds, {broken} broken")
    sys.exit(1 if broken else 0)


def _step(installation: Drill, step: tuple[str, str, str], number: int) -> bool:
    began = time.monotonic()
    held = installation.strike_step(*step)
    return _say("killed in " + " ".join(step), number, began, installation.wait_until_right(), held=held)


def _round(installation: Drill, fault: str, number: int) -> bool:
    began = time.monotonic()
    installation.strike(fault)
    return _say(fault, number, began, installation.wait_until_right())


def _say(fault: str, number: int, began: float, wrong: list[str], *, held: bool = True) -> bool:
    took = time.monotonic() - began
    words = "; ".join(wrong) or ("ok" if held else "the worker was faster")
    print(f"{number + 1:>3} {fault:<42} right after {took:5.1f} s: {words}", flush=True)
    return held and not wrong


if __name__ == "__main__":
    main()

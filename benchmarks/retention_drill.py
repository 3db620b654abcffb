"""The nightly run over a million values, killed twenty times at random: it finishes with at most 1.05 times the work.

Prints one line a kill and exits 1 when something was lost, half deleted or deleted twice.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.ops.installation import BASE, environment, running

VALUES = os.environ.get("PORTAL_DRILL_VALUES", "1000000")
KILLS = os.environ.get("PORTAL_DRILL_ROUNDS", "20")


def main() -> None:
    """Make an installation, then kill the run in a process that has it to itself."""
    with tempfile.TemporaryDirectory(prefix="portal-drill-") as folder:
        Path(folder).chmod(0o755)  # the embedded servers may run as another account
        home = Path(folder) / "home"
        with running(home):
            pass
        done = subprocess.run(
            [sys.executable, "-m", "tests.ops.retention_killed", VALUES, KILLS],
            cwd=BASE,
            env=environment(home, PORTAL_LOG_LEVEL="CRITICAL"),
            check=False,
        )
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()

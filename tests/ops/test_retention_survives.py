"""A nightly run killed while it works finishes with nothing lost, half done or done twice: real processes.

`make drill` kills it twenty times over a million values (benchmarks/retention_drill.py).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.ops.installation import BASE, environment, running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installations")]

VALUES, KILLS, BATCH = 20_000, 4, 200


def test_a_run_that_is_killed_again_and_again_finishes_whole() -> None:
    with tempfile.TemporaryDirectory(prefix="portal-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        home = folder / "home"
        with running(home):
            pass  # its databases are made, and nothing of it runs any more
        done = subprocess.run(
            [sys.executable, "-m", "tests.ops.retention_killed", str(VALUES), str(KILLS), str(BATCH)],
            cwd=BASE,
            env=environment(home, PORTAL_LOG_LEVEL="CRITICAL"),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.count("killed after") == KILLS

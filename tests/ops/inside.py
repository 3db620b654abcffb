"""A process inside a running installation that answers questions (see tests/ops/answering.py)."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.ops.installation import BASE, Up, environment


@dataclass
class Inside:
    """The process, asked one thing at a time."""

    process: "subprocess.Popen[str]"

    def ask(self, name: str, argument: Any = None) -> Any:
        """Have it do something by name; what it answers."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([name, argument]) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the process inside ended while asked to {name}"
        return json.loads(line)


@contextlib.contextmanager
def inside(up: Up, module: str, **settings: str) -> Iterator[Inside]:
    """A process that runs a module beside the installation's own, with its settings."""
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=BASE,
        env=environment(up.home, PORT=str(up.port), PORTAL_LOG_LEVEL="CRITICAL", **settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Inside(process)
    finally:
        process.communicate(timeout=20)

"""Measure everything on an installation of its own and print one JSON object and a table."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import installed, whole
from benchmarks.figures import Figure, as_json, as_table
from tests.ops.installation import BASE, Up, environment


def inside(up: Up) -> list[Figure]:
    """What must be measured with the applications loaded, in a process of its own."""
    return _figures("benchmarks.inside", up.home, PORT=str(up.port))


def afterwards(home: Path) -> list[Figure]:
    """What needs the databases to itself, once the installation has been stopped."""
    return [
        *_figures("benchmarks.queue", home),
        *_figures("benchmarks.exporting", home),
        *_figures("benchmarks.importing", home),
        *_figures("benchmarks.rotating", home),
        *_figures("benchmarks.retention", home),
    ]


def _figures(module: str, home: Path, **more: str) -> list[Figure]:
    answer = subprocess.run(
        [sys.executable, "-m", module],
        cwd=BASE,
        env=environment(home, PORTAL_LOG_LEVEL="ERROR", **more),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = [Figure(**figure) for figure in json.loads(answer.stdout.splitlines()[-1])]
    print(as_table(found), file=sys.stderr, flush=True)  # a later part that fails takes no figure along
    return found


def main() -> None:
    """Run all and print all."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        Path(folder).chmod(0o755)  # the embedded servers may run as another account
        figures = [*whole.measure(Path(folder), inside), *afterwards(Path(folder)), *installed.measure()]
    print(as_json(figures))
    print(as_table(figures))


if __name__ == "__main__":
    main()

"""How much disk the packages take that a running portal needs, development tools left out."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from benchmarks.figures import Figure

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"


def measure() -> list[Figure]:
    """Sizes of the installed files of every pinned runtime and embedded package; compiled caches counted too."""
    names = set()
    for lock in ("runtime.txt", "embedded.txt"):
        names |= set(re.findall(r"^([A-Za-z0-9_.\-]+)==", (REQUIREMENTS / lock).read_text(), re.MULTILINE))
    total = 0
    for name in sorted(names):
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:
            continue  # pinned for another platform
        total += sum(path.stat().st_size for path in {Path(str(file.locate())) for file in files} if path.is_file())
    return [Figure("environment", round(total / 1e6), "MB", "<= 400", "runtime and embedded servers")]

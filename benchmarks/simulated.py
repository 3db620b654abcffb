"""The simulation alone, inside a running installation: `python -m benchmarks.simulated 10000`."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")
django.setup()

from benchmarks import simulation  # noqa: E402  after the applications are loaded
from benchmarks.figures import as_table  # noqa: E402


def main() -> None:
    """Print the figures; exit 1 when an escalation was late, missing or doubled."""
    late, wrong, rate = simulation.measure(int(sys.argv[1]))
    print(as_table([late, wrong, rate]))
    sys.exit(1 if late.value > simulation.ALLOWED.total_seconds() or wrong.value else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python
"""The one entry point of the portal's commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")
    from privacy_portal.supervision.commands import run

    run(sys.argv)


if __name__ == "__main__":
    main()

"""Figures taken inside a process of the running installation; prints them as one JSON array."""

import json
import os
from dataclasses import asdict

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")
django.setup()

from accounts.models import User  # noqa: E402  after the applications are loaded
from accounts.sealed_address import address_of_subject  # noqa: E402
from benchmarks import consent, copying, deadlines, erasing, pages, simulation  # noqa: E402


def main() -> None:
    """Measure with the demo's person."""
    from django.conf import settings

    wanted = json.loads((settings.PORTAL_HOME / "demo-accounts.json").read_text())["person"]["email"]
    person = next(
        user
        for user in User.objects.filter(is_staff=False, subject__isnull=False)
        if user.subject_id and address_of_subject(user.subject_id) == wanted
    )
    figures = [
        *pages.measure(person),
        *consent.measure(),
        *deadlines.measure(),
        *erasing.measure(),
        *copying.measure(),
        *simulation.measure(),
    ]
    print(json.dumps([asdict(figure) for figure in figures]))


if __name__ == "__main__":
    main()

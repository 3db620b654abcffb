"""`manage.py seed_demo`: people, data and cases for trying the portal."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from core import clock
from privacy_portal import demo


class Command(BaseCommand):
    help = (
        "Fills an empty demo with made-up people, data, consents and cases, and writes their sign-ins to "
        "demo-accounts.json. A portal that holds anybody is left alone. Only with PORTAL_DEMO=1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        report = self.seed()
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        elif report["ok"]:
            self.stdout.write(report["message"])
        else:
            self.stderr.write(report["message"])
        if not report["ok"]:
            raise SystemExit(1)

    def seed(self) -> dict[str, Any]:
        """What was done, for people and for machines; no password is in it."""
        if not settings.PORTAL_DEMO:
            return {"ok": False, "seeded": False, "message": _("Demo people are made only with PORTAL_DEMO=1.")}
        seeded = demo.seed(home=settings.PORTAL_HOME, now=clock.now())
        path = settings.PORTAL_HOME / demo.ACCOUNTS_FILE
        new, old = _("The sign-ins are in %(path)s"), _("Somebody is here already; nothing was changed.")
        return {"ok": True, "seeded": seeded, "accounts": str(path), "message": new % {"path": path} if seeded else old}

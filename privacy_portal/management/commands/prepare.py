"""`manage.py prepare`: what has to be done before the portal can serve."""

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

from cases.services.calendar_keeping import note_defaults
from core import clock
from privacy_portal import demo
from privacy_portal.supervision import preparation


class Command(BaseCommand):
    help = (
        "Brings databases and static files up to date and publishes the policy pack; in the demo it also "
        "seeds an empty portal. Safe to run again."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs the steps in order, telling each; a step that fails ends it."""
        begun = time.monotonic()
        known = get_commands()
        self._step("database: tables and rights", "migrate", verbosity=0, interactive=False)
        self._step("static files", "collectstatic", verbosity=0, interactive=False)
        # Before the first case, so that no case has to be brought to it.
        note_defaults(now=clock.now())
        if settings.PORTAL_DEMO:
            demo.publish_past(slug=settings.PORTAL_POLICY, now=clock.now())
        if "publish_policy" in known:
            self._step(f"policy: {settings.PORTAL_POLICY}", "publish_policy", language="en")
        preparation.note_policy(settings.PORTAL_HOME, settings.PORTAL_POLICY)
        if settings.PORTAL_DEMO and "seed_demo" in known:
            self._step("demo: people and cases", "seed_demo")
        preparation.note_done(settings.PORTAL_HOME)
        self.stdout.write(f"prepared in {time.monotonic() - begun:.1f} s")

    def _step(self, told: str, command: str, **options: Any) -> None:
        self.stdout.write(f"{told} …")
        call_command(command, **options)

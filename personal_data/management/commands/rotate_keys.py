"""`manage.py rotate_keys`: bring everything under the newest key of PORTAL_KEYS, and say which older one may go."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from core import clock
from core.actors import SYSTEM
from core.errors import NotAllowed
from personal_data.services.rotating import Rotation, rotate

TELL_EVERY = 5.0


class Command(BaseCommand):
    help = (
        "Wraps the keys of all people, and everything else that stands under PORTAL_KEYS, anew under the first key "
        "there. The portal may run meanwhile; broken off, the command is simply run again. It ends by saying which "
        "older key nothing needs any more. Exits 1 while one is still needed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        self._quiet = bool(options["json"])
        self._told_at = time.monotonic()
        with override("en"):
            try:
                done = rotate(by=SYSTEM, now=clock.now(), progress=self._progress)
            except NotAllowed as refusal:
                raise CommandError(str(refusal.message)) from refusal
        if self._quiet:
            self.stdout.write(json.dumps(_as_object(done)))
        else:
            self._tell(done)
        if sorted(done.left) != done.removable:
            raise SystemExit(1)

    def _progress(self, place: str, count: int) -> None:
        if not self._quiet and time.monotonic() - self._told_at > TELL_EVERY:
            self._told_at = time.monotonic()
            self.stdout.write(f"{place}: {count}")

    def _tell(self, done: Rotation) -> None:
        for place, count in sorted(done.rewrapped.items()):
            self.stdout.write(f"{place}: {count} now under {done.newest}")
        for name, places in sorted(done.left.items()):
            if name in done.removable:
                self.stdout.write(f"{name}: nothing needs it any more; it may be taken out of PORTAL_KEYS.")
            else:
                where = ", ".join(f"{place} {count}" for place, count in sorted(places.items()))
                self.stdout.write(f"{name}: still needed ({where}). Run this again.")
        if not done.left:
            self.stdout.write(f"Everything stands under {done.newest}, the only key there is.")


def _as_object(done: Rotation) -> dict[str, Any]:
    return {
        "newest": done.newest,
        "rewrapped": dict(done.rewrapped),
        "left": {name: dict(places) for name, places in done.left.items()},
        "removable": done.removable,
    }

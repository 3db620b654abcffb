"""Publish a pack as the next version of this installation's policy."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import clock
from core.actors import SYSTEM
from core.errors import NotAllowed
from policies.effects import effects_of
from policies.errors import BadPack, PackNotFound
from policies.pack import read_pack
from policies.pack_places import pack_folder
from policies.selectors import document, latest_version
from policies.services.publishing import publish


def moment(value: str) -> datetime:
    """A day or a moment as ISO 8601; without a zone it is Vietnam's."""
    try:
        given = datetime.fromisoformat(value)
    except ValueError as wrong:
        raise ArgumentTypeError("not a moment such as 2026-12-01 or 2026-12-01T08:00+07:00") from wrong
    return given if given.tzinfo else given.replace(tzinfo=ZoneInfo(settings.STATUTORY_TIME_ZONE))


class Command(BaseCommand):
    help = (
        "Publish a policy pack, unless the last version already holds it. A bad pack publishes nothing. "
        "What comes of it is told first; with --dry-run that is all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", nargs="?", help="name of the pack; PORTAL_POLICY when left out")
        parser.add_argument("--path", type=Path, help="a folder that holds a pack")
        parser.add_argument("--effective-at", type=moment, help="when it takes effect; now when left out")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would come of it; publishes nothing")
        parser.add_argument("--language", choices=("vi", "en"), default="vi", help="language of the messages")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        with override(options["language"]):
            report = self.publish(options)
            if options["json"]:
                self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
            elif report["ok"]:
                for words in report["effects"]:
                    self.stdout.write(words)
                self.stdout.write(self.style.SUCCESS(report["message"]))
            else:
                for fault in report["faults"]:
                    self.stderr.write(f"{fault['path']}:{fault['line']}: {fault['message']}")
                self.stderr.write(self.style.ERROR(report["message"]))
        if not report["ok"]:
            raise SystemExit(1)

    def publish(self, options: dict[str, Any]) -> dict[str, Any]:
        slug = None if options["path"] else options["slug"] or settings.PORTAL_POLICY
        try:
            effects = self.effects(slug, options["path"])
            if options["dry_run"]:
                return {"ok": True, "message": _("Nothing was published."), "effects": effects}
            done = publish(
                slug=slug,
                path=options["path"],
                by=SYSTEM,
                now=clock.now(),
                effective_at=options["effective_at"],
                demo=settings.PORTAL_DEMO,
            )
        except NotAllowed as refusal:
            found = refusal.faults if isinstance(refusal, BadPack) else ()
            faults = [{"path": fault.path, "line": fault.line, "message": fault.message} for fault in found]
            return {"ok": False, "error": refusal.code, "message": str(refusal.message), "faults": faults}
        version = done.version
        new, old = (
            _("Version %(number)d of “%(slug)s” is published."),
            _("Version %(number)d of “%(slug)s” holds this already."),
        )
        words = new if done.is_new else old
        return {
            "ok": True,
            "message": words % {"number": version.number, "slug": version.slug},
            "effects": effects,
            "is_new": done.is_new,
            "number": version.number,
            "slug": version.slug,
            "content_hash": version.content_hash,
            "effective_at": version.effective_at.isoformat(),
        }

    def effects(self, slug: str | None, path: Path | None) -> list[str]:
        """What would come of it. Raises BadPack, PackNotFound."""
        folder, before = path or pack_folder(slug or ""), latest_version()
        if folder is None or not folder.is_dir():
            raise PackNotFound(slug or (path.name if path else ""))
        after = read_pack(folder).pack
        return effects_of(document(before), after, now=clock.now()) if before else []

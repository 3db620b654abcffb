"""Check packs without publishing them: every fault with file and line, every gap, every finding."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import clock
from core.rules import complaint_rule
from policies.checking import Finding, inspect
from policies.errors import BadPack, Fault, PackNotFound
from policies.pack import ReadPack, placeholder_faults, read_pack
from policies.pack_places import pack_folder, pack_slugs


class Command(BaseCommand):
    help = "Check policy packs; exits 1 when a pack has faults."
    requires_system_checks: list[str] = []  # a pack is read without the rest of the portal

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", nargs="*", help="names of packs; all packs when none is named")
        parser.add_argument("--path", type=Path, help="a folder that holds a pack")
        parser.add_argument("--language", choices=("vi", "en"), default="vi", help="language of the messages")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        with override(options["language"]):
            if options["path"]:
                reports = [self.report(options["path"].name, options["path"])]
            else:
                reports = [self.report(slug, pack_folder(slug)) for slug in options["slug"] or pack_slugs()]
            ok = all(report["ok"] for report in reports)
            if options["json"]:
                self.stdout.write(json.dumps({"ok": ok, "packs": reports}, ensure_ascii=False, indent=2))
            else:
                for report in reports:
                    self.show(report)
        if not ok:
            raise SystemExit(1)

    def report(self, slug: str, folder: Path | None) -> dict[str, Any]:
        try:
            if folder is None:
                raise PackNotFound(slug)
            read = read_pack(folder)
        except BadPack as bad:
            return {"slug": slug, "ok": False, "message": str(bad.message), "faults": [*map(as_json, bad.faults)]}
        except PackNotFound as missing:
            return {"slug": slug, "ok": False, "message": str(missing.message), "faults": []}
        return good_report(read)

    def show(self, report: dict[str, Any]) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(report["slug"]))
        if not report["ok"]:
            for fault in report["faults"]:
                self.stdout.write(f"  {fault['path']}:{fault['line']}: {fault['message']}")
            self.stdout.write(self.style.ERROR(f"  {report['message']} ({len(report['faults'])})"))
            return
        for gap in report["placeholders"]:
            self.stdout.write(f"  {gap['path']}:{gap['line']}: {gap['message']}")
        for finding in report["findings"]:
            fact = f" [{finding['fact']}]" if finding["fact"] else ""
            self.stdout.write(f"  {finding['place']}{fact}: {finding['text']}")
        counts = {"gaps": len(report["placeholders"]), "findings": len(report["findings"])}
        self.stdout.write(
            "  " + self.style.SUCCESS(_("No faults. %(gaps)d wait for the owner, %(findings)d findings.") % counts)
        )


def good_report(read: ReadPack) -> dict[str, Any]:
    rule = complaint_rule(on=clock.local_date(clock.now()))
    return {
        "slug": read.pack.slug,
        "ok": True,
        "content_hash": read.content_hash,
        "faults": [],
        "placeholders": [as_json(fault) for fault in placeholder_faults(read.pack)],
        "findings": [finding_as_json(finding) for finding in inspect(read.pack, rule=rule)],
    }


def as_json(fault: Fault) -> dict[str, Any]:
    return {"path": fault.path, "line": fault.line, "message": fault.message}


def finding_as_json(finding: Finding) -> dict[str, str]:
    return {"kind": finding.kind.value, "place": finding.place, "fact": finding.fact, "text": finding.text}

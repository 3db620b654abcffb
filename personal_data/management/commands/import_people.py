"""`manage.py import_people`: bring people in from the organisation's records, or undo that."""

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from core import clock
from core.actors import SYSTEM
from core.errors import NotAllowed
from personal_data.enums import ImportState
from personal_data.errors_register import RegisterRefused
from personal_data.import_faults import Fault
from personal_data.import_table import LANGUAGES, MOST_BYTES, MOST_LINES, Common
from personal_data.models import ImportBatch
from personal_data.services.import_turns import work_on
from personal_data.services.importing import open_batch, start
from personal_data.services.replaying import follow_register
from personal_data.services.undoing import staying, undo
from policies.enums import LegalBasis

_WORKING = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)
_OTHER_WORKER_SECONDS = 0.2


class Command(BaseCommand):
    help = (
        "Checks a CSV file of people and, with --apply, takes them in. Columns are the codes of the policy's entries; "
        "<entry>__source, <entry>__basis and <entry>__date say of one entry where its values come from, on which legal "
        "basis and since when they are held, in place of what holds for the whole file. UTF-8, comma or semicolon, at "
        f"most {MOST_LINES} lines and {MOST_BYTES // 1048576} MB."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the CSV file")
        parser.add_argument("--label", default="", help="what you call the records it comes from")
        parser.add_argument("--source", default="", help="where the values come from, as a code such as shop-orders")
        parser.add_argument(
            "--basis", default="", choices=["", *LegalBasis.values], help="on which basis they are held"
        )
        parser.add_argument("--date", default="", help="since when they are held, such as 2026-11-22")
        parser.add_argument("--language", default="vi", choices=LANGUAGES, help="in which people are written to")
        doing = parser.add_mutually_exclusive_group()
        doing.add_argument("--dry-run", action="store_true", help="only check; this is the default")
        doing.add_argument("--apply", action="store_true", help="take in what was checked without a fault")
        doing.add_argument("--undo", metavar="BATCH", type=UUID, help="undo an import by its number")
        parser.add_argument("--json", action="store_true", help="answer as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exits 1 when the file has faults or cannot be taken in."""
        with override("en"):
            try:
                # No gate stands before a command, and a restored database does not know who was erased since.
                follow_register(now=clock.now())
                batch = self._undo(options) if options["undo"] else self._bring_in(options)
            except (NotAllowed, RegisterRefused, ImportBatch.DoesNotExist, OSError) as refusal:
                if not options["json"]:
                    raise CommandError(_words_of(refusal)) from refusal
                self.stdout.write(json.dumps({"ok": False, "error": _words_of(refusal)}))
                sys.exit(1)
            self._tell(batch, options)
        if batch.state == ImportState.FAULTY:
            sys.exit(1)

    def _bring_in(self, options: dict[str, Any]) -> ImportBatch:
        if options["file"] is None:
            raise CommandError("Name the file to check.")
        common = Common(options["source"], options["basis"], options["date"], options["language"])
        label = options["label"] or options["source"] or options["file"].name
        data = options["file"].read_bytes()
        batch = self._work(open_batch(data=data, label=label, common=common, by=SYSTEM, now=clock.now()), options)
        if options["apply"] and batch.state == ImportState.CHECKED:
            start(batch_id=batch.pk, digest=bytes(batch.digest), by=SYSTEM, now=clock.now())
            batch = self._work(batch, options)
        elif batch.state == ImportState.CHECKED:
            # Checked for its faults alone: the file need not wait on the disk.
            undo(batch_id=batch.pk, by=SYSTEM, now=clock.now())
        return batch

    def _undo(self, options: dict[str, Any]) -> ImportBatch:
        undo(batch_id=options["undo"], by=SYSTEM, now=clock.now())
        return self._work(ImportBatch.objects.get(pk=options["undo"]), options)

    def _work(self, batch: ImportBatch, options: dict[str, Any]) -> ImportBatch:
        """Work on a batch, or wait for the worker that is at it, until it rests."""
        batch.refresh_from_db()
        while batch.state in _WORKING:
            if not work_on(batch_id=batch.pk, now=clock.now()):
                time.sleep(_OTHER_WORKER_SECONDS)
            batch.refresh_from_db()
            if batch.state == ImportState.RUNNING and not options["json"]:
                self.stderr.write(f"{batch.done} of {batch.lines} lines")
        return batch

    def _tell(self, batch: ImportBatch, options: dict[str, Any]) -> None:
        faults = [Fault.from_json(row) for row in batch.faults]
        if options["json"]:
            answer = {
                "ok": batch.state != ImportState.FAULTY,
                "batch": str(batch.pk),
                "state": batch.state,
                "checksum": bytes(batch.digest).hex(),
                "lines": batch.lines,
                "people": batch.people,
                "refused": batch.suppressed,
                "doubles": batch.doubles,
                "faults": batch.faults,
                "faults_total": batch.faults_total,
                "stay": staying(batch) if batch.state == ImportState.UNDONE else 0,
            }
            self.stdout.write(json.dumps(answer))
            return
        for fault in faults:
            place = f"line {fault.line}" if fault.line else "file"
            self.stdout.write(f"{place}{', ' + fault.column if fault.column else ''}: {fault.words}")
        if batch.faults_total > len(faults):
            self.stdout.write(f"and {batch.faults_total - len(faults)} more faults")
        self.stdout.write(_ending(batch))


def _ending(batch: ImportBatch) -> str:
    found = f"{batch.lines} lines, {batch.suppressed} of people erased before, {batch.doubles} perhaps known already"
    if batch.state == ImportState.FAULTY:
        return f"{batch.faults_total} faults. Nothing was taken in."
    if batch.state == ImportState.CHECKED:
        return f"No fault: {found}. Nothing was taken in; add --apply."
    if batch.state == ImportState.UNDONE:
        return f"Undone. {staying(batch)} people stay, because something was done with their data since."
    return f"{batch.people} people taken in from {found}. To undo: --undo {batch.pk}"


def _words_of(error: Exception) -> str:
    if isinstance(error, NotAllowed):
        return str(error.message)
    if isinstance(error, RegisterRefused):
        return f"The erasure register is refused ({error}). Nothing was done; see docs/runbooks/restore.md."
    return "There is no such import." if isinstance(error, ImportBatch.DoesNotExist) else str(error)

"""`manage.py replay_erasures`: brings a restored database in line with the erasure register."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import clock
from personal_data.register.faults import Fault, RegisterFault
from personal_data.services.register_standing import look
from personal_data.services.replaying import begin_anew, replay_all

RUNBOOK = "docs/runbooks/restore.md"
_FIGURES = {
    "frames": "{} entries read",
    "frames_behind": "{} entries behind",
    "people": "{} people erased",
    "rows": "{} single values and files deleted",
    "consents": "{} consents ended",
    "limits": "{} limits set or ended",
    "evidence": "{} proofs that can no longer be tied to anybody",
    "put_aside": "a new one was begun; put aside: {}",
}


class Command(BaseCommand):
    help = (
        "Erases, deletes, withdraws and restricts again what the erasure register says and a restored database does "
        "not know, then lets the portal serve. Safe to repeat. Exits 1 when the register is refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
        parser.add_argument("--check", action="store_true", help="only say how things stand; changes nothing")
        parser.add_argument(
            "--begin-anew-without-the-old-register",
            action="store_true",
            dest="begin_anew",
            help="put a register that is lost or damaged for good aside and begin an empty one; whoever was erased "
            "since the backup comes back",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """The work is in services/replaying.py."""
        told: dict[str, object] = {}
        try:
            if options["check"]:
                found = look()
                told = {"fault": found.fault, "frames_behind": found.behind}
            elif options["begin_anew"]:
                told = {"fault": "", "put_aside": begin_anew(now=clock.now())}
            else:
                told = {"fault": "", **asdict(replay_all(now=clock.now()))}
        except RegisterFault as fault:
            told = {"fault": fault.fault.value, "frame": fault.sequence}
        if options["json"]:
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(_words(told))
        if told["fault"]:
            sys.exit(1)


def _words(told: dict[str, object]) -> str:
    fault, nothing = told["fault"], f"Nothing was changed. See {RUNBOOK}."
    if fault == Fault.BEHIND:
        entries = f"{told['frames_behind']} entries"
        return f"The database is behind the register by {entries}: run this without --check. {nothing}"
    if fault:
        entry = f" at entry {told['frame']}" if told.get("frame") else ""
        return f"Refused: the register is {fault}{entry}. {nothing}"
    found = [(_FIGURES[name], value) for name, value in told.items() if name != "fault"]
    figures = "; ".join(words.format("nothing" if value == "" else value) for words, value in found)
    return f"In line with the register: {figures}."

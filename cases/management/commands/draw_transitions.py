"""`manage.py draw_transitions`: docs/states/, one page for each kind of case, from its table of transitions."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from cases.enums import CaseStatus
from cases.models import Case
from cases.registry import case_kinds
from core.transitions import diagram


class Command(BaseCommand):
    help = "Draws the states of every kind of case into docs/states/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is out of date")
        parser.add_argument("--json", action="store_true", help="print the tables as one JSON object instead")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Exits 1 under --check when a page differs from its table."""
        if options["json"]:
            self.stdout.write(json.dumps({kind: model.transitions for kind, model in _kinds()}))
            return
        folder = Path(settings.BASE_DIR) / "docs/states"
        stale = []
        for kind, model in _kinds():
            page, words = folder / f"{kind}.md", drawn(model)
            if page.exists() and page.read_text(encoding="utf-8") == words:
                continue
            stale.append(kind)
            if not check:
                folder.mkdir(parents=True, exist_ok=True)
                page.write_text(words, encoding="utf-8")
                self.stdout.write(f"docs/states/{kind}.md")
        if check and stale:
            raise CommandError(f"docs/states/ is out of date for {', '.join(stale)}. Run: manage.py draw_transitions")


def drawn(model: type[Case]) -> str:
    """The page of one kind of case."""
    with override("en"):
        name = str(model._meta.verbose_name)
        rows = [
            f"| {state} | {CaseStatus(state).label} | {', '.join(following) or 'nothing'} |"
            for state, following in model.transitions.items()
        ]
    return "\n".join(
        [
            f"# States of a {name}",
            "",
            f"Drawn by `manage.py draw_transitions` from the table in `{model._meta.app_label}/transitions.py`; a test",
            "compares the two. Nothing else moves a case: `cases/services/moving.py` asks the table.",
            "",
            "```mermaid",
            diagram(model.transitions).rstrip("\n"),
            "```",
            "",
            "| state | shown as | may be followed by |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _kinds() -> list[tuple[str, type[Case]]]:
    return sorted(case_kinds().items())

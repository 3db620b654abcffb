"""The record of what is held and why, from the declarations."""

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from personal_data.registry import declarations

INTRODUCTION = """\
# Data map

Made by `manage.py data_map > docs/data-map.md` from the decision that stands on every model. A test compares the two,
and `manage.py check` refuses a field nobody decided on. Which values are asked, for which purpose, who may receive them
and how long they are kept is said by the policy pack; here stands what the tables hold, on which ground, and what
erasing a person does to it.
"""
PERSONAL = ("table", "field", "category", "basis", "leads to the person by", "erasing the person")
REASONED = ("table", "field", "why it is not personal")


class Command(BaseCommand):
    help = "Print every table's privacy decision: what is personal, why it is held, what erasure does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON array instead of Markdown")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(list(_personal()), indent=2))
            return
        self.stdout.write(INTRODUCTION)
        self._table("Personal data", PERSONAL, (tuple(row.values()) for row in _personal()))
        self._table("Not personal, and why", REASONED, _reasoned())

    def _table(self, title: str, columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
        self.stdout.write(f"\n## {title}\n\n{_line(columns)}\n{'|---' * len(columns)}|")
        for row in rows:
            self.stdout.write(_line(row))


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _personal() -> Iterator[dict[str, str]]:
    for declaration in declarations():
        for name, decision in declaration.personal.items():
            yield {
                "table": declaration.model._meta.db_table,
                "field": name,
                "category": str(decision.category),
                "basis": str(decision.basis),
                "subject": declaration.subject or "",
                "erasure": str(decision.erasure),
            }


def _reasoned() -> Iterator[tuple[str, ...]]:
    for declaration in declarations():
        for name, reason in declaration.plain.items():
            if reason:
                yield declaration.model._meta.db_table, name, reason

"""The record of what is held and why, from the declarations."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from personal_data.registry import declarations


class Command(BaseCommand):
    help = "Print every table's privacy decision: what is personal, why it is held, what erasure does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON array instead of a Markdown table")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [
            {
                "table": declaration.model._meta.db_table,
                "subject": declaration.subject or "",
                "field": name,
                "category": str(decision.category),
                "basis": str(decision.basis),
                "erasure": str(decision.erasure),
            }
            for declaration in declarations()
            for name, decision in declaration.personal.items()
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        self.stdout.write("| table | field | category | basis | what erasure does |\n|---|---|---|---|---|")
        for row in rows:
            self.stdout.write("| {table} | {field} | {category} | {basis} | {erasure} |".format(**row))

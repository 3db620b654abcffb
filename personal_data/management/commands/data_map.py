"""The record of what is held and why, from the declarations."""

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.classification import Keep, Period
from personal_data.own_records import STORES
from personal_data.registry import Declaration, declarations
from policies.pack import load_pack
from policies.pack_places import SHIPPED
from policies.pack_types import Pack

INTRODUCTION = """\
# Data map

Made by `manage.py data_map > docs/data-map.md` from the decision that stands on every model. A test compares the two,
and `manage.py check` refuses a field nobody decided on. Which values are asked, for which purpose, who may receive them
and how long they are kept is said by the policy pack; here stands what the tables hold, on which ground, what erasing
a person does to it, and what ends the keeping of it otherwise. Periods are named by table and key of the pack; the
figures of the packs that come with the portal stand last.
"""
PERSONAL = ("table", "field", "category", "basis", "leads to the person by", "erasing the person", "kept")
KEPT = ("table", "kept", "by the job")
STORED = ("place", "holds", "kept", "by the job")
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
        self._table("Personal data", PERSONAL, (tuple(row.values())[:-1] for row in _personal()))
        self._table("How long every table is kept", KEPT, _kept())
        self._table("Kept outside these tables", STORED, _stored())
        packs = [load_pack(folder) for folder in sorted(SHIPPED.iterdir()) if (folder / "policy.toml").is_file()]
        self._table("Periods of the packs", ("period", *(pack.slug for pack in packs)), _periods(packs))
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
                "kept": _keep(declaration).words,
                "by": _keep(declaration).sweep,
            }


def _keep(declaration: Declaration) -> Keep:
    assert declaration.retention is not None, "a system check sees to it"
    return declaration.retention


def _kept() -> Iterator[tuple[str, ...]]:
    for declaration in declarations():
        keep = _keep(declaration)
        yield declaration.model._meta.db_table, keep.words, keep.sweep


def _stored() -> Iterator[tuple[str, ...]]:
    for store in STORES:
        yield store.name, store.holds, store.keep.words, store.keep.sweep


def _periods(packs: list[Pack]) -> Iterator[tuple[str, ...]]:
    for period in Period:
        table, key = period.split(".")
        figures = (str(getattr(pack if table == "pack" else getattr(pack, table), key)) for pack in packs)
        yield period.value, *figures


def _reasoned() -> Iterator[tuple[str, ...]]:
    for declaration in declarations():
        for name, reason in declaration.plain.items():
            if reason:
                yield declaration.model._meta.db_table, name, reason

"""docs/promises.md: each fact once, each named test there, and something said on every row."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from policies.markdown import FACT
from policies.pack_places import SHIPPED

FACTS = {"clever-group": ("CG", 18), "shop": ("SH", 11), "lowendviet": ("LV", 13), "acros": ("AC", 9)}
ALL = [f"{prefix}-{number}" for prefix, last in FACTS.values() for number in range(1, last + 1)]
TESTS = Path(settings.BASE_DIR) / "tests"
_PROOF = re.compile(r"`([\w/]+\.py)::(\w+)`")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    fact: str
    behaviour: str
    proofs: tuple[tuple[str, str], ...]
    not_yet: str


def rows() -> list[Row]:
    text = (Path(settings.BASE_DIR) / "docs/promises.md").read_text(encoding="utf-8")
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if re.fullmatch(r"[A-Z]{2}-\d+", cells[0]):
            fact, behaviour, proved_by, not_yet = cells
            assert _PROOF.sub("", proved_by).strip() == "", f"{fact}: the third column names tests only"
            found.append(Row(fact, behaviour, tuple(_PROOF.findall(proved_by)), not_yet))
    return found


@cache
def names_in(file: str) -> frozenset[str]:
    path = TESTS / file
    if not path.is_file():
        return frozenset()
    return frozenset(
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_each_fact_stands_there_exactly_once() -> None:
    assert Counter(row.fact for row in rows()) == Counter(ALL)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.fact)
def test_each_named_test_exists(row: Row) -> None:
    missing = [f"{file}::{name}" for file, name in row.proofs if name not in names_in(file)]
    assert missing == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.fact)
def test_a_row_tells_what_is_proved_or_what_is_missing(row: Row) -> None:
    assert row.proofs or row.not_yet
    assert bool(row.behaviour) == bool(row.proofs)


@pytest.mark.parametrize("slug", FACTS)
def test_each_pack_cites_the_facts_of_its_organisation_and_no_other(slug: str) -> None:
    prefix, last = FACTS[slug]
    files = [SHIPPED / slug / "policy.toml", *sorted((SHIPPED / slug).glob("*/*.md"))]
    cited = {fact for file in files for fact in FACT.findall(file.read_text(encoding="utf-8"))}
    assert cited == {f"{prefix}-{number}" for number in range(1, last + 1)}


def test_the_security_page_names_tests_that_exist() -> None:
    text = (Path(settings.BASE_DIR) / "docs/security.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", text)
    missing = [
        file if not name else f"{file}::{name}"
        for file, name in named
        if not names_in(file) or name not in {*names_in(file), ""}
    ]
    assert named and missing == []


def test_every_test_of_a_promise_is_named_in_the_table() -> None:
    """A test here that proves no fact stands in the wrong place."""
    named = {(file, name) for row in rows() for file, name in row.proofs}
    for organisation in ("clever_group", "shop", "lowendviet", "acros"):
        file = f"promises/test_{organisation}.py"
        assert {name for name in names_in(file) if (file, name) not in named} == set()

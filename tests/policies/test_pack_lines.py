"""The line of any key of a TOML source."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from policies.pack_lines import line_numbers, line_of

SOURCE = '''\
top = "[not.a.table]"
[pack]
title.vi = "a"
"quoted key" = 1
text = """
[inside]
key = "no"
"""
[pack.more]
list = [
  1, # ] =
  "x = [",
]
after = 2
[[fields]]
code = "one" # [[fields]]
[fields.label]
vi = "a"
[[fields]]
code = 'two'
label = { vi = "b", en = "c" }
[[fields.deep]]
x = 1
[[fields.deep]]
x = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("top",), 1),
        (("pack",), 2),
        (("pack", "title", "vi"), 3),
        (("pack", "quoted key"), 4),
        (("pack", "text"), 5),
        (("pack", "more", "list"), 10),
        (("pack", "more", "after"), 14),
        (("fields", 0), 15),
        (("fields", 0, "label"), 17),
        (("fields", 0, "label", "vi"), 18),
        (("fields", 1, "code"), 20),
        (("fields", 1, "label", "en"), 21),
        (("fields", 1, "deep", 0, "x"), 23),
        (("fields", 1, "deep", 1), 24),
        (("pack", "absent"), 2),
        (("absent",), 1),
    ],
)
def test_a_key_is_found_where_it_stands(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(path, line_numbers(SOURCE)) == line


def test_nothing_inside_a_text_or_a_list_is_taken_for_a_key() -> None:
    assert ("inside",) not in line_numbers(SOURCE)
    assert ("pack", "key") not in line_numbers(SOURCE)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in [(*path, key), *paths(part, (*path, key))]]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [found for place, part in enumerate(value) for found in [(*path, place), *paths(part, (*path, place))]]
    return []


@pytest.mark.parametrize(
    "pack", sorted((Path(__file__).parents[2] / "policies" / "packs").glob("*/policy.toml")), ids=str
)
def test_every_key_of_the_shipped_packs_is_found_on_a_line_that_names_it(pack: Path) -> None:
    source = pack.read_text(encoding="utf-8")
    text = source.splitlines()
    lines = line_numbers(source)
    for path in paths(tomllib.loads(source)):
        if isinstance(path[-1], str) and path in lines and not isinstance(path[-1], int):
            assert path[-1] in text[lines[path] - 1], path

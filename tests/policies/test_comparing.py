"""Differences between two versions, told so that nothing is lost."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from policies.comparing import Paragraph, changed_parts, compare_section, compare_text
from policies.comparing_parts import PROPERTIES, compared_parts
from policies.markdown import paragraphs_of
from policies.pack import load_pack
from policies.pack_types import Text
from tests.policies.made_up import change

WORDS = st.lists(st.sampled_from(["rau", "giao", "đúng", "hẹn", "cà", "chua"]), min_size=1, max_size=12).map(" ".join)
TEXTS = st.lists(WORDS, max_size=6).map("\n\n".join)


def side(paragraphs: tuple[Paragraph, ...], kind: str) -> list[str]:
    """The old text ("removed") or the new one ("added"), put together again from a comparison."""
    found = []
    for paragraph in paragraphs:
        words = [piece.text for piece in paragraph.pieces if piece.kind in ("same", kind)]
        if words:
            found.append(" ".join(words))
    return found


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_back_from_the_comparison(before: str, after: str) -> None:
    paragraphs = compare_text(before, after)

    assert side(paragraphs, "removed") == paragraphs_of(before)
    assert side(paragraphs, "added") == paragraphs_of(after)


def test_inside_a_changed_paragraph_only_the_changed_words_are_marked() -> None:
    (paragraph,) = compare_text("We keep it for 24 months at most.", "We keep it for 12 months at most.")

    assert [(piece.kind, piece.text) for piece in paragraph.pieces] == [
        ("same", "We keep it for"),
        ("removed", "24"),
        ("added", "12"),
        ("same", "months at most."),
    ]


def test_a_paragraph_that_is_wholly_new_is_one_addition() -> None:
    paragraphs = compare_text("One.", "One.\n\nSomething else entirely.")

    assert [paragraph.kind for paragraph in paragraphs] == ["same", "added"]


def test_comments_are_no_change() -> None:
    assert not compare_section("use", "One.\n", "<!-- VR-1 -->\nOne.\n").is_changed


def test_the_list_of_changes_names_what_was_added_removed_and_changed(fifth: Path) -> None:
    before = load_pack(fifth)
    change(fifth, 'en = "Delivery address" }', 'en = "Where it goes" }')
    (fifth / "en" / "use.md").write_text("Other words.\n", encoding="utf-8")
    after = load_pack(fifth)

    assert changed_parts(None, before) == {"first": True}
    assert changed_parts(before, before) == {}
    assert changed_parts(before, after) == {"sections": ["use"], "fields": {"changed": ["address"]}}


def test_changed_declarations_are_told_property_by_property(fifth: Path, english: None) -> None:
    before = load_pack(fifth)
    rule = before.retention[0]
    after = replace(
        before,
        purposes=before.purposes[:1],
        retention=(replace(rule, months=1, text=Text("01 tháng", "1 month")), before.retention[1]),
        controller=replace(before.controller, phone=Text("1", "1")),
    )

    told = {
        (part.kind, part.group, part.name): [p.label for p in part.properties] for part in compared_parts(before, after)
    }

    assert told == {
        ("changed", "Who is responsible", ""): ["Phone"],
        ("removed", "Purposes", "Sending recipes"): [],
        ("changed", "Retention periods", "Delivery address"): ["Text", "Months"],
    }


def test_every_property_of_a_declaration_has_a_name(fifth: Path) -> None:
    from dataclasses import fields

    from policies.comparing_parts import _SILENT, LISTS, SINGLES

    pack = load_pack(fifth)
    parts = [getattr(pack, name) for name in SINGLES] + [part for name in LISTS for part in getattr(pack, name)]

    assert {field.name for part in parts for field in fields(part)} <= PROPERTIES.keys() | _SILENT

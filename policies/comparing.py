"""What changed between two versions of a policy, so that a person can read it. Pure."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from policies.markdown import paragraphs_of
from policies.pack_types import Pack

# Below this likeness two paragraphs read better as one taken out and one put in than as a patchwork of words.
_ALIKE: Final = 0.45


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: `same`, `added` or `removed`. A space stands between two runs."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the comparison, with what happened to it as a whole."""

    kind: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class SectionChange:
    section: str
    paragraphs: tuple[Paragraph, ...]
    added: int
    removed: int

    @property
    def is_changed(self) -> bool:
        return bool(self.added or self.removed)


def compare_text(before: str, after: str) -> tuple[Paragraph, ...]:
    """Two Markdown texts paragraph by paragraph, and inside a changed paragraph word by word."""
    old, new = paragraphs_of(before), paragraphs_of(after)
    result: list[Paragraph] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            result += [Paragraph("same", (Piece("same", text),)) for text in old[i1:i2]]
        else:
            result += _changed(old[i1:i2], new[j1:j2])
    return tuple(result)


def compare_section(section: str, before: str, after: str) -> SectionChange:
    """One section with the number of words added and removed."""
    paragraphs = compare_text(before, after)
    counts = {"added": 0, "removed": 0, "same": 0}
    for paragraph in paragraphs:
        for piece in paragraph.pieces:
            counts[piece.kind] += len(piece.text.split())
    return SectionChange(section, paragraphs, counts["added"], counts["removed"])


def _changed(old: Sequence[str], new: Sequence[str]) -> list[Paragraph]:
    """Pair each new paragraph with the next old one it resembles; the rest went or came as a whole."""
    result: list[Paragraph] = []
    start = 0
    for text in new:
        match = next((place for place in range(start, len(old)) if _likeness(old[place], text) >= _ALIKE), None)
        if match is None:
            result.append(Paragraph("added", (Piece("added", text),)))
            continue
        result += [Paragraph("removed", (Piece("removed", gone),)) for gone in old[start:match]]
        result.append(Paragraph("changed", compare_words(old[match], text)))
        start = match + 1
    return result + [Paragraph("removed", (Piece("removed", gone),)) for gone in old[start:]]


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def compare_words(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts word by word: what stayed, went and came, in reading order."""
    old, new = before.split(), after.split()
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", " ".join(new[j1:j2])))
            continue
        if i2 > i1:
            pieces.append(Piece("removed", " ".join(old[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("added", " ".join(new[j1:j2])))
    return tuple(pieces)


def changed_parts(before: Pack | None, after: Pack) -> dict[str, Any]:
    """Codes of what differs, for the list of versions: sections, and per list what was added, removed or changed."""
    if before is None:
        return {"first": True}
    changes: dict[str, Any] = {
        "sections": [
            section
            for section in after.texts["vi"]
            if any(before.texts[language].get(section) != after.texts[language][section] for language in after.texts)
        ]
    }
    for name in ("purposes", "fields", "recipients", "retention", "channels"):
        changes[name] = _changed_codes(getattr(before, name), getattr(after, name))
    for name in ("controller", "complaints", "requests", "security_data", "own_records"):
        changes[name] = getattr(before, name) != getattr(after, name)
    return {name: value for name, value in changes.items() if value}


def _changed_codes(before: Iterable[_Coded], after: Iterable[_Coded]) -> dict[str, list[str]]:
    old, new = ({part.code: part for part in parts} for parts in (before, after))
    found = {
        "added": [code for code in new if code not in old],
        "removed": [code for code in old if code not in new],
        "changed": [code for code in new if code in old and new[code] != old[code]],
    }
    return {name: codes for name, codes in found.items() if codes}

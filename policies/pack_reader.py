"""Reads one TOML table at a time and notes every fault with its line, so that an author sees them all at once. Pure."""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from enum import Enum
from typing import Final

from django.utils.translation import gettext as _

from policies.errors import Fault
from policies.markdown import FACT
from policies.pack_lines import Path, line_of
from policies.pack_types import EMPTY, Placeholder, Text

TOML_FILE: Final = "policy.toml"
CODE: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_MISSING: Final = object()


class Notes:
    """What reading turns up besides values: faults, placeholders, and where facts are cited."""

    def __init__(self, lines: dict[Path, int] | None = None) -> None:
        self.lines = lines or {(): 1}
        self.faults: list[Fault] = []
        self.placeholders: list[Placeholder] = []
        self.facts: dict[str, int] = {}

    def fault(self, path: Path, message: str) -> None:
        self.faults.append(Fault(TOML_FILE, line_of(path, self.lines), message))


def dotted(path: Path) -> str:
    """A path as an author would say it: fields[2].label, counted from 1."""
    words = ""
    for step in path:
        words += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if words else step
    return words


class Table:
    """One TOML table. Every getter returns a harmless value after noting a fault, so that reading goes on."""

    def __init__(self, values: object, path: Path, notes: Notes) -> None:
        self.path = path
        self.notes = notes
        self._read: set[str] = set()
        self._values: dict[str, object] = values if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            self.fault((), _("%(name)s must be a table.") % {"name": dotted(path)})

    def fault(self, steps: Sequence[str | int], message: str) -> None:
        self.notes.fault((*self.path, *steps), message)

    def has(self, key: str) -> bool:
        return key in self._values

    def _take(self, key: str, *, required: bool) -> object:
        self._read.add(key)
        if key not in self._values:
            if required:
                self.fault((), _("%(name)s is missing.") % {"name": dotted((*self.path, key))})
            return _MISSING
        return self._values[key]

    def _wrong_kind(self, key: str, expected: str) -> None:
        name = dotted((*self.path, key))
        self.fault((key,), _("%(name)s must be %(expected)s.") % {"name": name, "expected": expected})

    def string(self, key: str, *, required: bool = True) -> str:
        value = self._take(key, required=required)
        if value is _MISSING:
            return ""
        if not isinstance(value, str) or (required and not value.strip()):
            self._wrong_kind(key, _("a text that is not empty"))
            return ""
        return unicodedata.normalize("NFC", value.strip())

    def code(self, key: str = "code") -> str:
        value = self.string(key)
        if value and not CODE.fullmatch(value):
            self._wrong_kind(key, _("a code of small letters, digits and hyphens"))
        return value

    def one_of(self, key: str, kinds: type[Enum], *, required: bool = True) -> str:
        value = self.string(key, required=required)
        known = [str(kind.value) for kind in kinds]
        if value and value not in known:
            self._wrong_kind(key, _("one of %(known)s") % {"known": ", ".join(known)})
            return known[0]
        return value or known[0]

    def strings(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        value = self._take(key, required=required)
        if value is _MISSING:
            return ()
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            self._wrong_kind(key, _("a list of texts"))
            return ()
        if len(set(value)) != len(value):
            self.fault((key,), _("%(name)s names something twice.") % {"name": dotted((*self.path, key))})
        return tuple(value)

    def number(self, key: str, *, required: bool = True, least: int = 1) -> int | None:
        value = self._take(key, required=required)
        if value is _MISSING:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            self._wrong_kind(key, _("a whole number of at least %(least)d") % {"least": least})
            return None
        return value

    def flag(self, key: str, *, required: bool = False) -> bool:
        value = self._take(key, required=required)
        if value is _MISSING:
            return False
        if not isinstance(value, bool):
            self._wrong_kind(key, _("true or false"))
            return False
        return value

    def text(self, key: str, *, required: bool = True, or_string: bool = False) -> Text:
        """A bilingual text; with `or_string` also one text that is the same in both languages."""
        value = self._take(key, required=required)
        if value is _MISSING:
            return EMPTY
        if or_string and isinstance(value, str):
            same = self.string(key)
            return Text(same, same)
        if not isinstance(value, dict):
            self._wrong_kind(key, _("a table with the texts vi and en"))
            return EMPTY
        return self.table(key).own_text(unknown=True)

    def own_text(self, *, unknown: bool) -> Text:
        """The table itself read as a bilingual text."""
        vi, en = self.string("vi"), self.string("en")
        text = Text(vi, en, placeholder=self.flag("placeholder"))
        if text.placeholder:
            self.note_placeholder(text)
        if unknown:
            self.refuse_unknown()
        return text

    def table(self, key: str) -> "Table":
        value = self._take(key, required=True)
        return Table({} if value is _MISSING else value, (*self.path, key), self.notes)

    def tables(self, key: str, *, required: bool = True) -> list["Table"]:
        value = self._take(key, required=required)
        if value is _MISSING:
            return []
        if not isinstance(value, list):
            name = dotted((*self.path, key))
            self._wrong_kind(key, _("a list of tables, each opened by [[%(name)s]]") % {"name": name})
            return []
        return [Table(part, (*self.path, key, place), self.notes) for place, part in enumerate(value)]

    def facts(self) -> tuple[str, ...]:
        cited = self.strings("facts")
        for fact in cited:
            if not FACT.fullmatch(fact):
                self.fault(("facts",), _("“%(fact)s” is not the id of a fact, such as CG-4.") % {"fact": fact})
            self.notes.facts.setdefault(fact, line_of((*self.path, "facts"), self.notes.lines))
        return cited

    def fact(self) -> str:
        """One fact under the key `fact`; empty when the finding is about a gap no fact speaks of."""
        cited = self.string("fact", required=False)
        if cited and not FACT.fullmatch(cited):
            self.fault(("fact",), _("“%(fact)s” is not the id of a fact, such as CG-4.") % {"fact": cited})
        elif cited:
            self.notes.facts.setdefault(cited, line_of((*self.path, "fact"), self.notes.lines))
        return cited

    def note_placeholder(self, text: Text, key: str = "placeholder") -> None:
        line = line_of((*self.path, key), self.notes.lines)
        self.notes.placeholders.append(Placeholder(dotted(self.path), text, TOML_FILE, line))

    def proposed(self, words: str = "") -> bool:
        """Whether the pack's author proposes this. Like a placeholder it waits for the owner, who removes the mark."""
        if not self.flag("proposed"):
            return False
        said = self._values.get(words)
        vi, en = (str(said.get(language, "")) if isinstance(said, dict) else "" for language in ("vi", "en"))
        name = dotted(self.path)
        self.note_placeholder(Text(vi or name, en or name, placeholder=True), "proposed")
        return True

    def refuse_class(self, key: str, values: Sequence[str], message: str) -> None:
        """Note a fault that says why when the key holds one of these words, beside the fault that it is unknown."""
        value = self._values.get(key)
        if isinstance(value, str) and value.strip().lower() in values:
            self.fault((key,), message)

    def refuse(self, keys: Sequence[str], message: str) -> None:
        """Note one fault for each of these keys that is present."""
        for key in keys:
            if key in self._values:
                self._read.add(key)
                self.fault((key,), message)

    def refuse_unknown(self) -> None:
        """Note a fault for every key nobody asked for: a misspelt key must not be a silently missing promise."""
        for key in self._values.keys() - self._read:
            near = difflib.get_close_matches(key, self._read, n=1)
            name = dotted((*self.path, key))
            if near:
                message = _("%(name)s is unknown; is “%(near)s” meant?") % {"name": name, "near": near[0]}
            else:
                message = _("%(name)s is unknown.") % {"name": name}
            self.fault((key,), message)

"""Where a key stands in a TOML source. Pure.

tomllib gives values without positions, and a fault without a line sends its reader searching. The source is known to
parse (tomllib read it first), so this follows only what decides a position: table headers, keys, strings and brackets.
"""

import re
from typing import Final

Step = str | int
Path = tuple[Step, ...]

_KEY: Final = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""", re.VERBOSE
)
_HEADER: Final = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_PART: Final = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]


class _Scan:
    """Skips over one value at a time, so that a key inside a string or an array is not taken for a key."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""

    @property
    def inside(self) -> bool:
        return bool(self.quote) or self.depth > 0

    def feed(self, text: str) -> None:
        at = 0
        while at < len(text):
            if self.quote:
                at = self._in_string(text, at)
                continue
            char = text[at]
            if char == "#":
                return
            if char in "\"'":
                self.quote = char * 3 if text.startswith(char * 3, at) else char
                at += len(self.quote)
                continue
            self.depth += (char in "[{") - (char in "]}")
            at += 1

    def _in_string(self, text: str, at: int) -> int:
        if text[at] == "\\" and self.quote[0] == '"':
            return at + 2
        if text.startswith(self.quote, at):
            at += len(self.quote)
            self.quote = ""
            return at
        return at + 1


def line_numbers(source: str) -> dict[Path, int]:
    """The line of every table and every key, by path; the second `[[fields]]` has the path ("fields", 1)."""
    found: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    table: Path = ()
    scan = _Scan()
    for number, text in enumerate(source.splitlines(), start=1):
        if not scan.inside:
            header = _HEADER.match(text)
            if header is not None:
                table = _enter(_parts(header[2]), is_array=header[1] == "[[", counts=counts)
                found.setdefault(table, number)
                continue
            key = _KEY.match(text)
            if key is not None:
                path = table
                for part in _parts(key[1]):
                    path = (*path, part)
                    found.setdefault(path, number)
                scan.feed(text[key.end() :])
                continue
        scan.feed(text)
    return found


def _enter(parts: list[str], *, is_array: bool, counts: dict[Path, int]) -> Path:
    """The path a header opens: a name that is an array of tables stands for its newest table."""
    path: Path = ()
    for place, part in enumerate(parts):
        path = (*path, part)
        if is_array and place == len(parts) - 1:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = (*path, counts[path] - 1)
    return path


def line_of(path: Path, lines: dict[Path, int]) -> int:
    """The line of the path, or of the nearest table around it that has one."""
    while path not in lines:
        path = path[:-1]
    return lines[path]

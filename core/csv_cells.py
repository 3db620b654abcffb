"""Lines of a CSV file that a spreadsheet opens without running anything and with its letters right. Pure."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets take Vietnamese letters for something else
# A cell that begins so is a formula to a spreadsheet; an apostrophe before it makes it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LINES_AT_ONCE = 500


class _Line:
    """Takes the place of a file: hands back what the writer writes."""

    def write(self, text: str) -> str:
        return text


def cell(value: object) -> str:
    """A value as a cell that is never a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text.lstrip(" \u00a0").startswith(_FORMULA) or text.startswith(_FORMULA) else text


def as_csv(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The text of a CSV file, some hundred lines at a time."""
    writer = csv.writer(_Line())
    held = [BYTE_ORDER_MARK]
    for row in rows:
        held.append(writer.writerow([cell(value) for value in row]))
        if len(held) > _LINES_AT_ONCE:
            yield "".join(held)
            held = []
    yield "".join(held)

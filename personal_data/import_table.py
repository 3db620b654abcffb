"""A file of people as text: its heading, and its lines cleaned one by one. Pure.

Columns are the codes of the policy's entries, and beside each, where it differs from what holds for the whole file,
`<entry>__source`, `<entry>__basis` and `<entry>__date`; `language` may say in which language the person is written to.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache

from personal_data.errors import InvalidValue
from personal_data.import_faults import WHOLE_FILE, Fault, FaultCode
from personal_data.values import LONGEST_VALUE, clean_value
from policies.enums import FILE_KINDS, FieldKind, LegalBasis
from policies.pack_types import FieldSpec

MOST_BYTES = 48 * 1024 * 1024
MOST_LINES = 300_000
MOST_COLUMNS = 1000  # of a longer heading the rest is not looked at: no policy has as many entries
LANGUAGE = "language"
LANGUAGES = ("vi", "en")
ABOUT = ("source", "basis", "date")
NOT_IN_A_TABLE = frozenset({*FILE_KINDS, FieldKind.DEVICE.value})
_BASES = frozenset(LegalBasis.values)
SOURCE = re.compile(r"\A[a-z0-9][a-z0-9-]{0,39}\Z")
_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)|(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})", re.ASCII)
_BOM = b"\xef\xbb\xbf"

# The number of a line, and its cells; None in their place when it cannot be read.
Line = tuple[int, list[str] | None]

csv.field_size_limit(64 * LONGEST_VALUE)


@dataclass(frozen=True, slots=True)
class Common:
    """What holds for every value of a file that does not say otherwise; empty parts must stand beside each value."""

    source: str = ""
    basis: str = ""
    date: str = ""
    language: str = "vi"

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Person:
    """One line: cleaned values by entry, and of each its source, basis and date (ISO)."""

    line: int
    values: dict[str, str]
    grounds: dict[str, tuple[str, str, str]]
    language: str


@dataclass(frozen=True, slots=True)
class Column:
    """Where one entry stands, and where what is said about it; None where that holds for the whole file."""

    spec: FieldSpec
    value: int
    source: int | None
    basis: int | None
    date: int | None


@dataclass(slots=True)
class Table:
    """A file opened: what is wrong with it as a whole, else its columns and its lines."""

    width: int = 0
    columns: list[Column] = field(default_factory=list)
    language: int | None = None
    faults: list[Fault] = field(default_factory=list)
    rows: Iterator[Line] = field(default_factory=lambda: iter(()))


def open_table(data: bytes, specs: Sequence[FieldSpec]) -> Table:
    """Read the heading. UTF-8 with or without a mark; comma or semicolon."""
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Table(faults=[Fault(line, "", FaultCode.NOT_UTF8)])
    first = text[: text.find("\n")] if "\n" in text else text
    delimiter = ";" if first.count(";") > first.count(",") else ","
    rows = _rows(text, delimiter)
    line, names = next(rows, (WHOLE_FILE, None))
    if names is None:
        return Table(faults=[Fault(line, "", FaultCode.BROKEN if line else FaultCode.EMPTY)])
    table = _heading([name.strip().casefold() for name in names], {spec.code: spec for spec in specs})
    table.rows = rows
    return table


def clean_line(table: Table, line: int, cells: list[str] | None, common: Common, today: date) -> Person | list[Fault]:
    """The person a line describes, or everything wrong with it."""
    if cells is None:
        return [Fault(line, "", FaultCode.BROKEN)]
    if len(cells) != table.width:
        return [Fault(line, "", FaultCode.CELLS)]
    faults: list[Fault] = []
    values: dict[str, str] = {}
    grounds: dict[str, tuple[str, str, str]] = {}
    for column in table.columns:
        raw = cells[column.value]
        if not raw or not raw.strip():
            continue
        code = column.spec.code
        try:
            values[code] = clean_value(column.spec, raw)
        except InvalidValue:
            faults.append(Fault(line, code, FaultCode.BAD_VALUE))
        grounds[code] = _ground(column, cells, common, today, line, faults)
    if not values and not faults:
        faults.append(Fault(line, "", FaultCode.NO_VALUE))
    language = common.language if table.language is None else cells[table.language].strip() or common.language
    if language not in LANGUAGES:
        faults.append(Fault(line, LANGUAGE, FaultCode.BAD_LANGUAGE))
    return faults or Person(line, values, grounds, language)


def _rows(text: str, delimiter: str) -> Iterator[Line]:
    """Lines that hold something, with the number of their first line; None in place of one that cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            yield line, None
            return
        if cells is None:
            return
        if cells:
            yield line, cells


def _heading(names: list[str], specs: dict[str, FieldSpec]) -> Table:
    table = Table(width=len(names))
    places: dict[str, int] = {}
    if len(names) > MOST_COLUMNS:
        table.faults.append(Fault(1, str(MOST_COLUMNS + 1), FaultCode.UNKNOWN_COLUMN))
        names = names[:MOST_COLUMNS]
    for place, name in enumerate(names):
        known, fault = _known(name, specs), None
        if not known:
            fault = Fault(1, str(place + 1), FaultCode.UNKNOWN_COLUMN)
        elif name in places:
            fault = Fault(1, name, FaultCode.DOUBLE_COLUMN)
        elif "__" in name and name.split("__")[0] not in names:
            fault = Fault(1, name, FaultCode.LONELY_COLUMN)
        elif name in specs and specs[name].kind in NOT_IN_A_TABLE:
            fault = Fault(1, name, FaultCode.FILE_COLUMN)
        if fault:
            table.faults.append(fault)
        places.setdefault(name, place)
    table.columns = [
        Column(specs[name], place, *(places.get(f"{name}__{part}") for part in ABOUT))
        for name, place in places.items()
        if name in specs
    ]
    table.language = places.get(LANGUAGE)
    if not table.columns:
        table.faults.append(Fault(1, "", FaultCode.NO_FIELD))
    return table


def _known(name: str, specs: dict[str, FieldSpec]) -> bool:
    code, mark, part = name.partition("__")
    return name == LANGUAGE or (code in specs and (not mark or part in ABOUT))


def _ground(
    column: Column, cells: list[str], common: Common, today: date, line: int, faults: list[Fault]
) -> tuple[str, str, str]:
    source = _said(cells, column.source) or common.source
    basis = _said(cells, column.basis) or common.basis
    since = _said(cells, column.date) or common.date
    found, wrong = _checked(source, basis, since, today)
    faults += [Fault(line, column.spec.code, code) for code in wrong]
    return found


@lru_cache(maxsize=4096)
def _checked(source: str, basis: str, since: str, today: date) -> tuple[tuple[str, str, str], tuple[FaultCode, ...]]:
    """A ground as it is stored, and what is wrong with it."""
    wrong = []
    if not SOURCE.fullmatch(source):
        wrong.append(FaultCode.BAD_SOURCE if source else FaultCode.NO_SOURCE)
    if basis not in _BASES:
        wrong.append(FaultCode.BAD_BASIS if basis else FaultCode.NO_BASIS)
    day = _day(since)
    if day is None or day > today:
        wrong.append(FaultCode.BAD_DATE if since else FaultCode.NO_DATE)
    return (source, basis, day.isoformat() if day else ""), tuple(wrong)


def _said(cells: list[str], place: int | None) -> str:
    return "" if place is None else cells[place].strip()


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    parts = {name: int(number) for name, number in found.groupdict().items() if number}
    try:
        return date(parts.get("y") or parts["year"], parts.get("m") or parts["month"], parts.get("d") or parts["day"])
    except ValueError:
        return None

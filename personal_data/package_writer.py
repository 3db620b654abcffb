"""A copy as the bytes of a ZIP, made piece by piece: nothing of it ever stands on the disk in clear.

`index.html`, `data.json`, a CSV for each section that has anything, the files, and `manifest.json` last, with the
SHA-256 of every entry before it. docs/export-schema.md describes them.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import IO, Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.csv_cells import as_csv
from core.templatetags.portal import day, moment
from personal_data.package_names import Folders
from personal_data.package_page import Block, Cover, Line, page
from personal_data.package_sections import Asked, Coded, CopyFile, Row, Section, Value, filled, ground_words, sections

FORMAT = 2
PIECE_BYTES = 256 * 1024
MOST_IN_32_BITS = 2**31
SCHEMA = "docs/export-schema.md"
_FAST, _SMALL = 1, 6  # pictures and films hardly shrink; texts do


@dataclass(frozen=True)
class LeftOut:
    """Something staff took out: what, and the ground with its words."""

    what: str
    ground: str
    words: str

    def __str__(self) -> str:
        return _("Left out: %(what)s. Reason: %(reason)s") % {"what": self.what, "reason": self.words}


@dataclass(frozen=True)
class Gathered:
    """One section of one person: its rows, where their files will stand, and what was left out of it."""

    section: Section
    rows: Sequence[Row]
    paths: Sequence[Sequence[str]]
    left_out: Sequence[LeftOut]

    @property
    def files(self) -> Iterator[tuple[str, CopyFile]]:
        """Every file with its path."""
        for row, paths in zip(self.rows, self.paths, strict=True):
            yield from zip(paths, row.files, strict=True)


@dataclass(frozen=True)
class Content:
    """All that goes into one copy."""

    reference: str
    organisation: str
    policy_version: int | None
    language: str
    made_at: datetime
    parts: Sequence[Gathered]

    @property
    def entries(self) -> int:
        """How many entries the ZIP will have."""
        return 3 + len(self.tables) + sum(len(list(part.files)) for part in self.parts)

    @property
    def tables(self) -> list[Gathered]:
        """Sections that have anything to put into a table."""
        return [part for part in self.parts if part.rows]


class Made:
    """Size and checksum of a whole ZIP, known once its last piece is."""

    def __init__(self) -> None:
        self.size = 0
        self._sum = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._sum.hexdigest()

    def add(self, piece: bytes) -> bytes:
        """Count a piece and hand it on."""
        self.size += len(piece)
        self._sum.update(piece)
        return piece


def gather(asked: Asked, *, left_out: Iterable[Mapping[str, str]]) -> list[Gathered]:
    """Read every section that has anything of one person. A constant number of queries for each."""
    grounds: dict[str, dict[str, str]] = {}
    for one in left_out:
        grounds.setdefault(one["section"], {})[one.get("ref", "")] = one["ground"]
    folders, some = Folders(), filled(asked.subject_id)
    return [
        _gathered(section, asked, grounds.get(section.code, {}), folders)
        if section.code in some
        else Gathered(section, [], [], [])
        for section in sections()
    ]


def zip_pieces(content: Content, made: Made, *, note: Callable[[int], None]) -> Iterator[bytes]:
    """The ZIP, piece by piece; `note` is told how many entries are done. Raises as the pieces of its files."""
    return map(made.add, _zipped(content, note))


def _zipped(content: Content, note: Callable[[int], None]) -> Iterator[bytes]:
    sums: dict[str, dict[str, object]] = {}
    out = _Sink()
    # Strict times of the ZIP format have no zone: local time, as people read it.
    stamp = content.made_at.astimezone(_zone()).timetuple()[:6]
    with zipfile.ZipFile(cast(IO[bytes], out), "w") as archive:
        for one in _entries(content):
            info = _info(one.path, stamp, level=one.level)
            digest, size = hashlib.sha256(), 0
            with archive.open(info, "w", force_zip64=one.size > MOST_IN_32_BITS) as entry:
                for piece in one.pieces:
                    digest.update(piece)
                    size += len(piece)
                    entry.write(piece)
                    yield from out.full()
            sums[one.path] = {"sha256": digest.hexdigest(), "bytes": size}
            note(len(sums))
        archive.writestr(_info("manifest.json", stamp, level=_SMALL), _manifest(content, sums))
    note(len(sums) + 1)
    yield out.rest()


@dataclass(frozen=True)
class _Entry:
    path: str
    pieces: Iterable[bytes]
    level: int = _SMALL
    size: int = 0


def _entries(content: Content) -> Iterator[_Entry]:
    yield _Entry("index.html", _encoded(page(_cover(content), _blocks(content))))
    yield _Entry("data.json", _encoded(_json(content)))
    for part in content.tables:
        yield _Entry(f"csv/{part.section.code}.csv", _encoded(as_csv(_table(part))))
    for part in content.parts:
        for path, file in part.files:
            yield _Entry(path, file.pieces(), _FAST, file.size)


def _info(path: str, stamp: tuple[int, ...], *, level: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, date_time=stamp)  # type: ignore[arg-type]
    info.compress_type, info._compresslevel = zipfile.ZIP_DEFLATED, level  # type: ignore[attr-defined]
    info.external_attr = 0o600 << 16
    return info


def _gathered(section: Section, asked: Asked, grounds: Mapping[str, str], folders: Folders) -> Gathered:
    if "" in grounds:
        return Gathered(section, [], [], [_left_out(asked, str(section.title), grounds[""])])
    every = list(section.rows(asked))
    rows = [row for row in every if not row.ref or row.ref not in grounds]
    gone = dict.fromkeys(row.ref for row in every if row.ref and row.ref in grounds)
    paths = [[folders.path(section.code, file.name, file.mime) for file in row.files] for row in rows]
    return Gathered(section, rows, paths, [_left_out(asked, asked.field(ref).words, grounds[ref]) for ref in gone])


def _left_out(asked: Asked, what: str, ground: str) -> LeftOut:
    return LeftOut(what, ground, ground_words(ground, asked.at))


def _cover(content: Content) -> Cover:
    return Cover(
        organisation=content.organisation,
        language=content.language,
        reference=content.reference,
        made=moment(content.made_at),
        policy_version=content.policy_version,
    )


def _blocks(content: Content) -> Iterator[Block]:
    for part in content.parts:
        section = part.section
        yield Block(
            code=section.code,
            title=str(section.title),
            about=str(section.about),
            headings=[capfirst(str(heading)) for _key, heading in section.columns],
            lines=[
                Line([_words(row.values.get(key)) for key, _heading in section.columns], paths)
                for row, paths in zip(part.rows, part.paths, strict=True)
            ],
            left_out=[str(one) for one in part.left_out],
            as_cards=section.as_cards,
        )


def _table(part: Gathered) -> Iterator[Sequence[str]]:
    columns = part.section.columns
    has_files = part.section.has_files
    named = [*(str(heading) for _key, heading in columns), *([_("file in this copy")] if has_files else [])]
    yield [capfirst(heading) for heading in named]
    for row, paths in zip(part.rows, part.paths, strict=True):
        yield [*(_cell(row.values.get(key)) for key, _heading in columns), *(["; ".join(paths)] if has_files else [])]


def _json(content: Content) -> Iterator[str]:
    head = {
        "format": FORMAT,
        "schema": SCHEMA,
        "made_at": _exact(content.made_at),
        "organisation": content.organisation,
        "policy_version": content.policy_version,
        "language": content.language,
        "person": content.reference,
    }
    yield json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + ',\n "sections": {'
    for number, part in enumerate(content.parts):
        section = part.section
        told = {
            "title": str(section.title),
            "columns": {key: capfirst(str(heading)) for key, heading in section.columns},
            "left_out": [asdict(one) for one in part.left_out],
        }
        yield f"{',' if number else ''}\n {json.dumps(section.code)}: "
        yield json.dumps(told, ensure_ascii=False).removesuffix("}") + ', "rows": ['
        for line, (row, paths) in enumerate(zip(part.rows, part.paths, strict=True)):
            shown: dict[str, object] = {key: _plain(row.values.get(key)) for key, _heading in section.columns}
            if section.has_files:
                shown["files"] = list(paths)
            yield f"{',' if line else ''}\n  {json.dumps(shown, ensure_ascii=False)}"
        yield "]}"
    yield "\n }\n}\n"


def _manifest(content: Content, sums: Mapping[str, object]) -> str:
    told = {"format": FORMAT, "made_at": _exact(content.made_at), "person": content.reference, "files": sums}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _words(value: Value) -> str:
    """A value as a person reads it on the page: several one below the other, for their names hold commas."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, bool | Coded):
        return capfirst(_cell(value))
    if value is None or isinstance(value, int | str):
        return _cell(value)
    return "\n".join(capfirst(one.words) for one in value)


def _cell(value: Value) -> str:
    """A value in one cell of a table; moments so that tables sort them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return value.astimezone(_zone()).isoformat(sep=" ", timespec="minutes")[:16]
    if isinstance(value, Coded):
        return value.words
    if isinstance(value, str | int | date):
        return str(value)
    return "; ".join(one.words for one in value)


def _plain(value: Value) -> object:
    """A value for machines: codes with their words beside them, moments exact."""
    if isinstance(value, datetime):
        return _exact(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Coded):
        return {"code": value.code, "words": value.words}
    if value is None or isinstance(value, bool | int | str):
        return value
    return [_plain(one) for one in value]


def _exact(value: datetime) -> str:
    return value.astimezone(_zone()).isoformat(timespec="seconds")


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.STATUTORY_TIME_ZONE)


def _encoded(text: Iterable[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    length = 0
    for part in text:
        waiting.append(part)
        length += len(part)
        if length >= PIECE_BYTES:
            yield "".join(waiting).encode()
            waiting, length = [], 0
    yield "".join(waiting).encode()


class _Sink(io.RawIOBase):
    """Takes the place of a file that can only be written to its end; hands on what has gathered."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Take some bytes."""
        self._held += data
        return len(data)

    def full(self) -> Iterator[bytes]:
        """What has gathered, once it is worth handing on."""
        if len(self._held) >= PIECE_BYTES:
            yield self.rest()

    def rest(self) -> bytes:
        """All that has gathered."""
        data = bytes(self._held)
        self._held.clear()
        return data

"""Values nobody else has, and every shape in which one of them could lie somewhere in bytes.

Each value holds one of a few marks, so a search for the marks finds any value; what stands around it says whose it is.
"""

import base64
import json
import mmap
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

WORDS = "Kẹp Bướm Đồng"  # in every value of text, file name, complaint and message
ADDRESS = "kepbuom-"  # how every e-mail address begins
PHONES = ("0986177", "84986177", "0986 177")
BYTES = "kep-buom-dong-bytes"  # in every file
BROWSER = "Quat-Tre-Trinh-Duyet"  # what browsers call themselves: the security page lists it
MARKS = (WORDS, ADDRESS, *PHONES, BYTES, BROWSER)
ROADS = ("page", "request", "retention", "disposal", "living")  # by which people are erased; the last are not
WITH_ACCOUNT = ("page", "request", "living")
AROUND = 60  # bytes of the surroundings that tell whose a value is
MOST = 20  # places told of one shape in one file


@dataclass(frozen=True)
class Hit:
    """A mark found: in which file, which mark, in which shape, and what stands around it."""

    place: str
    mark: str
    shape: str
    around: bytes


def shapes(mark: str) -> dict[str, bytes]:
    """Every disguise of a mark, by name."""
    decomposed = unicodedata.normalize("NFD", mark)
    found = {
        **_encoded("", mark),
        **_encoded("decomposed ", decomposed),
        "unaccented": unaccented(mark).encode(),
        "lower": mark.casefold().encode(),
        "upper": mark.upper().encode(),
        "json": json.dumps(mark)[1:-1].encode(),
        "url": quote(mark).encode(),
    }
    return {name: form for name, form in found.items() if form}


def _encoded(prefix: str, text: str) -> dict[str, bytes]:
    raw = text.encode()
    base = {f"{prefix}base64+{offset}": form for offset, form in enumerate(_in_base64(raw))}
    return {
        f"{prefix}raw": raw,
        f"{prefix}hex": raw.hex().encode(),
        f"{prefix}HEX": raw.hex().upper().encode(),
        f"{prefix}utf-16-le": text.encode("utf-16-le"),
        f"{prefix}utf-16-be": text.encode("utf-16-be"),
        **base,
        **{f"{name} url": form.translate(bytes.maketrans(b"+/", b"-_")) for name, form in base.items()},
    }


def unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@dataclass
class Search:
    """Looks through bytes for every mark in every shape; each distinct form once."""

    marks: Iterable[str] = MARKS
    forms: dict[bytes, tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.forms = {}
        for mark in self.marks:
            for name, form in shapes(mark).items():
                self.forms.setdefault(form, (mark, name))

    def through(self, content: "bytes | mmap.mmap", place: str) -> Iterator[Hit]:
        """Every place of every form, up to a number."""
        for form, (mark, shape) in self.forms.items():
            start = content.find(form)
            for _ in range(MOST):
                if start < 0:
                    break
                around = bytes(content[max(0, start - AROUND) : start + len(form) + AROUND])
                yield Hit(place, mark, shape, around)
                start = content.find(form, start + 1)

    def file(self, path: Path, place: str) -> Iterator[Hit]:
        """One file; one that went away meanwhile holds nothing."""
        try:
            with path.open("rb") as file:
                if path.stat().st_size:
                    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                        yield from self.through(content, place)
        except (FileNotFoundError, ValueError):
            return

    def folder(self, root: Path) -> Iterator[Hit]:
        """Every file below, by its place under the folder, and its name."""
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.is_symlink():
                place = str(path.relative_to(root))
                yield from self.through(path.name.encode(), f"name of {place}")
                yield from self.file(path, place)

    def memory(self, pid: int) -> Iterator[Hit]:
        """What a process has written into memory of its own. Raises OSError where that may not be read."""
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            for start, end in _written(pid):
                memory.seek(start)
                try:
                    yield from self.through(memory.read(end - start), f"memory of {pid}")
                except OSError:
                    continue  # a page of the kernel's


def _written(pid: int) -> Iterator[tuple[int, int]]:
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, rights, *rest = line.split()
        if rights.startswith("rw") and not (len(rest) > 3 and rest[3].startswith(("[vv", "[vs"))):
            first, _dash, last = span.partition("-")
            yield int(first, 16), int(last, 16)


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """The part of the base64 form that is the same whatever stands around it, for each of three offsets."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).rstrip(b"=")
        yield encoded[-(-offset * 8 // 6) : -1]

"""Names of files inside a copy that no system takes for anything but a name. Pure."""

import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

from personal_data.content import EXTENSIONS

LONGEST_STEM = 80  # letters; with three bytes each it fits every file system
_NEVER = frozenset('"<>:|?*/\\')
# Names that are devices on Windows, whatever their ending.
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{base}{n}" for base in ("com", "lpt") for n in "0123456789¹²³")})


def safe_name(name: str, mime: str, *, taken: Collection[str] = ()) -> str:
    """A file name fit for every system: no path, no invisible or turning characters, the ending of the real type.

    `taken` are `folded` names that stand in the same folder; a number keeps them apart.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(char for char in base if char.isprintable() and char not in _NEVER)
    stem = (base.rsplit(".", 1)[0] if "." in base.strip(".") else base)[:LONGEST_STEM].strip(" .")
    if not stem or stem.split(".", 1)[0].strip().casefold() in _RESERVED:
        stem = f"file {stem}".strip()
    ending = EXTENSIONS.get(mime, ".bin")
    found, number = stem + ending, 1
    while folded(found) in taken:
        number += 1
        found = f"{stem} ({number}){ending}"
    return found


def folded(name: str) -> str:
    """A name as systems compare it that know no capitals."""
    return unicodedata.normalize("NFKC", name).casefold()


class Folders:
    """The names given so far, folder by folder."""

    def __init__(self) -> None:
        self._taken: dict[str, set[str]] = {}

    def path(self, folder: str, name: str, mime: str) -> str:
        """A path of its own below `files/`."""
        taken = self._taken.setdefault(folder, set())
        found = safe_name(name, mime, taken=taken)
        taken.add(folded(found))
        return str(PurePosixPath("files", folder, found))

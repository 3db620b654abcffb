"""Steps of tests around the copy of a person's data."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.actors import SYSTEM
from personal_data.models import Package
from personal_data.services import packaging


@dataclass(frozen=True)
class Copy:
    """A copy as its person unpacks it."""

    entries: Mapping[str, bytes]

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.entries["data.json"])

    @property
    def page(self) -> str:
        return self.entries["index.html"].decode()

    def rows(self, section: str) -> list[dict[str, Any]]:
        return self.data["sections"][section]["rows"]

    def csv(self, section: str) -> str:
        return self.entries[f"csv/{section}.csv"].decode("utf-8-sig")


def ask(subject_id: UUID, now: datetime, basis: str = "request:1", language: str = "en", **more: Any) -> Package:
    """A copy that waits for the worker."""
    return packaging.ask_package(subject_id=subject_id, basis=basis, language=language, by=SYSTEM, now=now, **more)


def made(subject_id: UUID, now: datetime, **more: Any) -> Package:
    """A copy the worker made."""
    package = ask(subject_id, now, **more)
    packaging.make_due(now=now)
    package.refresh_from_db()
    return package


def fetched(package: Package, now: datetime) -> Copy:
    """What the person gets; every checksum of the manifest holds."""
    data = b"".join(packaging.fetch(package_id=package.pk, by=SYSTEM, now=now).pieces)
    assert hashlib.sha256(data).hexdigest() == package.sha256 and len(data) == package.size
    return unpacked(data)


def unpacked(data: bytes) -> Copy:
    """The entries of a ZIP, checked against its manifest."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names)) and names[-1] == "manifest.json"
        entries = {name: archive.read(name) for name in names}
    sums = json.loads(entries["manifest.json"])["files"]
    assert set(sums) == set(names) - {"manifest.json"}
    assert all(sums[name]["sha256"] == hashlib.sha256(entries[name]).hexdigest() for name in sums)
    return Copy(entries)

"""A copy as the person has it at home: unpacked, checked against its manifest, opened without a network."""

import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.journeys import axe
from tests.journeys.browser import DESKTOP


class Copy:
    """The ZIP."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(data))

    def check(self) -> None:
        """It is whole, and every entry is the one the manifest names."""
        assert self._zip.testzip() is None
        manifest = json.loads(self._zip.read("manifest.json"))
        told = {name: one["sha256"] for name, one in manifest["files"].items()}
        found = {name: hashlib.sha256(self._zip.read(name)).hexdigest() for name in self._zip.namelist()}
        assert found.pop("manifest.json")
        assert told == found
        assert {"index.html", "data.json"} <= set(found)

    def text(self, name: str) -> str:
        return self._zip.read(name).decode("utf-8")

    def unpack(self, folder: Path) -> None:
        self._zip.extractall(folder)


@contextmanager
def opened_offline(browser: Browser, copy: Copy, language: str) -> Iterator[Page]:
    """`index.html` from the disk, in a browser without a network: in the person's language, and asking nobody."""
    context = browser.new_context(viewport=DESKTOP, offline=True)
    axe.prepare(context)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy.unpack(Path(folder))
            page = context.new_page()
            page.goto(Path(folder, "index.html").as_uri())
            assert page.locator("html").get_attribute("lang") == language
            assert axe.violations(page) == []
            assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
            _shoot(page, language)
            yield page
    finally:
        context.close()


def _shoot(page: Page, language: str) -> None:
    folder = os.environ.get("PORTAL_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/copy-{language}.png", full_page=True)

"""Pages that are watched: whatever a browser complains about while a person walks fails the walk."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    sync_playwright,
)

from tests.journeys import axe

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
NARROWEST: ViewportSize = {"width": 320, "height": 640}
PATIENCE_MS = 30_000
ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--force-color-profile=srgb",
]


def find_chromium() -> str | None:
    """Where a Chromium is, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """A browser that runs inside the block. Ours runs as root in containers, where its own sandbox cannot."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, "--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """Everything that went wrong in the pages of one context."""

    origin: str
    faults: list[str] = field(default_factory=list)

    def on(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", lambda fault: self.faults.append(f"script: {fault.error}"))

    def check(self) -> None:
        """Fails with every fault seen so far."""
        found, self.faults = self.faults, []
        assert found == []

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.faults.append(f"left the site: {request.method} {request.url}")

    def _response(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.faults.append(f"{response.status}: {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # What a page of refusal logs about itself is told by its status, which the walk looks at.
        refused = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not refused:
            self.faults.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")


def open_window(
    browser: Browser,
    origin: str,
    *,
    language: str,
    script: bool = True,
    viewport: ViewportSize = DESKTOP,
    **more: Any,
) -> tuple[Page, Watch]:
    """A page in a context of its own, with neither cookies nor a history, and what watches it."""
    context = browser.new_context(
        base_url=origin,
        viewport=viewport,
        locale={"vi": "vi-VN", "en": "en-GB"}[language],
        timezone_id="Asia/Ho_Chi_Minh",
        java_script_enabled=script,
        accept_downloads=True,
        reduced_motion="reduce",
        **more,
    )
    context.set_default_timeout(PATIENCE_MS)
    if script:
        axe.prepare(context)
    watch = Watch(origin)
    watch.on(context)
    return context.new_page(), watch


@contextmanager
def watched(browser: Browser, origin: str, **more: Any) -> Iterator[Page]:
    """The same for the length of a block. Faults seen fail at its end."""
    page, watch = open_window(browser, origin, **more)
    try:
        yield page
        watch.check()
    finally:
        page.context.close()


def path_of(page: Page) -> str:
    """The path of the page one stands on."""
    return urlsplit(page.url).path

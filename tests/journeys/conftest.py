"""What a walk needs: a browser, a running portal for each policy, and pages that are watched."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import DESKTOP, PHONE, chromium, find_chromium, watched
from tests.journeys.installation import Installation, Starting
from tests.journeys.walk import Walk

REQUIRED = os.environ.get("PORTAL_REQUIRE_BROWSER") == "1"
RESULTS = Path(__file__).resolve().parents[2] / "test-results"
FAILED = pytest.StashKey[bool]()

OpenWalk = Callable[..., Walk]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Every walk belongs to the browser part. Walks on one installation stay with one worker, which has it running.

    Marked here, before xdist reads the groups: whether a hook on the whole collection comes early enough depends on
    how the folder was named.
    """
    item.add_marker(pytest.mark.browser)
    item.add_marker(pytest.mark.xdist_group(f"journeys-{home_of(item)}"))


def home_of(item: pytest.Item) -> str:
    """The installation a walk needs, told by its fixtures or name; others are started where they are asked for."""
    is_acros = {"acros", "world"} & set(getattr(item, "fixturenames", ())) or "acros" in item.name
    return "acros" if is_acros else "clever-group"


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; without one the walks are skipped, or fail where they are required."""
    path = find_chromium()
    if path is None:
        message = "no Chromium found; `make browser` installs one"
        pytest.fail(message) if REQUIRED else pytest.skip(message)
    return path


# Not for the whole session: while the driver runs, its event loop forbids other tests the database.
@pytest.fixture(scope="package")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Chromium."""
    with chromium(chromium_path) as found:
        yield found


@pytest.fixture(scope="session")
def installation_of(
    chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Installation]]:
    """The running installation of a policy, started when first asked for."""
    started: dict[str, Starting] = {}

    def find(policy: str) -> Installation:
        if policy not in started:
            started[policy] = Starting(policy=policy, home=tmp_path_factory.mktemp(policy))
        return started[policy].ready()

    yield find
    for one in started.values():
        one.end()


@pytest.fixture(scope="session")
def portal(installation_of: Callable[[str], Installation]) -> Installation:
    """The installation of Clever Group, on which most walks take place."""
    return installation_of("clever-group")


@pytest.fixture(scope="session")
def acros(installation_of: Callable[[str], Installation]) -> Installation:
    """The installation of ACROS, whose policy holds pictures and videos."""
    return installation_of("acros")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know how the test went."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def walk_on(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenWalk]:
    """Opens a window on an installation; what its browser complained about fails the test when it closes."""
    opened: list[Walk] = []
    with ExitStack() as windows:

        def open_window(
            portal: Installation,
            language: str,
            *,
            phone: bool = False,
            script: bool = True,
            by_keyboard: bool = False,
            host: str = "127.0.0.1",
        ) -> Walk:
            origin = portal.url.replace("127.0.0.1", host)
            page = windows.enter_context(
                watched(browser, origin, language=language, script=script, viewport=PHONE if phone else DESKTOP)
            )
            opened.append(Walk(page, portal, language=language, by_keyboard=by_keyboard))
            return opened[-1]

        yield open_window
        if request.node.stash.get(FAILED, False):
            RESULTS.mkdir(exist_ok=True)
            for number, walk in enumerate(opened):
                walk.page.screenshot(path=RESULTS / f"{request.node.name}-{number}.png", full_page=True)

"""Every route of the URL configuration, in both languages: axe finds nothing, and nothing scrolls sideways at 320 px.

Vietnamese is looked at on a phone in the light, English on a desk in the dark.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import Watch, path_of
from tests.journeys.installation import Installation, SignIn
from tests.journeys.routes import LANGUAGES, all_routes, in_language, route_of
from tests.journeys.visits import (
    BESIDE,
    BY_FORM_ONLY,
    CASE_ACTION,
    DIRECT,
    HISTORY,
    IN_THE_MIDDLE,
    NO_PAGE,
    NOT_OFFERED,
    SHORT,
    made_up_path,
)
from tests.journeys.walk import Walk
from tests.journeys.world import World, confirm_if_asked


@pytest.fixture(scope="package")
def world(browser: Browser, acros: Installation) -> Iterator[World]:
    """The installation whose policy has most kinds of data, with something on every list."""
    found = World(browser, acros)
    found.fill()
    found.explore()
    yield found
    found.close()


def test_no_link_is_broken(world: World) -> None:
    assert world.broken == []


@pytest.mark.parametrize("route", all_routes())
def test_route(world: World, route: str) -> None:
    """A page is examined; what is no page answers as it should; a route of which nobody knows either fails."""
    example = world.examples.get(route)
    if example is not None and not example.is_page:
        return  # a file, which answered when its link was followed
    if example is None and not is_known_page(world, route):
        answers_without_a_page(world, route)
        return
    if HISTORY.match(route) and example is None and is_refused(world, route):
        return
    for language in LANGUAGES:
        with opened(world, route, language) as walk:
            walk.shoot(route)
            walk.examine(stays=True)


def is_known_page(world: World, route: str) -> bool:
    beside_one = bool(HISTORY.match(route)) and route.replace("/history/", "/change/") in world.examples
    return beside_one or route in DIRECT or route in BESIDE or route in IN_THE_MIDDLE


@contextmanager
def opened(world: World, route: str, language: str) -> Iterator[Walk]:
    """A window on a route."""
    if route in IN_THE_MIDDLE:
        walk, watch = world.arrived(IN_THE_MIDDLE[route], language)
        path = path_of(walk.page) if "<" in route else f"/vi/{route}"
        yield from shown(walk, watch, in_language(path, language), route)
        return
    if route in DIRECT:
        role, path = DIRECT[route]
    elif route in BESIDE:
        role, known, old, new = BESIDE[route]
        path = world.examples[known].path.replace(old, new)
    elif route in world.examples:
        role, path = world.examples[route].role, world.examples[route].path
    else:
        role, path = beside_the_row(world, route)
    walk, watch = world.window(role, language)
    yield from shown(walk, watch, in_language(path, language), route, account=world.accounts.get(role))


def shown(walk: Walk, watch: Watch, path: str, route: str, *, account: SignIn | None = None) -> Iterator[Walk]:
    walk.stay(path)
    if account is not None and "reauthenticate" not in route:
        confirm_if_asked(walk, account)
    assert route_of(path_of(walk.page)) == route, f"{path} leads on to {walk.page.url}"
    yield walk
    watch.check()


def beside_the_row(world: World, route: str) -> tuple[str, str]:
    row = world.examples[route.replace("/history/", "/change/")]
    return row.role, row.path.replace("/change/", "/history/")


def is_refused(world: World, route: str) -> bool:
    """Whether the history of a row is closed to whoever may see the row."""
    role, path = beside_the_row(world, route)
    return world.window(role, "vi")[0].page.request.get(path, max_redirects=0).status == 403


def answers_without_a_page(world: World, route: str) -> None:
    if route in NO_PAGE:
        status, _ = NO_PAGE[route]
    elif CASE_ACTION.match(route):
        status = BY_FORM_ONLY
    elif SHORT.match(route):
        status = 302
    elif NOT_OFFERED.match(route):
        # Nobody is offered this, so nobody may do it by typing the address either.
        for role in ("agent", "dpo", "admin"):
            answer = world.window(role, "vi")[0].page.request.get(address_of(world, route), max_redirects=0)
            assert answer.status in (302, 403, 404), f"{role} gets {answer.status}"
        return
    else:
        pytest.fail(f"nobody visits {route}: no link leads there, and tests/journeys/visits.py does not know it")
    role = "admin" if route.startswith("staff/") else "person"
    answer = world.window(role, "vi")[0].page.request.get(made_up_path(route), max_redirects=0)
    assert answer.status == status, f"{answer.status} instead of {status}: {answer.url}"


def address_of(world: World, route: str) -> str:
    """The address of a row that exists, where one is known."""
    change = world.examples.get(route.replace("/delete/", "/change/"))
    return change.path.replace("/change/", "/delete/") if change and "/delete/" in route else made_up_path(route)

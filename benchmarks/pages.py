"""The account page: its queries at two sizes of history, and its time against a page that does nothing."""

import statistics
import time
from collections.abc import Callable

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path

from accounts.models import User
from benchmarks.figures import Figure
from core import clock
from personal_data.services.holding import write_item
from policies import selectors as policies
from privacy_portal.urls import urlpatterns as portal_addresses

PATH = "/vi/account/data/"
EMPTY = "/benchmark-empty/"
ROUNDS = 15


def empty(request: HttpRequest) -> HttpResponse:
    """A view that does nothing, behind the whole middleware."""
    return HttpResponse("")


urlpatterns = [path(EMPTY.removeprefix("/"), empty), *portal_addresses]


def measure(person: User) -> list[Figure]:
    """Queries with 10 and with 1,000 items in the history of one person, and the time of both pages in turn."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get(PATH)
    _fill_history(person, 10)
    few = _queries(client)
    _fill_history(person, 1000)
    many = _queries(client)
    with override_settings(ROOT_URLCONF="benchmarks.pages"):
        pairs = [(_seconds(lambda: client.get(PATH)), _seconds(lambda: client.get(EMPTY))) for _ in range(ROUNDS)]
    page, nothing = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    return [
        Figure("account page, queries with 10 items of history", few, "", "<= 15"),
        Figure("account page, queries with 1,000 items of history", many, "", "the same"),
        Figure(
            "account page against an empty view",
            round(ratio, 1),
            "x",
            "",
            f"{page * 1e3:.0f} ms, {nothing * 1e3:.1f} ms",
        ),
    ]


def _fill_history(person: User, count: int) -> None:
    now = clock.now()
    version = policies.version_in_force(now)
    assert version is not None and person.subject_id is not None
    field = next(spec.code for spec in policies.fields(version) if spec.kind == "text")
    for number in range(count):
        write_item(subject_id=person.subject_id, field=field, value=f"Bản ghi {number}", by=person, now=now)


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connections["default"]) as data, CaptureQueriesContext(connections["keys"]) as keys:
        assert client.get(PATH).status_code == 200
    return len(data) + len(keys)


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began

"""What the log says of a request: the route it led to, never the address as typed."""

import io
import logging
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from privacy_portal.logs import RoutesNotAddresses

TYPED = "hoa.tran@example.vn"


@pytest.fixture
def printed() -> Iterator[io.StringIO]:
    """What a handler with the console's filter prints of requests."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(RoutesNotAddresses())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield out
    logger.removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/vi/no-such-page/{TYPED}/", f"/vi/policy/versions/9999/?about={TYPED}"])
def test_a_typed_address_stays_out_of_the_log(client: Client, path: str, printed: io.StringIO) -> None:
    assert client.get(path).status_code == 404
    assert "Not Found" in printed.getvalue()
    assert TYPED not in printed.getvalue() and "9999" not in printed.getvalue()


def test_the_console_uses_it() -> None:
    assert settings.LOGGING["filters"]["routes_not_addresses"]["()"] == "privacy_portal.logs.RoutesNotAddresses"
    assert "routes_not_addresses" in settings.LOGGING["handlers"]["console"]["filters"]


def test_other_lines_are_left_as_they_are() -> None:
    record = logging.LogRecord("any", logging.INFO, "file", 1, "task %s done", ("sweep",), None)
    assert RoutesNotAddresses().filter(record) and record.getMessage() == "task sweep done"

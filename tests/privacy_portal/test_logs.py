"""What the log says of a request: the route it led to, never the address as typed."""

import logging

import pytest
from django.conf import settings
from django.test import Client
from django.utils.log import configure_logging

TYPED = "hoa.tran@example.vn"


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/vi/no-such-page/{TYPED}/", f"/vi/policy/versions/9999/?about={TYPED}"])
def test_a_typed_address_stays_out_of_the_log(client: Client, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(settings.LOGGING_CONFIG, {**settings.LOGGING, "root": {"handlers": ["console"], "level": "INFO"}})
    try:
        assert client.get(path).status_code == 404
    finally:
        configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    printed = capsys.readouterr().err
    assert "django.request" in printed
    assert TYPED not in printed and "9999" not in printed


def test_other_lines_are_left_as_they_are() -> None:
    from privacy_portal.logs import RoutesNotAddresses

    record = logging.LogRecord("any", logging.INFO, "file", 1, "task %s done", ("sweep",), None)
    assert RoutesNotAddresses().filter(record) and record.getMessage() == "task sweep done"

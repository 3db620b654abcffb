"""What the other tests rely on."""

import socket

import pytest
from django.contrib.auth.models import Permission
from django.db import connections

from core.models import Holiday
from tests.harness.isolation import NetworkUsed


@pytest.mark.parametrize("host", ["192.0.2.1", "example.vn", "2001:db8::1"])
def test_the_network_is_off(host: str) -> None:
    with pytest.raises(NetworkUsed):
        socket.create_connection((host, 80), timeout=1)


def test_this_machine_is_not_the_network() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=1).close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_committed_row_is_gone_in_the_next_test(turn: int) -> None:
    assert Holiday.objects.count() == 0
    Holiday.objects.create(day="2026-01-01", name=f"turn {turn}")
    assert Permission.objects.exists(), "what migrations made stays"
    with connections["default"].cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)

"""Beat rings without the library, in words the library's worker understands."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from celery import Celery
from kombu import Connection, Consumer, Message, Queue
from redis import Redis

from privacy_portal import broker, doorbell, embedded
from privacy_portal.beat import PAUSE_SECONDS, Beat
from privacy_portal.doorbell import LibraryLine, OwnLine, line_to
from privacy_portal.schedule import SCHEDULE
from privacy_portal.supervision.servers import EmbeddedServers
from tests.ops.installation import free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("servers")]

PASSWORD = "p@ss:wörd/1"
TASK = "core.heartbeat"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("doorbell") / "home"
    with EmbeddedServers(place, with_postgres=False):
        yield place


@pytest.fixture
def valkey(home: Path) -> "Iterator[Redis]":
    with Redis(unix_socket_path=str(embedded.valkey_socket(home))) as client:
        client.flushall()
        yield client


def address(home: Path) -> str:
    return f"redis+socket://{embedded.valkey_socket(home)}"


@contextmanager
def line(home_or_address: Path | str) -> Iterator[OwnLine]:
    """A line that is closed at the end."""
    given = home_or_address if isinstance(home_or_address, str) else address(home_or_address)
    with closing(OwnLine(given)) as opened:
        yield opened


def waiting(valkey: "Redis") -> list[dict[str, Any]]:
    return [json.loads(text) for text in valkey.lrange(doorbell.QUEUE, 0, -1)]  # type: ignore[union-attr]


def test_its_message_is_the_one_the_library_sends(home: Path, valkey: "Redis") -> None:
    broker.use()
    with Celery("like the worker's", broker=address(home), set_as_current=False, fixups=[]) as app:
        app.conf.update(task_default_queue=doorbell.QUEUE, task_serializer="json")
        app.send_task(TASK, ignore_result=True)
    with line(home) as own_line:
        own_line.ring(TASK)
    own, of_library = waiting(valkey)
    for found in (own, of_library):  # what differs from one message to the next
        assert found["headers"]["id"] == found["headers"]["root_id"] == found["properties"]["correlation_id"]
        for place, name in (
            ("headers", "id"),
            ("headers", "root_id"),
            ("headers", "origin"),
            ("properties", "correlation_id"),
            ("properties", "reply_to"),
            ("properties", "delivery_tag"),
        ):
            assert found[place].pop(name)
    assert own == of_library


def test_a_consumer_of_the_library_takes_it(home: Path, valkey: "Redis") -> None:
    taken: list[tuple[Any, Message]] = []

    def take(body: Any, message: Message) -> None:
        taken.append((body, message))
        message.ack()

    with line(home) as own_line:
        own_line.ring(TASK)
    broker.use()
    with (
        Connection(address(home)) as link,
        link.channel() as channel,
        Consumer(channel, Queue(doorbell.QUEUE), callbacks=[take], accept=["json"]),
    ):
        while not taken:
            link.drain_events(timeout=5)
    assert [(body[:2], message.headers["task"]) for body, message in taken] == [([[], {}], TASK)]


def test_over_the_network_with_a_password_and_a_number(home: Path, valkey: "Redis") -> None:
    port = free_port()
    valkey.config_set("port", port)
    valkey.config_set("requirepass", PASSWORD)
    try:
        with line(f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/1") as knowing:
            knowing.ring(TASK)
        with line(f"redis://127.0.0.1:{port}/1") as stranger, pytest.raises(OSError, match="refuses"):
            stranger.ring(TASK)
        with Redis(port=port, password=PASSWORD, db=1) as first:
            assert len(waiting(first)) == 1
    finally:
        valkey.config_set("requirepass", "")
        valkey.config_set("port", 0)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("redis+socket:///srv/portal/run/sockets/valkey.sock", OwnLine),
        ("redis://:secret@broker:6379/0", OwnLine),
        ("rediss://:secret@broker:6379/0", LibraryLine),
        ("redis://broker:6379/0?socket_keepalive=1", LibraryLine),
        ("sentinel://broker:26379", LibraryLine),
    ],
)
def test_what_it_does_not_speak_goes_by_the_library(given: str, kind: type) -> None:
    assert type(line_to(given)) is kind


def test_it_rings_for_everything_at_once_and_then_by_the_schedule(home: Path, valkey: "Redis") -> None:
    with line(home) as open_line:
        beat = Beat(open_line, now=100.0)
        assert beat.turn(now=100.0) == min(SCHEDULE.values())
        assert sorted(found["headers"]["task"] for found in waiting(valkey)) == sorted(SCHEDULE)
        valkey.flushall()
        assert beat.turn(now=104.0) == 1.0
        assert waiting(valkey) == []
        beat.turn(now=105.0)
    assert {found["headers"]["task"] for found in waiting(valkey)} == {
        name for name, seconds in SCHEDULE.items() if seconds <= 5
    }


def test_while_the_broker_is_gone_it_says_so_once_and_forgets_nothing(
    tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path_factory.mktemp("doorbell") / "home"
    with line(place) as open_line:
        with EmbeddedServers(place, with_postgres=False):
            beat = Beat(open_line, now=0.0)
            beat.turn(now=0.0)
        with caplog.at_level(logging.WARNING):
            assert [beat.turn(now=now) for now in (20.0, 21.0, 22.0)] == [PAUSE_SECONDS] * 3
        assert len(caplog.records) == 1
        with EmbeddedServers(place, with_postgres=False):
            beat.turn(now=23.0)
            with Redis(unix_socket_path=str(embedded.valkey_socket(place))) as client:
                assert {found["headers"]["task"] for found in waiting(client)} == {
                    name for name, seconds in SCHEDULE.items() if seconds <= 20
                }

"""Web and beat ring without the library, in words the library's worker understands."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from celery import Celery
from kombu import Connection, Consumer, Message, Queue
from redis import Redis

from privacy_portal import broker, doorbell, embedded
from privacy_portal.beat import PAUSE_SECONDS, Beat
from privacy_portal.schedule import SCHEDULE
from privacy_portal.supervision.servers import EmbeddedServers
from tests.ops.installation import BASE, free_port
from tests.production import clean_environment, made_up

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("servers")]

PASSWORD = "p@ss:wörd/1"
TASK = "dsr_requests.fulfil"
ARGUMENTS: dict[str, str | int] = {"request_id": 7, "words": "đủ “và”"}
SECONDS = 2.0


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


def waiting(valkey: "Redis") -> list[dict[str, Any]]:
    return [json.loads(text) for text in valkey.lrange(doorbell.QUEUE, 0, -1)]  # type: ignore[union-attr]


def test_its_message_is_the_one_the_library_sends(home: Path, valkey: "Redis") -> None:
    broker.use()
    with Celery("like the worker's", broker=address(home), set_as_current=False, fixups=[]) as app:
        app.conf.update(task_default_queue=doorbell.QUEUE, task_serializer="json")
        app.send_task(TASK, kwargs=ARGUMENTS, ignore_result=True)
    doorbell.put(address(home), TASK, ARGUMENTS, seconds=SECONDS)
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

    doorbell.put(address(home), TASK, ARGUMENTS, seconds=SECONDS)
    broker.use()
    with (
        Connection(address(home)) as link,
        link.channel() as channel,
        Consumer(channel, Queue(doorbell.QUEUE), callbacks=[take], accept=["json"]),
    ):
        while not taken:
            link.drain_events(timeout=5)
    assert [(body[:2], message.headers["task"]) for body, message in taken] == [([[], ARGUMENTS], TASK)]


def test_over_the_network_with_a_password_and_a_number(home: Path, valkey: "Redis") -> None:
    port = free_port()
    valkey.config_set("port", port)
    valkey.config_set("requirepass", PASSWORD)
    try:
        known = f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/1"
        doorbell.ping(known, seconds=SECONDS)
        doorbell.put(known, TASK, {}, seconds=SECONDS)
        with pytest.raises(OSError, match="refuses"):
            doorbell.put(f"redis://127.0.0.1:{port}/1", TASK, {}, seconds=SECONDS)
        with Redis(port=port, password=PASSWORD, db=1) as first:
            assert len(waiting(first)) == 1
    finally:
        valkey.config_set("requirepass", "")
        valkey.config_set("port", 0)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("redis+socket:///srv/portal/run/sockets/valkey.sock", True),
        ("redis://:secret@broker:6379/0", True),
        ("rediss://:secret@broker:6379/0", False),
        ("redis://broker:6379/0?socket_keepalive=1", False),
        ("sentinel://broker:26379", False),
    ],
)
def test_what_it_does_not_speak_goes_by_the_library(given: str, expected: bool) -> None:
    assert doorbell.speaks(given) is expected


def test_the_library_puts_the_same_on_the_list(home: Path, valkey: "Redis") -> None:
    """An address with options, in a process of its own that has no other application than the portal's."""
    done = python(
        "from django.conf import settings; from privacy_portal import celery, doorbell;"
        f"doorbell.put(settings.REDIS_URL, {TASK!r}, {{}}, seconds=2)",
        REDIS_URL=f"{address(home)}?virtual_host=0",
    )
    assert done.returncode == 0, done.stderr
    assert [found["headers"]["task"] for found in waiting(valkey)] == [TASK]
    doorbell.ping(f"{address(home)}?db=0", seconds=SECONDS)
    with pytest.raises(OSError, match="does not answer"):
        doorbell.ping(f"{address(home)}.gone?db=0", seconds=SECONDS)


def test_neither_web_nor_beat_loads_the_library(tmp_path: Path) -> None:
    told = "import sys; print(sorted({name.split('.')[0] for name in sys.modules} & {'celery', 'kombu', 'redis'}))"
    web = "from privacy_portal import gunicorn_conf, wsgi; gunicorn_conf._load_what_the_first_pages_would()"
    for loaded in (web, "from privacy_portal import beat"):
        done = python(f"{loaded}; {told}", PORTAL_HOME=str(tmp_path / "home"))
        assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def python(program: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """A program of a process of its own, with a demo's settings."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=BASE,
        env={
            **clean_environment(),
            **made_up(),
            "DJANGO_SETTINGS_MODULE": "privacy_portal.settings",
            "DATABASE_URL": "",
            "KEYS_DATABASE_URL": "",
            "REDIS_URL": "",
            **settings,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_rings_for_everything_at_once_and_then_by_the_schedule(home: Path, valkey: "Redis") -> None:
    beat = Beat(address(home), now=100.0)
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
    with EmbeddedServers(place, with_postgres=False):
        beat = Beat(address(place), now=0.0)
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

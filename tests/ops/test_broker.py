"""A broker that dies while messages wait for their acknowledgement does not leave a worker waiting for ever."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Consumer, Message, Producer, Queue

from privacy_portal import broker, embedded
from privacy_portal.supervision import processes
from privacy_portal.supervision.servers import EmbeddedServers

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("servers")]

LIMIT = 2
QUEUE = Queue("doorbells")


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("broker") / "home"
    with EmbeddedServers(place, with_postgres=False):
        yield place


def connection(home: Path) -> "Connection":
    broker.use()
    return Connection(f"redis+socket://{embedded.valkey_socket(home)}", transport_options={"max_retries": 0})


def kill_broker(home: Path) -> None:
    servers = EmbeddedServers(home, with_postgres=False)
    assert servers.valkey is not None
    pid = servers.valkey.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert processes.wait_until(lambda: not processes.is_alive(pid), seconds=10)


@pytest.mark.parametrize("answer", ["ack", "reject"])
def test_what_could_not_be_acknowledged_takes_no_place(home: Path, answer: str) -> None:
    taken: list[Message] = []

    def take(_body: Any, message: Message) -> None:
        taken.append(message)

    with connection(home) as link, link.channel() as channel:
        for number in range(LIMIT):
            Producer(channel).publish({"number": number}, routing_key=QUEUE.name, declare=[QUEUE])
        with Consumer(channel, QUEUE, callbacks=[take], prefetch_count=LIMIT):
            while len(taken) < LIMIT:
                link.drain_events(timeout=5)
            assert not channel.qos.can_consume()
            kill_broker(home)
            for message in taken:
                with pytest.raises(link.connection_errors):
                    getattr(message, answer)()
            assert channel.qos.can_consume()
            with pytest.raises(link.connection_errors):  # it listens again, and so hears that the connection is gone
                link.drain_events(timeout=5)
            channel.qos._delivered.clear()  # nothing to give back to a broker that is dead

"""Bringing the keys of 500,000 people, two each, under a new wrapping key, against the bare re-wrapping in memory.

The unit of the rotation is everything `rotate_keys` does to the keys of people: read a batch, open and wrap each anew,
write the batch and commit, until nothing stands under the old key, then count. The unit of the bare re-wrapping is to
open and wrap the same keys in memory, one after the other, in the same process. Run as a process of its own:
`python -m benchmarks.rotating`.
"""

import json
import os
import statistics
import time
import uuid
from dataclasses import asdict

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")
django.setup()

from django.conf import settings  # noqa: E402  after the applications are loaded
from django.db import connections  # noqa: E402

from benchmarks.figures import Figure  # noqa: E402
from core import clock  # noqa: E402
from core.actors import SYSTEM  # noqa: E402
from core.encryption import new_key, rewrap, wrap  # noqa: E402
from personal_data.enums import KeyKind  # noqa: E402
from personal_data.keys import copy_keys, key_context  # noqa: E402
from personal_data.services.rotating import PeopleKeys, rotate  # noqa: E402
from privacy_portal import embedded  # noqa: E402
from privacy_portal.supervision.servers import EmbeddedServers  # noqa: E402

PEOPLE = int(os.environ.get("PORTAL_BENCH_KEYS", "1000000")) // 2
ROUNDS = 3
CHUNK = 10_000
BARE = 100_000


def measure() -> list[Figure]:
    """The ratio of the two speeds, the median of several turns, each to a key of its own."""
    with EmbeddedServers(settings.PORTAL_HOME), _superuser() as server:
        before = settings.PORTAL_KEYS
        people = [uuid.uuid4() for _ in range(PEOPLE)]
        try:
            _write_keys(people)
            turns = [_turn(number) for number in range(ROUNDS)]
        finally:
            server.execute("DELETE FROM personal_data_subjectkey WHERE subject_ref = ANY(%s)", [people])
            _rotate_back(before)
            connections.close_all()
    ratios = [rotated / bare for bare, rotated in turns]
    bare, rotated = (statistics.median(speeds) for speeds in zip(*turns, strict=True))
    note = f"bare {bare / 1000:.0f}, rotation {rotated / 1000:.0f} thousand keys a second, median of {ROUNDS}"
    return [Figure("rotation against bare re-wrapping", round(statistics.median(ratios), 2), "x", ">= 0.3", note)]


def _turn(number: int) -> tuple[float, float]:
    """Keys a second: in memory, and as the command does it."""
    settings.PORTAL_KEYS = {f"bench{number}": new_key(), **settings.PORTAL_KEYS}
    context = key_context(uuid.uuid4(), KeyKind.DATA)
    blobs = [wrap(new_key(), context=context) for _ in range(BARE)]
    bare = _bare(blobs, context)
    began = time.perf_counter()
    done = rotate(by=SYSTEM, now=clock.now())
    took = time.perf_counter() - began
    assert done.rewrapped[PeopleKeys.name] >= PEOPLE * 2 and set(done.removable) == set(done.left)
    return BARE * 2 / (bare + _bare(blobs, context)), done.rewrapped[PeopleKeys.name] / took


def _bare(blobs: list[bytes], context: str) -> float:
    """Seconds for all of them; asked before and after, because other work on the machine comes and goes."""
    began = time.perf_counter()
    for blob in blobs:
        rewrap(blob, context=context)
    return time.perf_counter() - began


def _rotate_back(before: dict[str, bytes]) -> None:
    """Leave the installation with the keys it had."""
    settings.PORTAL_KEYS = {**before, **settings.PORTAL_KEYS}
    rotate(by=SYSTEM, now=clock.now())
    settings.PORTAL_KEYS = before


def _write_keys(people: list[uuid.UUID]) -> None:
    now = clock.now().isoformat()
    for start in range(0, len(people), CHUNK):
        copy_keys(
            f"{one}\t{kind.value}\t\\\\x{wrap(new_key(), context=key_context(one, kind)).hex()}\t{now}\n"
            for one in people[start : start + CHUNK]
            for kind in (KeyKind.DATA, KeyKind.EVIDENCE)
        )


def _superuser() -> "psycopg.Connection[tuple[object, ...]]":
    dsn = embedded.superuser_dsn(settings.PORTAL_HOME, dbname=embedded.KEYS_DATABASE)
    return psycopg.connect(**dsn, autocommit=True)


if __name__ == "__main__":
    print(json.dumps([asdict(figure) for figure in measure()]))

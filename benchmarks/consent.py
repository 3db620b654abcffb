"""Consent answers against a bare INSERT loop, in turn, on the same server.

The unit of an answer is `record_answers` as the pages call it: the wrapped evidence key read from the keys database and
opened, the evidence sealed, then one call that writes ledger entry, audit entry, purpose state and job, checked by the
guard, in one commit. Taking back is told apart, because the erasure register is written to the disk first. The unit of
the loop is one autocommitted INSERT through psycopg alone: the same facts as one row of a table with nothing but a
primary key. Turns are short and interleaved, because other work on the machine comes and goes.
"""

import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings

from benchmarks.figures import Figure
from consent.answers import Answer, ConsentKey
from consent.services.asking import question_by_key
from consent.services.granting import record_answers
from core import clock
from core.actors import SYSTEM
from personal_data.keys import evidence_key
from personal_data.services.subjects import create_subject
from policies import selectors as policies

# Each turn takes a group of people, so that nobody answers more often than people do.
PEOPLE = 500
GROUPS = 10
TURNS = 60
_EVIDENCE = {"network": "192.0.2.0/24", "browser": "Firefox, Linux"}
_COLUMNS = (
    "subject_ref uuid, purpose text, channel text, recipient_class text, reply text, version integer, "
    "wording_hash bytea, scope_hash bytea, language text, method text, at timestamptz, act uuid, sealed_evidence bytea"
)
_MAKE = f"CREATE TABLE public.benchmark_bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {_COLUMNS})"
_INSERT = (
    "INSERT INTO public.benchmark_bare (subject_ref, purpose, channel, recipient_class, reply, version, "
    "wording_hash, scope_hash, language, method, at, act, sealed_evidence) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
Times = dict[str, float]
_HASH, _SEALED = b"x" * 32, b"y" * 90


def measure() -> list[Figure]:
    """Answers per INSERT, for forms of one answer and of four, and what reading the key takes of it."""
    now = clock.now()
    version = policies.version_in_force(now)
    assert version is not None
    people = [create_subject(by=SYSTEM, now=now, language="vi").pk for _ in range(PEOPLE)]
    asked = list(question_by_key(version, "vi"))

    def group(turn: int) -> list[uuid.UUID]:
        return people[turn % GROUPS :: GROUPS]

    def form(keys: Sequence[ConsentKey]) -> Callable[[int], None]:
        def send(turn: int) -> None:
            for person in group(turn):
                written = record_answers(
                    subject_id=person,
                    answers=[Answer(key, granted=_gives(turn)) for key in keys],
                    version=version,
                    language="vi",
                    evidence=_EVIDENCE,
                    by=SYSTEM,
                    now=clock.now(),
                )
                assert len(written) == len(keys)  # an answer that changed nothing would be cheap

        return send

    def read_keys(turn: int) -> None:
        for person in group(turn):
            evidence_key(person)

    # A channel, a purpose without one, and classes of recipients; not the one that deletes devices when it ends.
    plain = [key for key in asked if not question_by_key(version, "vi")[key].about_devices]
    one, four = plain[:1], plain[1:5]
    with _bare_table() as connection:

        def insert(turn: int) -> None:
            for person in group(turn):
                connection.execute(_INSERT, _row(person))

        times = _in_turn({"insert": insert, "one": form(one), "key": read_keys, "four": form(four)})
    given, taken_back = times[0], times[1]
    return [
        _figure(
            "one consent given per bare INSERT",
            given,
            lambda t: t["insert"] / (t["one"] - t["key"]),
            ">= 0.4",
            "key at hand",
        ),
        _figure(
            "one consent given per bare INSERT, key read too",
            given,
            lambda t: t["insert"] / t["one"],
            "",
            "as a page does it",
        ),
        _figure(
            f"answers of a form of {len(four)} per bare INSERT",
            given,
            lambda t: len(four) * t["insert"] / t["four"],
            ">= 1.0",
            "key read too",
        ),
        _figure(
            "one consent taken back per bare INSERT",
            taken_back,
            lambda t: t["insert"] / t["one"],
            "",
            "with the erasure register, written to the disk before the commit",
        ),
    ]


def _gives(turn: int) -> bool:
    """Whether the people of a turn give their consent; in the next they take it back."""
    return turn // GROUPS % 2 == 0


def _in_turn(actions: dict[str, Callable[[int], None]]) -> tuple[list[Times], list[Times]]:
    """Seconds of each action in the turns that give, and in those that take back. The first answers are not counted."""
    rows: tuple[list[Times], list[Times]] = ([], [])
    for turn in range(-GROUPS, TURNS):
        row = {}
        for name, action in actions.items():
            began = time.perf_counter()
            action(turn)
            row[name] = time.perf_counter() - began
        if turn >= 0:
            rows[0 if _gives(turn) else 1].append(row)
    return rows


def _figure(name: str, times: Sequence[Times], ratio: Callable[[Times], float], goal: str, note: str) -> Figure:
    """The ratio of the medians; the quartiles of the single turns show how much the machine was disturbed."""
    middle = ratio({action: statistics.median(turn[action] for turn in times) for action in times[0]})
    low, _, high = statistics.quantiles([ratio(turn) for turn in times], n=4)
    return Figure(name, round(middle, 2), "", goal, f"{note}; {len(times)} turns, half of them {low:.2f} to {high:.2f}")


def _row(person: uuid.UUID) -> tuple[object, ...]:
    return (
        person, "marketing", "email", "", "GRANTED", 1,
        _HASH, _HASH, "vi", "ACCOUNT", clock.now(), uuid.uuid4(), _SEALED,
    )  # fmt: skip


@contextmanager
def _bare_table() -> "Iterator[psycopg.Connection[Any]]":
    """A connection of the application's role, and a table the owner made for it and drops afterwards."""
    with _connect(settings.DATABASE_OWNERS["default"]) as owner, _connect(settings.DATABASES["default"]) as connection:
        owner.execute("DROP TABLE IF EXISTS public.benchmark_bare")
        owner.execute(_MAKE)
        owner.execute(f"GRANT INSERT ON public.benchmark_bare TO {settings.DATABASE_APP_ROLE}")
        try:
            yield connection
        finally:
            owner.execute("DROP TABLE public.benchmark_bare")


def _connect(given: dict[str, Any]) -> "psycopg.Connection[Any]":
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return psycopg.connect(**{name: given[key] for name, key in names.items() if given.get(key)}, autocommit=True)

"""Consent answers against a bare INSERT loop, in turn, on the same server.

The unit of an answer is all that a form does: wrapped evidence key read from the keys database, evidence sealed, then one call that
writes ledger entries, audit entries, purpose state and job, checked by the guard, in one commit. The unit of the loop is one
autocommitted INSERT of a row as wide as a ledger entry, through psycopg alone, into a table with the same number of indexes.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from benchmarks.figures import Figure
from consent.answers import Answer
from consent.services.asking import questions
from consent.services.granting import record_answers
from core import clock
from core.actors import SYSTEM
from personal_data.services.subjects import create_subject
from policies import selectors as policies
from policies.models import PolicyVersion

PAIRS = 9
ROUNDS = 300
TABLE = "benchmark_bare"
_INSERT = (
    "INSERT INTO benchmark_bare (subject_ref, purpose, channel, reply, version, wording, language, method, at, evidence)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_EVIDENCE = {"network": "192.0.2.0/24", "browser": "Firefox, Linux"}


def measure() -> list[Figure]:
    """Ratios of answers to INSERTs: forms of one answer and of four."""
    now = clock.now()
    version = policies.version_in_force(now)
    assert version is not None
    subject_id = create_subject(by=SYSTEM, now=now, language="vi").pk
    asked = [question.key for question in questions(version, "vi")]

    def answer(count: int, *, granted: bool) -> None:
        given = [Answer(key, granted) for key in asked[:count]]
        record_answers(
            subject_id=subject_id,
            answers=given,
            version=version,
            language="vi",
            evidence=_EVIDENCE,
            by=SYSTEM,
            now=clock.now(),
        )

    with psycopg.connect(**_connection("default"), autocommit=True) as bare, _table():
        four = min(4, len(asked))
        ones = _ratios(lambda turn: answer(1, granted=turn % 2 == 0), bare, 1, now)
        several = _ratios(lambda turn: answer(four, granted=turn % 2 == 0), bare, four, now)
    return [_figure("one consent answer per bare INSERT", ones, ">= 0.4"), _figure(f"answers of a form of {four} per bare INSERT", several, ">= 1.0")]


def _figure(name: str, ratios: Sequence[float], goal: str) -> Figure:
    spread = f"median of {len(ratios)} pairs, {min(ratios):.2f} to {max(ratios):.2f}"
    return Figure(name, round(statistics.median(ratios), 2), "", goal, spread)


def _ratios(
    answer: Callable[[int], None], bare: "psycopg.Connection[Any]", answers: int, now: datetime
) -> list[float]:
    answer(0)
    ratios = []
    for pair in range(PAIRS):
        began = time.perf_counter()
        for turn in range(ROUNDS):
            answer(turn + 1 + pair)
        ours = answers * ROUNDS / (time.perf_counter() - began)
        began = time.perf_counter()
        with bare.cursor() as cursor:
            for turn in range(ROUNDS):
                row = [f"subject-{turn}", "marketing", "email", "GRANTED", 1, b"x" * 32, "vi", "ACCOUNT", now, b"y" * 90]
                cursor.execute(_INSERT, row)
        ratios.append(ours / (ROUNDS / (time.perf_counter() - began)))
    return ratios


class _table:
    """The bare table, made and dropped by the owner."""

    def __enter__(self) -> None:
        self._run(
            f"DROP TABLE IF EXISTS {TABLE}",
            f"CREATE TABLE {TABLE} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, subject_ref text, purpose text,"
            " channel text, reply text, version int, wording bytea, language text, method text, at timestamptz, evidence bytea)",
            f"CREATE INDEX ON {TABLE} (subject_ref, id)",
            f"GRANT INSERT ON {TABLE} TO {settings.DATABASE_APP_ROLE}",
        )

    def __exit__(self, *error: object) -> None:
        self._run(f"DROP TABLE {TABLE}")

    def _run(self, *statements: str) -> None:
        with psycopg.connect(**_connection("owner"), autocommit=True) as owner:
            for statement in statements:
                owner.execute(sql.SQL(statement))  # type: ignore[arg-type]


def _connection(role: str) -> dict[str, Any]:
    given = settings.DATABASES["default"] if role == "default" else settings.DATABASE_OWNERS["default"]
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {ours: given[theirs] for theirs, ours in names.items() if given.get(theirs)}

"""/healthz and /readyz, the role behind them, and what the log leaves out."""

import logging
import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.db import connections
from django.test import Client, override_settings

from core import clock
from core.models import SweepState
from core.queue import ring
from privacy_portal.database_roles import as_owner
from privacy_portal.logs import Reticent, TaskFailures

pytestmark = pytest.mark.django_db


def beat(age: timedelta) -> None:
    SweepState.objects.update_or_create(
        name="core.heartbeat", defaults={"last_succeeded_at": clock.now() - age, "failures_in_a_row": 0}
    )


def test_the_process_answers_without_asking_anybody(client: Client, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_when_everything_answers(client: Client) -> None:
    beat(timedelta(seconds=5))
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json()
    assert answer["Cache-Control"].startswith("max-age=0")


@pytest.mark.parametrize("age", [None, timedelta(minutes=5)])
def test_not_ready_while_no_worker_answers(client: Client, age: timedelta | None) -> None:
    if age is not None:
        beat(age)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert [name for name, check in answer.json()["checks"].items() if not check["ok"]] == ["worker"]


def test_not_ready_without_a_broker(client: Client, tmp_path: Path) -> None:
    beat(timedelta(seconds=5))
    with override_settings(REDIS_URL=f"redis+socket://{tmp_path}/nobody.sock"):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert not answer.json()["checks"]["broker"]["ok"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_asking_changes_nothing(client: Client, method: str) -> None:
    assert getattr(client, method)("/readyz").status_code == 405


def test_everything_runs_as_a_role_that_owns_nothing() -> None:
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_user, pg_catalog.has_table_privilege('django_migrations', 'INSERT')")
            assert cursor.fetchone() == ("portal_app", False)
    assert [found for found in run_checks(databases=list(connections)) if found.id.startswith("portal.E")] == []


@pytest.mark.django_db(transaction=True)
def test_serving_as_the_owner_is_reported() -> None:
    with as_owner("default"):
        found = {message.id for message in run_checks(databases=["default"])}
    assert "portal.E001" in found


@pytest.mark.parametrize("silence", ["nobody listens", "nobody answers"])
def test_a_silent_broker_costs_a_moment_and_no_error(tmp_path: Path, silence: str) -> None:
    """The bound is 100 ms; the test allows for a busy machine."""
    path = tmp_path / "silent.sock"
    with socket.socket(socket.AF_UNIX) as server, override_settings(REDIS_URL=f"redis+socket://{path}"):
        if silence == "nobody answers":
            server.bind(str(path))
            server.listen(5)
        begun = time.monotonic()
        ring("core.heartbeat")
        assert time.monotonic() - begun < 0.4


def test_the_log_tells_where_and_what_kind_never_the_text() -> None:
    record = logging.LogRecord("portal", logging.ERROR, __file__, 1, "it failed", None, None)
    try:
        try:
            int("lan@example.vn")
        except ValueError as fault:
            raise LookupError("0912 345 678") from fault
    except LookupError as fault:
        record.exc_info = (type(fault), fault, fault.__traceback__)
    text = Reticent("{message}", style="{").format(record)
    assert "LookupError" in text
    assert "ValueError" in text
    assert "test_health.py" in text
    assert "lan@" not in text
    assert "0912" not in text


def test_a_failed_task_is_named_without_its_arguments() -> None:
    context = {
        "name": "outbound.deliver_due",
        "description": "raised unexpected",
        "exc": "lan@example.vn",
        "args": "[1]",
    }
    record = logging.LogRecord(
        "celery.app.trace", logging.ERROR, __file__, 1, "Task %(name)s %(exc)s", (context,), None
    )
    assert TaskFailures().filter(record)
    assert record.getMessage() == "task outbound.deliver_due raised unexpected"

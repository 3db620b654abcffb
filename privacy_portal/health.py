"""Whether the portal lives and whether it can serve: for a load balancer, `manage.py up` and a container's health
check.
"""

import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock
from core.models import SweepState
from outbound.models import OutboxMessage
from personal_data import key_checks
from personal_data.services import register_standing
from privacy_portal import doorbell

HEARTBEAT = "core.heartbeat"
HEARTBEAT_SECONDS = 60  # beat rings every 10: five lost in a row are no accident
OLDEST_DUE_SECONDS = 15 * 60
BROKER_SECONDS = 0.5


@never_cache
@require_safe
def healthz(http: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(http: HttpRequest) -> JsonResponse:
    """200 when both databases, the broker and the worker answer and no job waits too long; else 503 saying what is
    wrong.

    Figures are ages in seconds; nothing personal is among them.
    """
    now = clock.now()
    checks: dict[str, dict[str, object]] = {}
    for alias in connections:
        checks[f"database:{alias}"] = _timed(lambda alias=alias: _ask_database(alias))  # type: ignore[misc]
    checks["broker"] = _timed(_ask_broker)
    if checks["database:keys"]["ok"]:
        checks["keys"] = _guarded(_ask_keys)
    if checks["database:default"]["ok"]:
        checks["register"] = _guarded(_ask_register)
        checks["worker"] = _guarded(lambda: _heartbeat(now))
        checks["oldest_due_job"] = _guarded(lambda: _oldest_due(now))
    ready = all(check["ok"] for check in checks.values())
    return JsonResponse({"status": "ready" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


def _ask_database(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_keys() -> dict[str, object]:
    """Whether the keys of this process are those of the installation; names of settings, never a key."""
    with connections["keys"].cursor() as cursor:
        found = key_checks.faults(cursor)
    return {"ok": not found, "reason": " ".join(found)} if found else {"ok": True}


def _ask_register() -> dict[str, object]:
    """Whether the database knows what the erasure register says; a code of the runbook, and how far it is behind."""
    found = register_standing.look()
    told: dict[str, object] = {"ok": found.is_open, "frames_behind": found.behind}
    return told if found.is_open else {**told, "reason": found.fault}


def _ask_broker() -> None:
    doorbell.ping(settings.REDIS_URL, seconds=BROKER_SECONDS)


def _heartbeat(now: datetime) -> dict[str, object]:
    """How long ago beat rang and a worker answered."""
    last = SweepState.objects.filter(name=HEARTBEAT).values_list("last_succeeded_at", flat=True).first()
    if last is None:
        return {"ok": False, "reason": "no worker has answered yet"}
    age = round((now - last).total_seconds(), 1)
    return {"ok": age <= HEARTBEAT_SECONDS, "age_seconds": age}


def _oldest_due(now: datetime) -> dict[str, object]:
    """How long the longest-waiting message has been due."""
    waiting = OutboxMessage.objects.filter(sent_at=None, failed_at=None, due_at__lte=now)
    due = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    age = 0.0 if due is None else round((now - due).total_seconds(), 1)
    return {"ok": age <= OLDEST_DUE_SECONDS, "age_seconds": age}


def _timed(ask: Callable[[], None]) -> dict[str, object]:
    begun = time.monotonic()
    try:
        ask()
    except (DatabaseError, OSError) as error:
        return {"ok": False, "reason": type(error).__name__}
    return {"ok": True, "milliseconds": round((time.monotonic() - begun) * 1000, 1)}


def _guarded(ask: Callable[[], dict[str, object]]) -> dict[str, object]:
    try:
        return ask()
    except DatabaseError as error:
        return {"ok": False, "reason": type(error).__name__}

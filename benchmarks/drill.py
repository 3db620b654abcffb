"""Faults at full size: a process is killed or the broker emptied while work is under way, and nothing may be lost or
done twice.

Each round files a mail and an erasure, strikes one fault at a random moment, waits until the portal is ready again,
and counts:
the mail went out exactly once, the person is erased and unreadable.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from tests.ops.installation import Up, running

ROUNDS = int(os.environ.get("PORTAL_DRILL_ROUNDS", "20"))
PATIENCE = 90.0
FAULTS = ("worker child", "whole worker", "web", "beat", "postgres", "valkey", "broker emptied", "none")


def main() -> None:
    """Run every round and print one line each; exit 1 when an effect was lost or doubled."""
    broken = 0
    with tempfile.TemporaryDirectory(prefix="portal-drill-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # the embedded servers may run as another account
        with running(home) as up:
            _use_installation(home, up.port)
            for number in range(ROUNDS):
                broken += not _round(up, number, FAULTS[number % len(FAULTS)])
    print(f"{ROUNDS} rounds, {broken} broken")
    sys.exit(1 if broken else 0)


def _round(up: Up, number: int, fault: str) -> bool:
    marker = f"drill-{number}-{random.randrange(10**9)}"
    subject_id = _give_work(marker)
    time.sleep(random.uniform(0, 0.6))
    _strike(up, fault)
    began = time.monotonic()
    fine = _until(lambda: up.readiness().get("ready") is True or up.get("/readyz")[0] == 200)
    ready_after = time.monotonic() - began
    fine = _until(lambda: _mails(up.home, marker) >= 1 and _is_erased(subject_id)) and fine
    done_after = time.monotonic() - began
    time.sleep(2)  # a second copy would come now
    mails = _mails(up.home, marker)
    fine = fine and mails == 1
    print(
        f"{number + 1:>3} {fault:<15} ready after {ready_after:5.1f} s, done after {done_after:5.1f} s, "
        f"mails {mails}: {'ok' if fine else 'BROKEN'}",
        flush=True,
    )
    return fine


def _use_installation(home: Path, port: int) -> None:
    os.environ.update(PORTAL_HOME=str(home), PORTAL_DEMO="1", PORT=str(port), PORTAL_LOG_LEVEL="CRITICAL")
    os.environ["DJANGO_SETTINGS_MODULE"] = "privacy_portal.settings"
    import django

    django.setup()


def _give_work(marker: str) -> UUID:
    from django.db import transaction

    from core import clock
    from core.actors import SYSTEM
    from outbound.services.queueing import queue_notice
    from personal_data.services.erasing import begin_erasure
    from personal_data.services.holding import write_item
    from personal_data.services.subjects import create_subject
    from policies import selectors as policies

    now = clock.now()
    version = policies.version_in_force(now)
    assert version is not None
    field = next(spec.code for spec in policies.fields(version) if spec.kind == "text")
    subject_id = create_subject(by=SYSTEM, now=now, language="vi").pk
    write_item(subject_id=subject_id, field=field, value=marker, by=SYSTEM, now=now)
    with transaction.atomic():
        queue_notice(
            notice="jobs-failing", to="drill@example.com", language="en", context={"jobs": f"- {marker}"}, now=now
        )
        begin_erasure(subject_id=subject_id, address="drill@example.com", by=SYSTEM, now=now)
    return subject_id


def _is_erased(subject_id: UUID) -> bool:
    from django.db import OperationalError, connections

    from personal_data import keys
    from personal_data.errors import KeyDestroyed
    from personal_data.models import DataItem, DataSubject

    try:
        gone = not DataItem.objects.filter(subject_id=subject_id).exists()
        erased = DataSubject.objects.get(pk=subject_id).state == "ERASED"
        keys.data_key(subject_id)
    except KeyDestroyed:
        return gone and erased
    except OperationalError:
        connections.close_all()
    return False


def _strike(up: Up, fault: str) -> None:
    workers = up.pids("privacy_portal.jobs worker")
    victims = {
        "worker child": workers[1:2],
        "whole worker": workers,
        "web": up.pids("gunicorn"),
        "beat": up.pids("privacy_portal.jobs beat"),
        "postgres": up.pids("bin/postgres")[:1],
        "valkey": up.pids("valkey-server"),
    }.get(fault, [])
    if fault == "broker emptied":
        from django.conf import settings
        from redis import Redis

        Redis.from_url(settings.REDIS_URL.replace("redis+socket://", "unix://", 1)).flushall()
    for pid in victims:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _mails(home: Path, marker: str) -> int:
    return sum(marker in path.read_text(errors="replace") for path in (home / "mail").glob("*.eml"))


def _until(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if holds():
                return True
        except OSError:
            pass
        time.sleep(0.2)
    return False


if __name__ == "__main__":
    main()

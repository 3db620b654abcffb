"""A process of a running installation that makes requests, holds the worker at a chosen step, and looks at the outcome.

One JSON object a line in, one out. It is started by `tests.ops.requests_faults`. To hold the worker it locks the row
that the worker marks at the end of a step: the step has then been carried out and is not committed.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")

import django

django.setup()

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from django.db import connection

from audit.models import AuditEntry
from cases.staff import officers
from core.queue import ring
from dsr_requests.enums import RequestKind
from dsr_requests.models import Request
from outbound.enums import FailureCode
from outbound.models import OutboxMessage
from personal_data.enums import AuditEvent, PackageError, PackageState
from personal_data.models import ErasureRun, Package, StoredFile
from tests.ops.answering import answer
from tests.ops.requests_left import found_anywhere, last_letters, openable, tables_kept, tables_with_values
from tests.ops.requests_made import SOME, Errand, ask, begin, begin_second, settle
from tests.ops.requests_right import confirm_orders, gone_otherwise, letters_of, wrong_with

RINGS = ("dsr_requests.fulfil", "personal_data.run_erasures", "personal_data.make_packages", "outbound.deliver_due")
# Where the worker can be held: the row it needs next, once it is there.
PLACES = {
    "fulfilment": (
        "SELECT id FROM dsr_requests_fulfilmentstep"
        " WHERE case_id = %(request)s AND kind = %(step)s AND state <> 'DONE' ORDER BY random() LIMIT 1 FOR UPDATE"
    ),
    "erasure": (
        "SELECT step.id FROM personal_data_erasurestep step JOIN personal_data_erasurerun run ON run.id = step.run_id"
        " WHERE run.basis = %(basis)s AND step.kind = %(step)s AND step.state <> 'DONE'"
        " ORDER BY random() LIMIT 1 FOR UPDATE OF step"
    ),
    "copy": "SELECT id FROM personal_data_package WHERE basis = %(basis)s AND state = %(step)s FOR UPDATE",
    "end of copy": (
        "SELECT person.id FROM personal_data_datasubject person"
        " JOIN personal_data_package package ON package.subject_id = person.id"
        " WHERE package.basis = %(basis)s AND package.state = %(step)s FOR UPDATE OF person"
    ),
}
FIND_SECONDS, BLOCK_SECONDS = 20.0, 60.0
_BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"

_holding = connection.copy()


def hold(argument: list[str]) -> dict[str, Any]:
    """Make a request and hold the worker in one of its steps; `held` is false when the worker was faster."""
    wish, place, step = argument
    release(None)
    errand = begin(wish, large="copy" in place)
    held = _lock(errand, place, step) and _is_blocked(errand)
    if not held:
        release(None)
    return {"errand": asdict(errand), "held": held}


def release(_nothing: object) -> None:
    """Let go of what is held."""
    if _holding.connection is not None:
        _holding.close()


def ask_both(argument: list[Any]) -> dict[str, Any]:
    """A copy of much data, and while it is being made a deletion, which has so many seconds to begin."""
    wish, seconds = argument
    copy = begin("copy", large=True)
    copy.cut_short, copy.without = wish == "everything", SOME if wish == "some" else ()
    held = _lock(copy, "copy", "BUILDING")
    both = [asdict(copy), asdict(begin_second(copy, wish))]
    time.sleep(seconds)
    release(None)
    return {"errands": both, "held": held}


def look(errands: list[dict[str, Any]]) -> list[str]:
    """What is wrong with these requests now; recipients confirm on the way."""
    found: list[str] = []
    officer: Any = officers().first()
    for one in errands:
        errand = Errand(**one)
        confirm_orders(errand, by=officer)
        found += wrong_with(errand)
        if errand.cut_short:
            found += gone_otherwise(errand)
    return found


def letters(errands: list[dict[str, Any]]) -> dict[str, str]:
    """Ids of the letters, and whether each has left, is in somebody's hands, or waits."""
    return {letter: state for one in errands for letter, state in letters_of(Errand(**one)).items()}


def bitten(fault: str) -> int:
    """How often so far a copy met a full disk, or a letter a mail server that is not there."""
    if fault == "mail down":
        return OutboxMessage.objects.filter(failure_code=FailureCode.UNREACHABLE).count()
    failed = AuditEntry.objects.filter(event=AuditEvent.PACKAGE_FAILED, details__reason=PackageError.DISK.value)
    return failed.count()


def decide(_nothing: object) -> dict[str, Any]:
    """Have staff accept the newest request to delete everything, which was filed on a page; and what it concerns."""
    request = Request.objects.filter(asked_for=RequestKind.DELETE).latest("received_at")
    assert request.about_id is not None
    held = tables_with_values(request.about_id)
    files = StoredFile.objects.filter(subject_id=request.about_id).values_list("pk", flat=True)
    errand = Errand("everything", request.pk, str(request.about_id), [str(pk) for pk in files])
    settle(request.pk)
    return {"errand": asdict(errand), "held": held}


def left(target: str) -> dict[str, Any]:
    """What of a deleted person is left by the tables, and what the plan keeps."""
    about = ErasureRun.objects.get(basis=target).subject_ref
    return {"openable": openable(target), "values": tables_with_values(about), "kept": tables_kept(target)}


def copy_ready(_nothing: object) -> bool:
    """Whether the copy asked for last is made."""
    package = Package.objects.order_by("-asked_at").first()
    return package is not None and package.state == PackageState.READY


def ring_all(times: int) -> None:
    """Ring for everything that carries requests out, several times."""
    for _ in range(times):
        for name in RINGS:
            ring(name)


def _lock(errand: Errand, place: str, step: str) -> bool:
    """Wait for the row and lock it."""
    names = {"request": errand.request, "basis": errand.target, "step": step}
    with _holding.cursor() as cursor:
        cursor.execute("BEGIN")
        for _ in _turns(FIND_SECONDS, every=0.002):
            cursor.execute(PLACES[place], names)
            if cursor.fetchone():
                return True
            if "copy" not in place and _is_past(errand):
                return False
    return False


def _is_past(errand: Errand) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM dsr_requests_request WHERE id = %s", [errand.request])
        return bool(cursor.fetchone()[0] == "CLOSED")


def _is_blocked(errand: Errand) -> bool:
    """Whether somebody waits for what is held, once the recipients have confirmed."""
    officer: Any = officers().first()
    with _holding.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (own,) = cursor.fetchone()
    with connection.cursor() as cursor:
        for _ in _turns(BLOCK_SECONDS, every=0.01):
            cursor.execute(_BLOCKED, [own])
            if cursor.fetchone()[0]:
                return True
            confirm_orders(errand, by=officer)
    return False


def _turns(seconds: float, *, every: float) -> Iterable[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(every)


ACTIONS: dict[str, Callable[..., Any]] = {
    "ask": ask,
    "ask_both": ask_both,
    "hold": hold,
    "release": release,
    "look": look,
    "letters": letters,
    "bitten": bitten,
    "decide": decide,
    "copy_ready": copy_ready,
    "found": found_anywhere,
    "last_letters": last_letters,
    "left": left,
    "ring": ring_all,
}


if __name__ == "__main__":
    answer(ACTIONS)

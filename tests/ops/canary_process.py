"""A process of a running installation that makes people, has them erased by every road, and looks at what is left.

One JSON object a line in, one out. It is started by `tests.ops.canary`.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")

import django

django.setup()

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from accounts.enums import Role
from accounts.models import User
from accounts.services.staffing import create_staff
from cases.services.filing import Sender
from cases.staff import officers
from core import clock
from core.actors import SYSTEM
from core.queue import ring
from dsr_requests.services.filing import file_request
from outbound.models import OutboxMessage
from personal_data.enums import PackageState, RunKind, RunState
from personal_data.errors_runs import RunUnderWay
from personal_data.models import (
    DataItem,
    DataSubject,
    Device,
    ErasureRun,
    Package,
    RetentionRun,
    StoredFile,
    SubjectKey,
    ValueHistory,
)
from personal_data.services.retention import begin_run, continue_run
from personal_data.storage import root
from tests.ops.answering import answer
from tests.ops.canary_people import erase, make, order_disposal
from tests.ops.requests_made import WISHES

PATIENCE = 60.0
# Letters that can only leave after the end; each stands alone for a day.
ENDS = ("erased:", "done:")
HELD = (DataItem, StoredFile, Device, ValueHistory)
RINGS = ("dsr_requests.fulfil", "personal_data.run_erasures", "personal_data.make_packages", "outbound.deliver_due")


def make_many(argument: list[Any]) -> list[dict[str, Any]]:
    """People of one road, numbered from a start."""
    road, start, count = argument
    return [make(road, number) for number in range(start, start + count)]


def ask_copies(people: list[dict[str, Any]]) -> int:
    """Have a copy made for some; how many are wanted by now."""
    for person in people:
        user = User.objects.get(subject_id=UUID(person["subject"]))
        file_request(
            form_token=uuid4(),
            sender=Sender(address=person["address"], language="vi", subject_id=user.subject_id),
            wish=WISHES["copy"],
            text="",
            proved=True,
            by=user,
            now=clock.now(),
        )
    return Package.objects.count()


def copies_ready(wanted: int) -> bool:
    """Whether as many copies wait to be fetched."""
    return Package.objects.filter(state=PackageState.READY).count() >= wanted


def erase_all(people: list[dict[str, Any]]) -> int:
    """Have everybody of these asked to be deleted."""
    for person in people:
        erase(person)
    return len(people)


def dispose(_nothing: object) -> int:
    """The officer orders what was held longest gone, and another officer approves; how many entries."""
    first: Any = officers().first()
    second = create_staff(
        address=f"{uuid4().hex}@example.vn",
        password=uuid4().hex,
        role=Role.DPO,
        staff_name="Đồng nghiệp",
        language="vi",
        by=SYSTEM,
        now=clock.now(),
    )
    return order_disposal(first, second)


def retain(_nothing: object) -> dict[str, Any]:
    """Run retention to its end, and once more for the people of whom nothing is left; what both say."""
    found: dict[str, Any] = {"items": 0, "people": 0}
    for _ in range(2):
        run = _begun()
        while not continue_run(run_id=run.pk, now=clock.now(), longest=None):
            time.sleep(0.2)
            run.refresh_from_db()
            if run.state == RunState.STOPPED:
                break
        run.refresh_from_db()
        found["state"] = run.state
        found["items"] += run.items_gone
        found["people"] += run.people_gone
        found["held_back"] = [(line.rule, line.target, line.held_back) for line in run.lines.all() if line.held_back]
    return found


def _begun() -> RetentionRun:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return begin_run(kind=RunKind.BY_HAND, by=SYSTEM, now=clock.now())
        except RunUnderWay:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def not_gone(argument: dict[str, list[str]]) -> list[str]:
    """Who of these is not erased whole yet, and of whom of those something is still held."""
    erased = DataSubject.objects.filter(pk__in=argument["whole"], state="ERASED").values_list("pk", flat=True)
    held = {str(one) for model in HELD for one in model.objects.values_list("subject_id", flat=True)}
    return sorted((set(argument["whole"]) - {str(one) for one in erased}) | (set(argument["held"]) & held))


def at_rest(_nothing: object) -> bool:
    """Whether nothing waits: no erasure, no letter."""
    for name in RINGS:
        ring(name)
    open_runs = ErasureRun.objects.exclude(state__in=("DONE", "CANCELLED"))
    return not open_runs.exists() and not OutboxMessage.objects.filter(sent_at=None, failed_at=None).exists()


def last_letters(_nothing: object) -> list[str]:
    """Names of the letters that tell the end."""
    ids = OutboxMessage.objects.exclude(dedup=None).values_list("pk", "dedup")
    return [str(pk) for pk, dedup in ids if dedup.startswith(ENDS)]


def blobs_of(subjects: list[str]) -> list[str]:
    """Names of the sealed bytes these people have on the disk."""
    return [str(pk) for pk in StoredFile.objects.filter(subject_id__in=subjects).values_list("pk", flat=True)]


def left(argument: dict[str, list[str]]) -> dict[str, int]:
    """What is left of the erased that a key of today could open."""
    whole = argument["whole"]
    everybody = [*whole, *argument["held"]]
    found = {model.__name__: model.objects.filter(subject_id__in=everybody).count() for model in (*HELD, Package)}
    found["data keys"] = SubjectKey.objects.filter(subject_ref__in=whole, kind="DATA").count()
    found["addresses"] = ErasureRun.objects.filter(subject_ref__in=whole, sealed_address__isnull=False).count()
    found["files on disk"] = sum((root() / name.replace("-", "")[:2] / name).exists() for name in argument["blobs"])
    return {name: count for name, count in found.items() if count}


ACTIONS: dict[str, Callable[..., Any]] = {
    "make": make_many,
    "ask_copies": ask_copies,
    "copies_ready": copies_ready,
    "erase": erase_all,
    "dispose": dispose,
    "retain": retain,
    "not_gone": not_gone,
    "at_rest": at_rest,
    "last_letters": last_letters,
    "blobs": blobs_of,
    "left": left,
}


if __name__ == "__main__":
    answer(ACTIONS)

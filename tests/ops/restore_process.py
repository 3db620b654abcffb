"""A process of a running installation that fills it, erases, and looks at what a restore brought back.

One JSON object a line in, one out. It is started by `tests.ops.restoring`.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")

import django

django.setup()

import signal
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from audit.models import AuditEntry
from consent.answers import Answer
from consent.models import LedgerEntry
from consent.selectors import in_force
from consent.services.asking import questions
from consent.services.granting import record_answers, withdraw
from core import clock
from core.actors import SYSTEM
from core.queue import ring
from personal_data import keys
from personal_data.enums import LimitKind
from personal_data.errors import KeyDestroyed
from personal_data.models import DataItem, DataSubject, ErasureRun, RegisterHead, UnplayedFrame, UseLimit
from personal_data.services import register_standing
from personal_data.services.announcing import Erased, announce, register_path
from personal_data.services.erasing import begin_deletion, begin_erasure, run_erasure
from personal_data.services.holding import write_item
from personal_data.services.limiting import set_limit
from personal_data.services.subjects import create_subject
from policies import selectors as policies
from policies.models import PolicyVersion
from tests.ops.answering import answer

VALUE = "drill-value-"
FIELD = "full-name"
EVIDENCE = {"network": "203.0.113.0/24"}


def fill(count: int) -> list[str]:
    """People with a value and every consent the policy asks for; their references."""
    now, version = clock.now(), _version()
    people = []
    for number in range(count):
        subject_id = create_subject(by=SYSTEM, now=now, language="vi").pk
        write_item(subject_id=subject_id, field=FIELD, value=f"{VALUE}{number}", by=SYSTEM, now=now)
        asked = [Answer(question.key, True) for question in questions(version, "vi")]
        record_answers(
            subject_id=subject_id, answers=asked, version=version, language="vi", evidence=EVIDENCE, by=SYSTEM, now=now
        )
        people.append(str(subject_id))
    return people


def erase(people: list[str]) -> int:
    """By the road of every erasure, one after the other."""
    for one in people:
        now = clock.now()
        run = begin_erasure(subject_id=UUID(one), address="", by=SYSTEM, now=now)
        run_erasure(run_id=run.pk, now=now)
    return len(people)


def announce_erased(people: list[str]) -> int:
    """What erasing so many leaves in the register and in the keys database, a frame each."""
    for one in people:
        keys.destroy_data_key(UUID(one))
        with transaction.atomic():
            announce([Erased(UUID(one))], now=clock.now())
    return len(people)


def withdraw_all(people: list[str]) -> int:
    """Every consent of each."""
    return sum(_withdraw_one(UUID(one)) for one in people)


def delete_values(people: list[str]) -> int:
    """The value of each, as on the page."""
    for one in people:
        _delete_value(UUID(one), clock.now())
    return len(people)


def restrict(people: list[str]) -> int:
    """Stop every use of the data of each."""
    for one in people:
        now = clock.now()
        set_limit(subject_id=UUID(one), kind=LimitKind.RESTRICTION, purpose="", basis="request:1", by=SYSTEM, now=now)
    return len(people)


def crash(told: list[str]) -> None:
    """Do something to a person and be killed when the register has it and the database has not."""
    road, one = told
    now, subject_id = clock.now(), UUID(one)
    with transaction.atomic():
        {"erasure": _begin, "deletion": _delete_value, "withdrawal": _withdraw, "limit": _limit}[road](subject_id, now)
        os.kill(os.getpid(), signal.SIGKILL)


def look(people: list[str]) -> list[dict[str, Any]]:
    """How each person stands."""
    return [_look(UUID(one)) for one in people]


def register(_: object = None) -> dict[str, Any]:
    """How the database and the register stand."""
    found = register_standing.look()
    head = RegisterHead.objects.first()
    return {
        "fault": found.fault,
        "behind": found.behind,
        "unplayed": UnplayedFrame.objects.count(),
        "running": ErasureRun.objects.exclude(state__in=("DONE", "CANCELLED")).count(),
        "frames": head.sequence if head else 0,
        "lines": len(register_path().read_bytes().splitlines()) if register_path().exists() else 0,
    }


def ring_for(name: str) -> None:
    """Ring for a job."""
    ring(name)


def _look(subject_id: UUID) -> dict[str, Any]:
    subject = DataSubject.objects.filter(pk=subject_id).first()
    entries = AuditEntry.objects.filter(subject_ref=subject_id)
    return {
        "state": subject.state if subject else "",
        "values": DataItem.objects.filter(subject_id=subject_id).count(),
        "readable": _is_readable(subject_id),
        "consents": len(in_force(subject_id, clock.now())),
        "limits": UseLimit.objects.filter(subject_id=subject_id, ended_at=None).count(),
        "erasures": entries.filter(event="erasure.done").count(),
        "deletions": entries.filter(event="item.erased").count(),
        "ends": LedgerEntry.objects.filter(subject_ref=subject_id, reply="WITHDRAWN").count(),
    }


def _is_readable(subject_id: UUID) -> bool:
    try:
        keys.data_key(subject_id)
    except KeyDestroyed:
        return False
    return True


def _begin(subject_id: UUID, now: datetime) -> None:
    begin_erasure(subject_id=subject_id, address="", by=SYSTEM, now=now)


def _delete_value(subject_id: UUID, now: datetime) -> None:
    run = begin_deletion(subject_id=subject_id, fields=[FIELD], by=SYSTEM, now=now)
    run_erasure(run_id=run.pk, now=now)


def _withdraw(subject_id: UUID, now: datetime) -> None:
    key = min(in_force(subject_id, now))
    withdraw(subject_id=subject_id, key=key, evidence=EVIDENCE, by=SYSTEM, now=now)


def _limit(subject_id: UUID, now: datetime) -> None:
    set_limit(subject_id=subject_id, kind=LimitKind.RESTRICTION, purpose="", basis="request:1", by=SYSTEM, now=now)


def _withdraw_one(subject_id: UUID) -> int:
    now, version = clock.now(), _version()
    asked = [Answer(key, False) for key in in_force(subject_id, now)]
    return len(
        record_answers(
            subject_id=subject_id, answers=asked, version=version, language="vi", evidence=EVIDENCE, by=SYSTEM, now=now
        )
    )


def _version() -> PolicyVersion:
    version = policies.version_in_force(clock.now())
    assert version is not None
    return version


if __name__ == "__main__":
    answer(
        {
            "fill": fill,
            "erase": erase,
            "announce_erased": announce_erased,
            "withdraw_all": withdraw_all,
            "delete_values": delete_values,
            "restrict": restrict,
            "crash": crash,
            "look": look,
            "register": register,
            "ring_for": ring_for,
        }
    )

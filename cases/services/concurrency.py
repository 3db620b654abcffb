"""Two people with one case open: whoever saves second is told what changed since, and saves again knowing it.

1. A page carries the number of the newest change recorded on the case, read before the case itself.
2. Looks do not count. Their entries are written without the lock, so one may be numbered past a change that is not
   committed yet; a page that carried its number would miss that change.
3. Changes are recorded under the lock of the case, so their numbers grow in the order they take effect.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from audit.models import AuditEntry
from audit.selectors import entries_about
from audit.services.recording import actor_reference
from cases.errors import ChangedMeanwhile
from cases.models import Case
from cases.phrases import looks
from cases.services.locking import lock_case
from core.actors import Actor


@dataclass(frozen=True)
class Change:
    """Something recorded on a case: the second half of its name, when, and in which role."""

    name: str
    at: datetime
    role: str


def newest_change(case: Case) -> int:
    """The number a page carries as `seen`; 0 when nothing is recorded."""
    return _changes(case).values_list("pk", flat=True).first() or 0


def changes_since(case: Case, *, seen: int, by: Actor) -> list[Change]:
    """What others recorded after `seen`, oldest first."""
    rows = _changes(case).filter(pk__gt=seen).exclude(actor=actor_reference(by)).order_by("pk")
    return [Change(row.event.partition(".")[2], row.at, row.actor_role) for row in rows]


def check_unseen(case: Case, *, seen: int, by: Actor) -> None:
    """Raises ChangedMeanwhile when others changed a locked case after `seen`."""
    changes = changes_since(case, seen=seen, by=by)
    if changes:
        raise ChangedMeanwhile(changes)


@contextmanager
def saving(*, kind: str, case_id: int, seen: int, by: Actor) -> Iterator[Case]:
    """Hold a case while something is saved that was typed beside its state at `seen`. Raises ChangedMeanwhile."""
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_unseen(case, seen=seen, by=by)
        yield case


def _changes(case: Case) -> QuerySet[AuditEntry]:
    unchanged = [case.event(name) for name in looks()]
    return entries_about(case.target).exclude(event__in=unchanged).order_by("-pk")

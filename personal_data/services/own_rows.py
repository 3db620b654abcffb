"""What the portal wrote for its own work and as proof of it goes when its time is over. Each job is safe to repeat."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from audit.services.recording import record
from core.actors import SYSTEM
from core.classification import Period
from personal_data import storage
from personal_data.enums import AuditEvent, DisposalState, ImportState, PackageState, RunState
from personal_data.models import (
    Disposal,
    DueNotice,
    ErasureRun,
    ImportBatch,
    ImportedPerson,
    LegalHold,
    Package,
    RecipientTask,
    RetentionRun,
)
from personal_data.own_holds import on_proof_of
from personal_data.own_records import Ages

BATCH = 1000  # rows of a kind in one run; an hour later the next ones follow


@dataclass(frozen=True)
class Proof:
    """Rows kept as proof until the evidence period after `ended` is over; `target` is whom their entry names."""

    rows: Callable[[], "QuerySet[Any]"]
    ended: Any
    target: Callable[[Any], str]
    person: str = ""
    remove: Callable[[Any], object] = lambda row: row.delete()


def remove_notices(ages: Ages) -> int:
    """Notices of what was due, sent or not, some time after their day."""
    until = ages.before(Period.NOTICES)
    return DueNotice.objects.filter(due_at__lt=until).delete()[0] if until else 0


def remove_imports(ages: Ages) -> int:
    """Imports that are over and of which nobody is held any more, with what may be left of their files."""
    until = ages.before(Period.IMPORTS)
    if until is None:
        return 0
    over = (
        Q(state=ImportState.DONE, finished_at__lt=until)
        | Q(state=ImportState.UNDONE, undone_at__lt=until)
        | Q(state=ImportState.FAULTY, created_at__lt=until)
    )
    somebody = ImportedPerson.objects.filter(batch=OuterRef("pk"))
    batches = ImportBatch.objects.filter(over).exclude(Exists(somebody))
    return sum(_remove_import(batch_id, batches, ages) for batch_id in _some(batches))


def remove_proof(ages: Ages) -> int:
    """Proof of what was done whose evidence period is over: erasures, copies, orders, holds, decided deletions."""
    return sum(_remove_one(kind, pk, ages) for kind in PROOF for pk in _some(_over(kind, ages)))


def _remove_erasure(run: ErasureRun) -> None:
    plan = run.plan
    run.delete()
    plan.delete()


PROOF = (
    Proof(
        ErasureRun.objects.all,
        Coalesce("finished_at", "cancelled_at"),
        lambda run: f"subject:{run.subject_ref}",
        "subject_ref",
        _remove_erasure,
    ),
    Proof(
        lambda: Package.objects.filter(state__in=(PackageState.FETCHED, PackageState.EXPIRED)),
        F("asked_at"),
        lambda package: f"subject:{package.subject_id}",
        "subject_id",
    ),
    Proof(RecipientTask.objects.all, F("confirmed_at"), lambda task: f"subject:{task.subject_ref}", "subject_ref"),
    Proof(LegalHold.objects.all, F("released_at"), lambda hold: f"hold:{hold.pk}"),
    Proof(
        lambda: Disposal.objects.filter(state__in=(DisposalState.DONE, DisposalState.DECLINED)),
        Coalesce("done_at", "decided_at"),
        lambda disposal: f"disposal:{disposal.pk}",
    ),
    Proof(
        lambda: RetentionRun.objects.filter(state__in=(RunState.DONE, RunState.DROPPED)),
        F("finished_at"),
        lambda run: f"retention:{run.pk}",
    ),
)


def _over(kind: Proof, ages: Ages) -> "QuerySet[Any]":
    rows = kind.rows().alias(ended_at=kind.ended).filter(ended_at__lt=ages.before(Period.EVIDENCE))
    return rows.exclude(Exists(on_proof_of(OuterRef(kind.person)))) if kind.person else rows


def _some(rows: "QuerySet[Any]") -> Iterator[Any]:
    yield from list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _remove_one(kind: Proof, pk: Any, ages: Ages) -> int:
    with transaction.atomic():
        row = kind.rows().select_for_update(of=("self",)).filter(pk=pk).first()
        if row is None or not _over(kind, ages).filter(pk=pk).exists():
            return 0
        subject_id = getattr(row, kind.person) if kind.person else None
        details = {"table": row._meta.label_lower, "row": str(row.pk)}
        record(
            event=AuditEvent.RECORDS_ENDED,
            target=kind.target(row),
            subject_id=subject_id,
            by=SYSTEM,
            now=ages.now,
            details=details,
        )
        kind.remove(row)
    return 1


def _remove_import(batch_id: Any, batches: "models.QuerySet[ImportBatch]", ages: Ages) -> int:
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().filter(pk=batch_id).first()
        if batch is None or not batches.filter(pk=batch_id).exists():
            return 0
        record(event=AuditEvent.RECORDS_ENDED, target=f"import:{batch.pk}", by=SYSTEM, now=ages.now)
        transaction.on_commit(partial(storage.remove_blob, batch_id))
        batch.delete()
    return 1

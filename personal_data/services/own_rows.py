"""What the portal wrote for its own work and as proof of it goes when its time is over. Each job is safe to repeat."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

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
from personal_data.own_records import Ages, Kind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BATCH = 1000  # rows of a kind in one run; an hour later the next ones follow


@dataclass(frozen=True)
class Proof:
    """Rows kept as proof until the evidence period after `ended` is over; `target` is whom their entry names.

    `what` and `until` tell staff of them.
    """

    code: str
    what: "StrOrPromise"
    until: "StrOrPromise"
    rows: Callable[[], "QuerySet[Any]"]
    ended: Any
    target: Callable[[Any], str]
    person: str = ""
    remove: Callable[[Any], object] = lambda row: row.delete()


def remove_notices(ages: Ages) -> int:
    """Notices of what was due, sent or not, some time after their day."""
    return _notices_over(ages).delete()[0]


def remove_imports(ages: Ages) -> int:
    """Imports that are over and of which nobody is held any more, with what may be left of their files."""
    batches = _imports_over(ages)
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
        "erasures",
        pgettext_lazy("own record", "Proof of erasures: the plan, and what was done by it"),
        pgettext_lazy("own record", "%(evidence_years)s after the erasure"),
        ErasureRun.objects.all,
        Coalesce("finished_at", "cancelled_at"),
        lambda run: f"subject:{run.subject_ref}",
        "subject_ref",
        _remove_erasure,
    ),
    Proof(
        "copies",
        pgettext_lazy(
            "own record", "Proof that a copy was made; the copy itself goes once fetched, or when it runs out"
        ),
        pgettext_lazy("own record", "%(evidence_years)s after the copy was asked for"),
        lambda: Package.objects.filter(state__in=(PackageState.FETCHED, PackageState.EXPIRED)),
        F("asked_at"),
        lambda package: f"subject:{package.subject_id}",
        "subject_id",
    ),
    Proof(
        "orders",
        pgettext_lazy("own record", "Orders to recipients"),
        pgettext_lazy("own record", "%(evidence_years)s after the recipient confirmed"),
        RecipientTask.objects.all,
        F("confirmed_at"),
        lambda task: f"subject:{task.subject_ref}",
        "subject_ref",
    ),
    Proof(
        "holds",
        pgettext_lazy("own record", "Legal holds"),
        pgettext_lazy("own record", "%(evidence_years)s after the release"),
        LegalHold.objects.all,
        F("released_at"),
        lambda hold: f"hold:{hold.pk}",
    ),
    Proof(
        "disposals",
        pgettext_lazy("own record", "Decided deletions"),
        pgettext_lazy("own record", "%(evidence_years)s after they were carried out or declined"),
        lambda: Disposal.objects.filter(state__in=(DisposalState.DONE, DisposalState.DECLINED)),
        Coalesce("done_at", "decided_at"),
        lambda disposal: f"disposal:{disposal.pk}",
    ),
    Proof(
        "runs",
        pgettext_lazy("own record", "Retention runs"),
        pgettext_lazy("own record", "%(evidence_years)s after they finished"),
        lambda: RetentionRun.objects.filter(state__in=(RunState.DONE, RunState.DROPPED)),
        F("finished_at"),
        lambda run: f"retention:{run.pk}",
    ),
)


def _notices_over(ages: Ages) -> "QuerySet[DueNotice]":
    return ages.over(DueNotice.objects.all(), "due_at", Period.NOTICES)


def _imports_over(ages: Ages) -> "QuerySet[ImportBatch]":
    until = ages.before(Period.IMPORTS)
    if until is None:
        return ImportBatch.objects.none()
    over = (
        Q(state=ImportState.DONE, finished_at__lt=until)
        | Q(state=ImportState.UNDONE, undone_at__lt=until)
        | Q(state=ImportState.FAULTY, created_at__lt=until)
    )
    somebody = ImportedPerson.objects.filter(batch=OuterRef("pk"))
    return ImportBatch.objects.filter(over).exclude(Exists(somebody))


def _held(kind: Proof) -> "QuerySet[Any]":
    """Every row of the kind, also one that has not ended and is proof of nothing yet."""
    return kind.rows().model._default_manager.all()


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


NOTICES = Kind(
    "notices",
    pgettext_lazy("own record", "Notices of what was due"),
    pgettext_lazy("own record", "%(notices_days)s after their day"),
    DueNotice.objects.all,
    _notices_over,
    Period.NOTICES,
)
IMPORTS = Kind(
    "imports",
    pgettext_lazy("own record", "Imports"),
    pgettext_lazy("own record", "%(imports_days)s after they ended, once nobody they brought is held any more"),
    ImportBatch.objects.all,
    _imports_over,
    Period.IMPORTS,
)
PROOF_KINDS = [Kind(one.code, one.what, one.until, partial(_held, one), partial(_over, one)) for one in PROOF]

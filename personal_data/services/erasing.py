"""Erasing a person. Nothing here can be undone, so:

1. the state moves to ERASING first, with its entry; from then on no writer can add anything (`hold_active`);
2. the data key is destroyed next: whatever a crash leaves behind is already unreadable;
3. rows go table by table, as their declarations say, each step in a transaction of its own with its entry;
4. a run that stops half-way is simply run again: every step is safe to repeat, and a sweep finds the run.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from audit.services.recording import record
from core.actors import SYSTEM, Actor
from core.classification import Erasure
from core.encryption import unwrap, wrap
from core.queue import enqueue_on_commit
from personal_data import keys, storage
from personal_data.enums import AuditEvent, ErasureState, SubjectState
from personal_data.errors import SubjectGone
from personal_data.models import DataSubject, ErasureRun
from personal_data.registry import Declaration, declarations

LEASE = timedelta(seconds=30)  # a longer run may be taken up twice: every step is safe to repeat, the last is locked
BATCH = 500

# Filled at start by upper packages, which know sessions and mail.
_before_rows: list[Callable[[UUID], None]] = []
_when_done: list[Callable[[ErasureRun, str, datetime], None]] = []


def before_rows_go(step: Callable[[UUID], None]) -> None:
    """Register something to do once the key is gone and before rows go, such as ending sessions. Must be repeatable."""
    _before_rows.append(step)


def when_done(step: Callable[[ErasureRun, str, datetime], None]) -> None:
    """Register something to do in the transaction that completes a run, with the address for the confirmation."""
    _when_done.append(step)


def begin_erasure(*, subject_id: UUID, address: str, by: Actor, now: datetime) -> ErasureRun:
    """Start erasing a person; the worker does it. Asked twice, the same run is returned. Raises SubjectGone.

    `address` receives the confirmation; it is kept sealed until then. The run's link is `progress_token(run)`.
    """
    with transaction.atomic():
        subject = DataSubject.objects.select_for_update().filter(pk=subject_id).first()
        if subject is None:
            raise SubjectGone
        started = ErasureRun.objects.filter(subject_ref=subject_id).first()
        if started is not None:
            return started
        run = ErasureRun(subject_ref=subject_id, language=subject.language, asked_at=now)
        run.token_hash = _token_hash(progress_token(run))
        run.sealed_address = wrap(address.encode(), context=_address_context(run))
        run.steps_total = len(_row_steps()) + 2
        run.save(force_insert=True)
        DataSubject.objects.filter(pk=subject_id).update(state=SubjectState.ERASING)
        _record(AuditEvent.ERASURE_BEGUN, subject_id, by, now, {"run": str(run.pk)})
        enqueue_on_commit("personal_data.run_erasures")
    return run


def progress_token(run: ErasureRun) -> str:
    """The unguessable part of the progress link; needs no session, and is stored only as a hash."""
    return hmac.new(settings.PORTAL_REGISTER_KEY, b"erasure-link:" + run.pk.bytes, hashlib.sha256).hexdigest()


def run_by_token(token: str) -> ErasureRun | None:
    """The run a progress link belongs to."""
    return ErasureRun.objects.filter(token_hash=_token_hash(token)).first()


def run_due_erasures(*, now: datetime) -> int:
    """Take up every run nobody is working on. The number completed."""
    done = 0
    for run_id in list(_free_runs(now).values_list("pk", flat=True)):
        if _free_runs(now).filter(pk=run_id).update(leased_until=now + LEASE, attempts=F("attempts") + 1):
            done += run_erasure(run_id=run_id, now=now)
    return done


def run_erasure(*, run_id: UUID, now: datetime) -> bool:
    """Erase step by step. Safe to run again after any interruption; True when this call completed it."""
    run = ErasureRun.objects.get(pk=run_id)
    if run.state == ErasureState.DONE:
        return False
    subject_id = run.subject_ref
    ErasureRun.objects.filter(pk=run_id).update(state=ErasureState.RUNNING, steps_done=0)
    keys.destroy_data_key(subject_id)
    for step in _before_rows:
        step(subject_id)
    _advance(run_id)
    for declaration in _row_steps():
        count = _erase_rows(declaration, subject_id, now)
        _advance(run_id, table=declaration.model._meta.label_lower, count=count)
    return _complete(run_id, now=now)


def _complete(run_id: UUID, *, now: datetime) -> bool:
    with transaction.atomic():
        run = ErasureRun.objects.select_for_update().get(pk=run_id)
        if run.state == ErasureState.DONE:
            return False
        address = unwrap(run.sealed_address, context=_address_context(run)).decode() if run.sealed_address else ""
        DataSubject.objects.filter(pk=run.subject_ref).update(
            state=SubjectState.ERASED, erased_at=now, language="", age_band="", last_active_at=None
        )
        _record(AuditEvent.ERASURE_DONE, run.subject_ref, SYSTEM, now, {"run": str(run.pk)})
        for step in _when_done:
            step(run, address, now)
        run.state, run.finished_at, run.sealed_address = ErasureState.DONE, now, None
        run.steps_done = run.steps_total
        run.save(update_fields=["state", "finished_at", "sealed_address", "steps_done"])
    return True


def _row_steps() -> list[Declaration]:
    """Declarations whose rows go or are blanked with the person; rows others point at come last."""
    found = [
        declaration
        for declaration in declarations()
        if declaration.subject and declaration.model is not DataSubject and _what_goes(declaration)
    ]
    return sorted(
        found, key=lambda declaration: (_is_pointed_at(declaration.model, found), declaration.model._meta.label)
    )


def _is_pointed_at(model: type[models.Model], found: list[Declaration]) -> bool:
    others = {declaration.model for declaration in found} - {model}
    return any(field.related_model is model for other in others for field in other._meta.fields)


def _what_goes(declaration: Declaration) -> bool:
    return bool(declaration.erasures & {Erasure.DELETE_ROW, Erasure.BLANK})


def _erase_rows(declaration: Declaration, subject_id: UUID, now: datetime) -> int:
    rows = declaration.model._default_manager.filter(**{str(declaration.subject): subject_id})
    if Erasure.DELETE_ROW not in declaration.erasures:
        return _blank(declaration, rows, subject_id, now)
    total = 0
    for batch in _batches(rows):
        with transaction.atomic():
            if getattr(getattr(declaration.model, "PersonalData", None), "blobs", False):
                for blob_id in batch:
                    transaction.on_commit(partial(storage.remove_blob, blob_id))
            rows.filter(pk__in=batch).delete()
            total += len(batch)
            _record(
                AuditEvent.ERASURE_STEP,
                subject_id,
                SYSTEM,
                now,
                {"table": declaration.model._meta.label_lower, "rows": len(batch)},
            )
    return total


def _blank(declaration: Declaration, rows: "models.QuerySet[models.Model]", subject_id: UUID, now: datetime) -> int:
    changes: dict[str, object] = {}
    for name, decision in declaration.personal.items():
        if decision.erasure == Erasure.BLANK:
            field = declaration.model._meta.get_field(name)
            assert isinstance(field, models.Field)
            changes[name] = None if field.null else field.get_default() if field.has_default() else ""
    with transaction.atomic():
        _record(
            AuditEvent.ERASURE_STEP,
            subject_id,
            SYSTEM,
            now,
            {"table": declaration.model._meta.label_lower, "blanked": True},
        )
        return rows.update(**changes)


def _batches(rows: "models.QuerySet[models.Model]") -> Iterator[list[UUID]]:
    while batch := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield batch


def _advance(run_id: UUID, *, table: str = "", count: int = 0) -> None:
    with transaction.atomic():
        run = ErasureRun.objects.select_for_update().get(pk=run_id)
        run.steps_done = min(run.steps_done + 1, run.steps_total)
        if count:
            run.counts[table] = run.counts.get(table, 0) + count
        run.save(update_fields=["steps_done", "counts"])


def _free_runs(now: datetime) -> "models.QuerySet[ErasureRun]":
    return ErasureRun.objects.exclude(state=ErasureState.DONE).filter(Q(leased_until=None) | Q(leased_until__lt=now))


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _address_context(run: ErasureRun) -> str:
    return f"personal_data.ErasureRun:address:{run.pk}"


def _record(event: str, subject_id: UUID, by: Actor, now: datetime, details: dict[str, object]) -> None:
    record(event=event, target=f"subject:{subject_id}", subject_id=subject_id, by=by, now=now, details=details)

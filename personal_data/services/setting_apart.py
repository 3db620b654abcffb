"""What the law keeps of somebody who is erased: set apart under a key of its own, and deleted on its day.

Setting apart is part of the step that destroys the person's key, and comes first. Each row moves in a transaction of
its own, and is called the same however often that is begun; what cannot be opened any more goes with the rest.
"""

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from audit.services.recording import Fact, record, record_many
from core.actors import SYSTEM
from core.clock import local_date
from core.encryption import CannotOpen, seal, unseal
from personal_data import keys, storage
from personal_data.enums import AuditEvent
from personal_data.fields import facts_context, kept_context, read_file_name, read_value
from personal_data.law_keeping import ByLaw, kept_by_law
from personal_data.models import DataItem, DataSubject, Device, KeptByLaw, StoredFile, ValueHistory
from personal_data.own_records import Ages, Kind
from personal_data.selectors_holds import held_of
from personal_data.services.announcing import Deleted, announce
from personal_data.services.hold_order import before_deleting
from personal_data.services.replaced import history_context

MOST = 2000  # people in one run; an hour later the next ones follow
KEPT = KeptByLaw._meta.label_lower


def set_apart(*, subject_id: UUID, now: datetime) -> int:
    """Move what the law keeps of a person whose key is about to go. How many rows. Safe to repeat. Raises OSError."""
    kept = kept_by_law(subject_id, at=now)
    if not kept or not keys.has_data_key(subject_id):
        return 0
    keys.create_kept_key(subject_id)
    old, new = keys.data_key(subject_id), keys.kept_key(subject_id)
    return sum(_move(subject_id, one, old, new, now) for one in kept)


def end_kept(ages: Ages) -> int:
    """Delete what the law kept until a day that has come, unless a hold names it. How many. Raises
    RegisterUnavailable, OSError.
    """
    today = local_date(ages.now)
    people = _due(today).order_by("subject_id").values_list("subject_id", flat=True).distinct()
    return sum(_end(subject_id, today, ages.now) for subject_id in list(people[:MOST]))


def _move(subject_id: UUID, one: ByLaw, old: bytes, new: bytes, now: datetime) -> int:
    with transaction.atomic():
        DataSubject.objects.select_for_update(no_key=True).filter(pk=subject_id).first()
        row = _MODELS[one.target].objects.select_for_update().filter(pk=one.ref, subject_id=subject_id).first()
        if row is None:
            return 0
        try:
            clear = _opened(row, old)
            if isinstance(row, StoredFile):
                storage.write_blob(one.kept_ref, storage.blob_pieces(row.pk, key=old), key=new)
        except (CannotOpen, FileNotFoundError):
            return 0
        KeptByLaw.objects.create(
            pk=one.kept_ref,
            subject_id=subject_id,
            target=one.target,
            field=one.field,
            sealed_value=seal(new, clear, context=kept_context(one.kept_ref)),
            mime=row.mime if isinstance(row, StoredFile) else "",
            held_since=row.first_seen_at if isinstance(row, Device) else row.held_since,
            clause=one.clause,
            kept_until=one.until,
            set_apart_at=now,
        )
        if isinstance(row, StoredFile):
            transaction.on_commit(partial(storage.remove_blob, one.ref))
        row.delete()
        record(
            event=AuditEvent.KEPT_APART,
            target=f"subject:{subject_id}",
            subject_id=subject_id,
            by=SYSTEM,
            now=now,
            details={"field": one.field, "kept": str(one.kept_ref), "until": one.until.isoformat()},
        )
    return 1


def _opened(row: Any, key: bytes) -> bytes:
    """What a row holds in clear; of a file its name. Raises CannotOpen."""
    if isinstance(row, DataItem):
        return read_value(row, key=key).encode()
    if isinstance(row, StoredFile):
        return read_file_name(row, key=key).encode()
    if isinstance(row, Device):
        return unseal(key, row.sealed_facts, context=facts_context(row.pk))
    return unseal(key, row.sealed_value, context=history_context(row))


def _due(today: date) -> "QuerySet[KeptByLaw]":
    return KeptByLaw.objects.filter(kept_until__lte=today)


def _over(ages: Ages) -> int:
    """How many go now: of what is due, what no hold names."""
    rows = _due(local_date(ages.now)).values_list("subject_id", "field")
    return sum(not held_of(subject_id, [field]) for subject_id, field in rows.iterator())


def _end(subject_id: UUID, today: date, now: datetime) -> int:
    """What is due of one person; the key goes with the last, after the register was told."""
    with transaction.atomic():
        DataSubject.objects.select_for_update(no_key=True).filter(pk=subject_id).first()
        rows = list(_due(today).filter(subject_id=subject_id).select_for_update())
        before_deleting()
        held = held_of(subject_id, {row.field for row in rows})
        going = [row for row in rows if row.field not in held]
        if not going:
            return 0
        facts = (
            Fact(AuditEvent.KEPT_ENDED, f"subject:{subject_id}", subject_id, {"field": row.field, "kept": str(row.pk)})
            for row in going
        )
        record_many(facts, by=SYSTEM, now=now)
        announce([Deleted(subject_id, KEPT, [row.pk for row in going])], now=now)
        for row in going:
            storage.remove_blob(row.pk)
        KeptByLaw.objects.filter(pk__in=[row.pk for row in going]).delete()
        if not KeptByLaw.objects.filter(subject_id=subject_id).exists():
            keys.destroy_kept_keys([subject_id])
    return len(going)


_MODELS: dict[str, type[Any]] = {
    model._meta.label_lower: model for model in (DataItem, ValueHistory, StoredFile, Device)
}

SET_APART = Kind(
    "kept-by-law",
    pgettext_lazy("own record", "What the law keeps of people who were erased"),
    pgettext_lazy("own record", "the day its rule of law ends"),
    KeptByLaw.objects.all,
    _over,
)

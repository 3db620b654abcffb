"""Opening what the law keeps of somebody erased: for the officer alone, one by one, with a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services.recording import record
from core.actors import Actor
from core.encryption import CannotOpen, unseal
from personal_data import keys, storage
from personal_data.enums import AuditEvent
from personal_data.errors import KeyDestroyed, NotHeld
from personal_data.fields import kept_context
from personal_data.models import KeptByLaw
from personal_data.permissions import check_can_read_kept


@dataclass(frozen=True)
class Kept:
    """A value in clear; of a file its name, with its bytes piece by piece."""

    value: str
    pieces: Iterable[bytes] | None = None


def open_kept(*, kept_id: UUID, reason: str, by: Actor, now: datetime) -> Kept:
    """One entry; the look is recorded. Raises RetentionRefused, NotHeld."""
    check_can_read_kept(by=by)
    with transaction.atomic():
        row = KeptByLaw.objects.select_for_update().filter(pk=kept_id).first()
        if row is None:
            raise NotHeld
        try:
            key = keys.kept_key(row.subject_id)
            value = unseal(key, row.sealed_value, context=kept_context(row.pk)).decode()
            pieces = storage.blob_pieces(row.pk, key=key) if row.mime else None
        except (KeyDestroyed, CannotOpen, FileNotFoundError) as error:
            raise NotHeld from error
        record(
            event=AuditEvent.KEPT_READ,
            target=f"subject:{row.subject_id}",
            subject_id=row.subject_id,
            by=by,
            now=now,
            details={"field": row.field, "kept": str(row.pk)},
            note=reason.strip(),
        )
    return Kept(value, pieces)

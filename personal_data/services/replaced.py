"""What a field held before: kept where a decision corrected it, and while a legal hold stops deletion."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from audit.services.recording import record
from core.actors import SYSTEM
from core.encryption import seal
from personal_data.enums import AuditEvent
from personal_data.errors import SubjectGone
from personal_data.models import DataItem, ValueHistory
from personal_data.selectors_holds import is_held
from personal_data.services.announcing import Deleted, announce
from personal_data.services.hold_order import before_deleting
from personal_data.services.subjects import hold_active

BY_A_HOLD = "hold"  # an earlier value that is there only because a hold stood when it was replaced
BATCH = 500


def history_context(row: ValueHistory) -> str:
    """What the ciphertext of an earlier value is bound to."""
    return f"personal_data.ValueHistory:value:{row.pk}"


def keep_earlier(item: DataItem, before: str, *, basis: str, key: bytes, now: datetime) -> None:
    """Keep what an item holds as an earlier value, in the transaction that replaces it; the caller records that."""
    row = ValueHistory(
        id=uuid4(),
        subject_id=item.subject_id,
        field=item.field,
        held_since=item.held_since,
        replaced_at=now,
        basis=basis,
    )
    row.sealed_value = seal(key, before.encode(), context=history_context(row))
    row.save(force_insert=True)


def forget_released(*, now: datetime) -> int:
    """Delete earlier values no hold keeps any more. How many. Safe to repeat."""
    rows = ValueHistory.objects.filter(basis=BY_A_HOLD, replaced_at__lte=now).order_by("subject_id")
    pairs = rows.values_list("subject_id", "field").distinct()[:BATCH]
    return sum(_forget(subject_id, field, now) for subject_id, field in list(pairs))


def _forget(subject_id: UUID, field: str, now: datetime) -> int:
    try:
        with transaction.atomic():
            hold_active(subject_id)
            before_deleting()
            if is_held(subject_id, [field]):
                return 0
            rows = ValueHistory.objects.filter(subject_id=subject_id, field=field, basis=BY_A_HOLD)
            refs = list(rows.values_list("pk", flat=True))
            if not refs:
                return 0
            rows.delete()
            record(
                event=AuditEvent.ITEM_ERASED,
                target=f"subject:{subject_id}",
                subject_id=subject_id,
                by=SYSTEM,
                now=now,
                details={"field": field, "earlier": len(refs)},
            )
            announce([Deleted(subject_id, ValueHistory._meta.label_lower, refs)], now=now)
    except SubjectGone:
        return 0
    return len(refs)

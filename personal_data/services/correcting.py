"""Correcting a value by a decision, with what was held before."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.actors import Actor
from core.encryption import CannotOpen
from personal_data import keys
from personal_data.enums import Source
from personal_data.fields import read_value
from personal_data.models import DataItem
from personal_data.services.holding import field_in_force, write_item
from personal_data.services.replaced import history_context as history_context
from personal_data.services.replaced import keep_earlier
from personal_data.services.subjects import hold_active
from personal_data.values import clean_value


def correct_item(
    *,
    subject_id: UUID,
    field: str,
    value: str,
    basis: str,
    source: str = Source.COMPLAINT,
    by: Actor,
    now: datetime,
) -> DataItem:
    """Hold a corrected value and keep the one before it; the same value again changes nothing.

    Raises UnknownField, InvalidValue, SubjectGone, KeyDestroyed.
    """
    cleaned = clean_value(field_in_force(field, at=now), value)
    key = keys.data_key(subject_id)
    with transaction.atomic():
        hold_active(subject_id)
        item = DataItem.objects.filter(subject_id=subject_id, field=field).first()
        if item is not None:
            before = _readable(item, key)
            if before == cleaned:
                return item
            keep_earlier(item, before, basis=basis, key=key, now=now)
        return write_item(
            subject_id=subject_id, field=field, value=value, source=source, before_is_kept=True, by=by, now=now
        )


def _readable(item: DataItem, key: bytes) -> str:
    try:
        return read_value(item, key=key)
    except CannotOpen:
        return ""

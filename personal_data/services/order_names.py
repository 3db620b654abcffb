"""By what a recipient knows a person whose data we delete ourselves, so that the recipient can be told whom to delete.

Sealed under the key of the installation in the transaction that gives the order, before the first step that destroys;
the person's own key goes first. Blanked when the recipient confirmed, or long after its time.
"""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from audit.services.recording import record
from core.actors import SYSTEM, Actor
from core.clock import local_date
from core.encryption import CannotOpen, unwrap, wrap
from core.rules import request_terms
from personal_data import keys
from personal_data.enums import AuditEvent
from personal_data.errors import NotHeld
from personal_data.fields import read_value
from personal_data.models import DataItem, RecipientTask
from personal_data.permissions import check_can_order, check_is_unrestricted


def sealed_names(*, task_id: UUID, subject_id: UUID, fields: Collection[str]) -> bytes | None:
    """What is held under some fields, sealed for one order; nothing when nothing is held. Raises KeyDestroyed."""
    items = list(DataItem.objects.filter(subject_id=subject_id, field__in=fields))
    if not items:
        return None
    key = keys.data_key(subject_id)
    found = {item.field: read_value(item, key=key) for item in items}
    return wrap(json.dumps(found, ensure_ascii=False).encode(), context=names_context(task_id))


def read_names(*, task_id: UUID, reason: str, by: Actor, now: datetime) -> dict[str, str]:
    """Values by their field, for staff who tell the recipient; the look is recorded.

    Raises OrderingRefused, Restricted, NotHeld.
    """
    check_can_order(by=by)
    with transaction.atomic():
        task = RecipientTask.objects.select_for_update().filter(pk=task_id).first()
        if task is None or task.sealed_names is None:
            raise NotHeld
        check_is_unrestricted(by=by, subject_id=task.subject_ref)
        try:
            found: dict[str, str] = json.loads(unwrap(task.sealed_names, context=names_context(task.pk)))
        except CannotOpen as error:
            raise NotHeld from error
        _record(AuditEvent.ORDER_NAMES_READ, task, by, now, fields=sorted(found), note=reason.strip())
    return found


def forget_names(*, now: datetime) -> int:
    """Blank what recipients who never confirmed should have been told long ago; how many orders."""
    kept = timedelta(days=request_terms(on=local_date(now)).recipient_names_days)
    with transaction.atomic():
        old = RecipientTask.objects.select_for_update(skip_locked=True).filter(
            sealed_names__isnull=False, due_at__lte=now - kept
        )
        tasks = list(old)
        for task in tasks:
            task.sealed_names = None
            task.save(update_fields=["sealed_names"])
            _record(AuditEvent.ORDER_NAMES_GONE, task, SYSTEM, now)
    return len(tasks)


def names_context(task_id: UUID) -> str:
    """What the sealed names of an order are bound to."""
    return f"personal_data.RecipientTask:names:{task_id}"


def _record(event: str, task: RecipientTask, by: Actor, now: datetime, *, note: str = "", **details: object) -> None:
    record(
        event=event,
        target=f"subject:{task.subject_ref}",
        subject_id=task.subject_ref,
        by=by,
        now=now,
        details={"recipient": task.recipient, "order": task.order, "basis": task.basis, **details},
        note=note,
    )

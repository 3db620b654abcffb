"""What staff do with one person's data: look at the masked page, and record what was told them."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from audit.selectors import entries_about_subject
from audit.services.recording import actor_reference, record
from core.actors import Actor
from personal_data.enums import AuditEvent
from personal_data.permissions import check_can_open, check_can_write_for
from personal_data.services.holding import decline_field

# One look at a page is one entry, however often it is loaded again in this time.
SAME_LOOK = timedelta(minutes=15)


def open_person(*, subject_id: UUID, by: Actor, now: datetime) -> None:
    """Record that staff opened a person's page, values masked. Raises NotResponsible."""
    check_can_open(by=by, subject_id=subject_id)
    recent = entries_about_subject(subject_id).filter(
        event=AuditEvent.SUBJECT_OPENED, actor=actor_reference(by), at__gt=now - SAME_LOOK
    )
    if recent.exists():
        return
    with transaction.atomic():
        record(event=AuditEvent.SUBJECT_OPENED, target=f"subject:{subject_id}", subject_id=subject_id, by=by, now=now)


def record_refusal(*, subject_id: UUID, field: str, how: str, by: Actor, now: datetime) -> None:
    """Write down that the person will not give a field, as told by phone or otherwise (AC-4).

    `how` is kept with the entry, and the person can read it. Raises NotResponsible, UnknownField, SubjectGone.
    """
    check_can_write_for(by=by, subject_id=subject_id)
    decline_field(subject_id=subject_id, field=field, told_to_staff=True, how=how, by=by, now=now)

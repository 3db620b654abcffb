"""Creating a person, and the lock every writer of that person's data takes."""

import uuid
from datetime import datetime, timedelta

from django.db import connection, transaction

from audit.services.recording import record
from core.actors import Actor
from personal_data import keys
from personal_data.enums import AgeBand, AuditEvent, SubjectState
from personal_data.errors import SubjectGone
from personal_data.models import DataSubject

ACTIVITY_GRAIN = timedelta(days=1)


def create_subject(*, by: Actor, now: datetime, language: str, age_band: str = AgeBand.UNKNOWN) -> DataSubject:
    """A new person with both keys. Keys are committed first; left alone by a crash, the sweep removes them."""
    subject_id = uuid.uuid4()
    keys.create_keys(subject_id)
    with transaction.atomic():
        record(event=AuditEvent.SUBJECT_CREATED, target=f"subject:{subject_id}", subject_id=subject_id, by=by, now=now)
        return DataSubject.objects.create(
            id=subject_id, language=language, age_band=age_band, created_at=now, last_active_at=now
        )


def hold_active(subject_id: uuid.UUID) -> None:
    """Lock the person against erasure and other writers until this transaction ends. Raises SubjectGone.

    Without it, values were seen to land on a person whose erasure had just passed, and two windows added one field
    twice.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM personal_data_datasubject WHERE id = %s FOR NO KEY UPDATE", [subject_id])
        row = cursor.fetchone()
    if row is None or row[0] != SubjectState.ACTIVE:
        raise SubjectGone


def touch(*, subject_id: uuid.UUID, by: Actor, now: datetime) -> None:
    """Note that the person was active (retention after inactivity counts from here), at most once a day.

    A moment to come, which a clock ahead left, is put right.
    """
    with transaction.atomic():
        active = DataSubject.objects.filter(id=subject_id, state=SubjectState.ACTIVE)
        known = (now - ACTIVITY_GRAIN, now + ACTIVITY_GRAIN)
        changed = active.exclude(last_active_at__range=known).update(last_active_at=now)
        if changed:
            record(
                event=AuditEvent.SUBJECT_ACTIVE, target=f"subject:{subject_id}", subject_id=subject_id, by=by, now=now
            )

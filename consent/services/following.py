"""What must still follow from answers, found in rows: a doorbell that was lost loses nothing."""

from datetime import datetime

from django.db import DatabaseError, transaction

from consent.models import ConsentJob
from consent.services.devices import forget_devices_without_consent
from core.actors import SYSTEM
from personal_data.errors import SubjectGone

BATCH = 500


def follow_up_all(*, now: datetime) -> int:
    """Carry out waiting jobs; how many are done. Safe to run twice and by several workers.

    Raises the last database error, at the end.
    """
    done, failure = 0, None
    for job_id in list(ConsentJob.objects.order_by("id").values_list("pk", flat=True)[:BATCH]):
        try:
            done += _follow_up(job_id, now=now)
        except DatabaseError as error:
            failure = error  # one job that cannot be done must not hold up the others
    if failure is not None:
        raise failure
    return done


def _follow_up(job_id: int, *, now: datetime) -> int:
    with transaction.atomic():
        job = ConsentJob.objects.select_for_update(skip_locked=True).filter(pk=job_id).first()
        if job is None:
            return 0
        try:
            with transaction.atomic():
                # Withdrawing deletes devices in its own commit; entries that came another way are caught up with here.
                forget_devices_without_consent(subject_id=job.subject_ref, by=SYSTEM, now=now)
        except SubjectGone:
            pass  # erasure took everything already
        job.delete()
    return 1

"""What must still follow from answers, found in rows: a doorbell that was lost loses nothing."""

from datetime import datetime

from django.db import DatabaseError, transaction

from consent.enums import Method, Reply
from consent.models import ConsentJob, LedgerEntry
from consent.services.devices import forget_devices_without_consent
from core.actors import SYSTEM
from personal_data.enums import Order
from personal_data.errors import SubjectGone
from personal_data.models import PurposeState
from personal_data.services.ordering import give_orders

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
        _tell_recipients(job, now=now)
        try:
            with transaction.atomic():
                # Withdrawing deletes devices in its own commit; entries that came another way are caught up with here.
                forget_devices_without_consent(subject_id=job.subject_ref, by=SYSTEM, now=now)
        except SubjectGone:
            pass  # erasure took everything already
        job.delete()
    return 1


def _tell_recipients(job: ConsentJob, *, now: datetime) -> None:
    """Who holds data for what is no longer agreed to has to stop (decree 330/2026, article 45.1).

    What a request or a deletion ended has orders of its own; a purpose that goes on by another channel has none.
    """
    ended = LedgerEntry.objects.filter(subject_ref=job.subject_ref, act=job.act, reply=Reply.WITHDRAWN)
    for entry in ended.exclude(method__in=(Method.REQUEST, Method.ERASURE)).order_by("id"):
        if not entry.recipient_class and _is_live(entry):
            continue
        give_orders(
            subject_id=entry.subject_ref,
            order=Order.STOP,
            fields=(),
            purposes=[entry.purpose],
            classes=[entry.recipient_class] if entry.recipient_class else (),
            basis=f"consent:{entry.pk}",
            by=SYSTEM,
            now=now,
        )


def _is_live(entry: LedgerEntry) -> bool:
    return PurposeState.objects.filter(subject_id=entry.subject_ref, purpose=entry.purpose, live=True).exists()

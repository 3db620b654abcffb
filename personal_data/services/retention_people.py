"""People of whom a run leaves nothing: without account or case, or long inactive. They are erased whole."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet

from core.actors import SYSTEM
from personal_data.enums import Order
from personal_data.errors import SubjectGone
from personal_data.errors_retention import HeldForLaw
from personal_data.models import RetentionLine, RetentionRun
from personal_data.retention_query import Moment
from personal_data.retention_rules import WHOLE_PERSON
from personal_data.retention_whole import whole_people
from personal_data.services.erasing import begin_erasure
from personal_data.services.ordering import give_orders
from personal_data.sign_in_address import sign_in_address
from policies.pack_types import Pack

KIND = "retention"
MOST_A_RUN = 500  # the rest goes the next night
_LOCK = "SELECT id FROM public.personal_data_datasubject WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED"


def erase_whole_people(run: RetentionRun, *, pack: Pack, moment: Moment, now: datetime) -> int:
    """Begin the erasure of everybody concerned, at most so many a run; how many."""
    line = RetentionLine.objects.filter(run=run, rule=WHOLE_PERSON, done=False).first()
    if line is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(*whole_people(pack, moment, most=max(0, MOST_A_RUN - line.gone)))
        found = [one for (one,) in cursor.fetchall()]
    begun = sum(_erase(run, line, subject_id, pack, moment, now) for subject_id in found)
    RetentionLine.objects.filter(pk=line.pk).update(done=True, due=line.gone + begun)
    return begun


def _erase(run: RetentionRun, line: RetentionLine, subject_id: UUID, pack: Pack, moment: Moment, now: datetime) -> bool:
    """Begin one erasure, asked once more with the person locked; recipients delete too."""
    try:
        with transaction.atomic():
            if not _still(subject_id, pack, moment):
                return False
            _begin(subject_id, f"{KIND}:{run}", now)
            _count(RetentionLine.objects.filter(pk=line.pk))
    except (SubjectGone, HeldForLaw):
        return False
    return True


def erase_again(*, subject_id: UUID, basis: str, now: datetime) -> None:
    """Begin one erasure that was announced and never committed, as the run of that time did. Raises SubjectGone."""
    with transaction.atomic():
        _begin(subject_id, basis, now)
        begins_with = basis.removeprefix(f"{KIND}:")  # a run is named by the first characters of its reference
        _count(RetentionLine.objects.filter(run__id__startswith=begins_with, rule=WHOLE_PERSON))


def _begin(subject_id: UUID, basis: str, now: datetime) -> None:
    address = sign_in_address(subject_id)
    begin_erasure(subject_id=subject_id, address=address, by=SYSTEM, now=now, basis=basis, suppress=True)
    give_orders(subject_id=subject_id, order=Order.DELETE, fields=(), purposes=(), basis=basis, by=SYSTEM, now=now)


def _count(lines: "QuerySet[RetentionLine]") -> None:
    for line in lines:
        RetentionLine.objects.filter(pk=line.pk).update(gone=F("gone") + 1)
        RetentionRun.objects.filter(pk=line.run_id).update(people_gone=F("people_gone") + 1)


def _still(subject_id: UUID, pack: Pack, moment: Moment) -> bool:
    """Whether the person, now locked, is still one of them. False while somebody else has the person."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [subject_id])
        if cursor.fetchone() is None:
            return False
        cursor.execute(*whole_people(pack, moment, most=1, only=subject_id))
        return cursor.fetchone() is not None

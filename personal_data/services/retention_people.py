"""People of whom a run leaves nothing: without account or case, or long inactive. They are erased whole."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from core.actors import SYSTEM
from personal_data.enums import Order
from personal_data.errors import SubjectGone
from personal_data.errors_retention import HeldForLaw
from personal_data.models import RetentionLine, RetentionRun
from personal_data.retention_query import Moment
from personal_data.retention_rules import WHOLE_PERSON
from personal_data.retention_whole import whole_people
from personal_data.services.erasing import begin_erasure
from personal_data.services.fusing import most_without_asking
from personal_data.services.ordering import give_orders
from personal_data.services.retention_work import Pace, TooMany
from personal_data.sign_in_address import sign_in_address
from policies.pack_types import Pack

KIND = "retention"
AT_ONCE = 100  # people of one turn: what is asked for meanwhile comes before the next
_LOCK = "SELECT id FROM public.personal_data_datasubject WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED"


def erase_whole_people(run: RetentionRun, *, pack: Pack, moment: Moment, pace: Pace, now: datetime) -> bool:
    """Begin the erasure of the next people concerned; whether everybody was reached. Raises TooMany."""
    line = RetentionLine.objects.filter(run=run, rule=WHOLE_PERSON, done=False).first()
    if line is None:
        return True
    begun, last = 0, None
    while found := _found(pack, moment, last):
        for subject_id in found:
            with pace.batch():
                begun += _erase(run, line, subject_id, pack, moment, now)
        last = found[-1]
        if begun and len(found) == AT_ONCE and not pace.is_without_end:
            return False
    RetentionLine.objects.filter(pk=line.pk).update(done=True, due=Greatest("due", "gone"))
    return True


def _found(pack: Pack, moment: Moment, after: UUID | None) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(*whole_people(pack, moment, most=AT_ONCE, after=after))
        return [one for (one,) in cursor.fetchall()]


def _erase(run: RetentionRun, line: RetentionLine, subject_id: UUID, pack: Pack, moment: Moment, now: datetime) -> bool:
    """Begin one erasure, asked once more with the person locked; recipients delete too. Raises TooMany."""
    try:
        with transaction.atomic():
            if not _still(subject_id, pack, moment):
                return False
            _begin(subject_id, f"{KIND}:{run}", now)
            _count(RetentionLine.objects.filter(pk=line.pk))
            _check_share(run)
    except (SubjectGone, HeldForLaw):
        return False
    return True


def _check_share(run: RetentionRun) -> None:
    most = most_without_asking(run, of="people", held=run.people_held)
    if RetentionRun.objects.filter(pk=run.pk, people_gone__gt=most).exists():
        raise TooMany


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

"""Contract purposes of a person: begun when a contract runs, ended when it is over (consents have their own record)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from audit.services.recording import record, record_each
from core.actors import SYSTEM, Actor
from core.clock import local_date, midnight
from personal_data.enums import AuditEvent, DisposalKind, DisposalState, SubjectState
from personal_data.errors import SubjectGone
from personal_data.errors_holds import PurposeUnknown
from personal_data.models import DataSubject, Disposal, PurposeState
from personal_data.permissions import check_can_write_for
from personal_data.services.subjects import hold_active
from policies import selectors as policies
from policies.pack_types import PurposeSpec

BATCH = 2000
_END_SOME = """
    WITH people AS (
        SELECT d.id FROM public.personal_data_datasubject d
        LEFT JOIN public.personal_data_purposestate s ON s.subject_id = d.id AND s.purpose = %(purpose)s
        WHERE d.state = 'ACTIVE' AND d.created_at < %(until)s AND s.live IS DISTINCT FROM false
            AND (%(only)s::uuid IS NULL OR d.id = %(only)s)
        ORDER BY d.id LIMIT %(most)s FOR NO KEY UPDATE OF d SKIP LOCKED
    )
    INSERT INTO public.personal_data_purposestate (subject_id, purpose, live, since)
    SELECT id, %(purpose)s, false, %(since)s FROM people
    ON CONFLICT (subject_id, purpose) DO UPDATE SET live = false, since = EXCLUDED.since
    RETURNING subject_id
"""


def purposes_that_end(*, at: datetime) -> tuple[PurposeSpec, ...]:
    """The purposes of the policy in force that do not rest on a consent."""
    version = policies.version_in_force(at)
    return tuple(one for one in (policies.purposes(version) if version else ()) if not one.needs_consent)


def begin_purpose(*, subject_id: UUID, purpose: str, by: Actor, now: datetime) -> bool:
    """A contract runs. Whether that is new. Raises NotResponsible, PurposeUnknown, SubjectGone."""
    return _set(subject_id, purpose, live=True, by=by, now=now)


def end_purpose(*, subject_id: UUID, purpose: str, by: Actor, now: datetime) -> bool:
    """A contract is over: what is held for it alone goes by its rules. Whether that is new.

    Raises NotResponsible, PurposeUnknown, SubjectGone.
    """
    return _set(subject_id, purpose, live=False, by=by, now=now)


def set_for_many(
    *, subject_ids: Collection[UUID], purpose: str, live: bool, by: Actor, now: datetime
) -> tuple[int, list[UUID]]:
    """The same of people by a list: for how many it changed, and whose data is not held here. Raises NotResponsible,
    PurposeUnknown.
    """
    unknown, changed = [], 0
    for subject_id in dict.fromkeys(subject_ids):
        try:
            changed += _set(subject_id, purpose, live=live, by=by, now=now)
        except SubjectGone:
            unknown.append(subject_id)
    return changed, unknown


def end_for_everybody(*, now: datetime) -> int:
    """End purposes two people decided to end for everybody, or for one person, once their day has come; some thousands
    at a time. How many people. Safe to repeat: whoever has it ended is passed over, and the decision is done once
    nobody is left.
    """
    approved = Disposal.objects.filter(kind=DisposalKind.PURPOSE, state=DisposalState.APPROVED)
    waiting = approved.filter(goes_on__lte=local_date(now))
    return sum(_end_one(pk, now) for pk in list(waiting.order_by("pk").values_list("pk", flat=True)))


def _end_one(disposal_id: int, now: datetime) -> int:
    ended = 0
    while (count := _end_batch(disposal_id, now)) is not None:
        ended += count
    return ended


def _end_batch(disposal_id: int, now: datetime) -> int | None:
    """End it for some people; None when nobody is left, or it is not to be done."""
    with transaction.atomic():
        row = Disposal.objects.select_for_update(skip_locked=True).filter(pk=disposal_id).first()
        if row is None or row.state != DisposalState.APPROVED or row.decided_at is None:
            return None
        about: dict[str, str | int | datetime | UUID | None] = {"purpose": row.purpose, "most": BATCH}
        about |= {"only": row.subject_ref, "until": row.decided_at}
        about["since"] = max(row.decided_at, midnight(row.goes_on))
        with connection.cursor() as cursor:
            cursor.execute(_END_SOME, about)
            ids = [one for (one,) in cursor.fetchall()]
        told = {"purpose": row.purpose, "disposal": row.pk}
        record_each(event=AuditEvent.PURPOSE_ENDED, subject_ids=ids, details=told, by=SYSTEM, now=now)
        if ids:
            Disposal.objects.filter(pk=row.pk).update(gone=row.gone + len(ids))
        elif not _left(row):
            details = {"people": row.gone, "purpose": row.purpose}
            record(event=AuditEvent.DISPOSAL_DONE, target=f"disposal:{row.pk}", by=SYSTEM, now=now, details=details)
            Disposal.objects.filter(pk=row.pk).update(state=DisposalState.DONE, done_at=now)
        return len(ids) if ids else None


def _left(row: Disposal) -> bool:
    """Whether somebody was passed over because another writer had them."""
    ended = PurposeState.objects.filter(purpose=row.purpose, live=False).values("subject_id")
    active = DataSubject.objects.filter(state=SubjectState.ACTIVE, created_at__lt=row.decided_at)
    active = active.filter(pk=row.subject_ref) if row.subject_ref else active
    return active.exclude(pk__in=ended).exists()


def _set(subject_id: UUID, purpose: str, *, live: bool, by: Actor, now: datetime) -> bool:
    check_can_write_for(by=by, subject_id=subject_id)
    _check_known(purpose, now)
    with transaction.atomic():
        hold_active(subject_id)
        return _write(subject_id, purpose, live=live, by=by, now=now)


def _write(subject_id: UUID, purpose: str, *, live: bool, by: Actor, now: datetime) -> bool:
    """Write the state of a person who is locked, unless it is that already."""
    row = PurposeState.objects.filter(subject_id=subject_id, purpose=purpose).first()
    if row is not None and row.live == live:
        return False
    PurposeState.objects.update_or_create(subject_id=subject_id, purpose=purpose, defaults={"live": live, "since": now})
    record(
        event=AuditEvent.PURPOSE_BEGUN if live else AuditEvent.PURPOSE_ENDED,
        target=f"subject:{subject_id}",
        subject_id=subject_id,
        by=by,
        now=now,
        details={"purpose": purpose},
    )
    return True


def _check_known(purpose: str, now: datetime) -> None:
    if purpose not in _codes(purposes_that_end(at=now)):
        raise PurposeUnknown


def _codes(specs: Iterable[PurposeSpec]) -> set[str]:
    return {one.code for one in specs}

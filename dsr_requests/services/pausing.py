"""LV-11: requests from an address are held on a suspicion. Their clocks go on; complaints are not held.

The person is told another way that is already held, and it is lifted with a recorded confirmation, which the paused
address cannot give itself.
"""

from datetime import datetime

from django.db import transaction

from audit.services.recording import record
from cases import sealing
from cases.enums import IntakeChannel
from cases.errors import OwnCase, ReasonMissing
from cases.permissions import check_can_work_on, check_works_on_cases
from cases.services.recording import note
from core.actors import SYSTEM, Actor
from dsr_requests.enums import PauseEvent, PauseReason, RequestEvent
from dsr_requests.errors_identity import NotPaused, OtherWayNeeded, PausedAlready, TellFirst
from dsr_requests.models import PausedAddress
from dsr_requests.selectors_identity import contact_index, held_requests, person_with, standing_pauses
from dsr_requests.services.identifying import go_on
from dsr_requests.services.locking import lock_request
from outbound.services.queueing import queue_notice
from personal_data.holders import contacts_of
from personal_data.models import DataSubject
from personal_data.selectors_merged import is_own
from policies.enums import FieldKind

# Whoever answers on these was reached otherwise than by the address.
OTHER_WAYS = frozenset(IntakeChannel.values) - {IntakeChannel.PORTAL, IntakeChannel.EMAIL}


def pause(
    *, reason: PauseReason, request_id: int | None = None, contact: str = "", by: Actor, now: datetime
) -> PausedAddress:
    """Hold requests from an address: the one of a request, or one given. Where another address is held, it is told.

    Raises PausedAlready, ReasonMissing, NotYours, RoleRefused, OwnCase, ContentGone.
    """
    with transaction.atomic():
        check_works_on_cases(by=by)
        about = None
        if request_id is not None:
            request = lock_request(request_id)
            check_can_work_on(request, by=by)
            contact = sealing.contact_of(request, key=sealing.evidence_key(request.subject_id))
            about = request.about_id or request.subject_id
        if not contact.strip():
            raise ReasonMissing
        found = person_with(contact, at=now)
        subject_id = found.subject_id if found else about
        if is_own([subject_id], by=by):
            raise OwnCase
        index = contact_index(contact)
        if standing_pauses(contact=index).exists():
            raise PausedAlready
        row = PausedAddress.objects.create(
            contact_index=index,
            subject_id=subject_id,
            reason=PauseReason(reason),
            paused_at=now,
            paused_by=f"user:{by.pk}",
        )
        _record(row, PauseEvent.PAUSED, by=by, now=now, details={"reason": row.reason})
        for held in held_requests(row):
            note(held, RequestEvent.HELD_BACK, by=by, now=now, details={"reason": row.reason})
        _tell_elsewhere(row, contact, now=now)
    return row


def tell(*, pause_id: int, way: str, words: str, by: Actor, now: datetime) -> PausedAddress:
    """Record that the person was told, by phone, letter or otherwise; `words` say on which number or where.

    Raises NotPaused, OtherWayNeeded, ReasonMissing, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        row = _standing(pause_id, by=by)
        if way not in OTHER_WAYS:
            raise OtherWayNeeded
        if not words.strip():
            raise ReasonMissing
        _note_told(row, way, by=by, now=now, words=words)
    return row


def lift(*, pause_id: int, way: str, words: str, by: Actor, now: datetime) -> PausedAddress:
    """Let requests from the address go on, with the person's confirmation: how it came and what was said.

    Raises NotPaused, TellFirst, OtherWayNeeded, ReasonMissing, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        row = _standing(pause_id, by=by)
        if row.told_at is None:
            raise TellFirst
        if way not in OTHER_WAYS and not (way == IntakeChannel.EMAIL and row.told_by_way == IntakeChannel.EMAIL):
            raise OtherWayNeeded
        if not words.strip():
            raise ReasonMissing
        row.lifted_at, row.lifted_by, row.confirmed_by_way = now, f"user:{by.pk}", IntakeChannel(way)
        row.save(update_fields=["lifted_at", "lifted_by", "confirmed_by_way"])
        _record(row, PauseEvent.LIFTED, by=by, now=now, details={"way": way}, words=words)
        for request in held_requests(row).order_by("pk"):
            locked = lock_request(request.pk)
            note(locked, RequestEvent.LET_GO_ON, by=by, now=now)
            if locked.is_identified and locked.is_open:
                go_on(request=locked, now=now)
    return row


def _standing(pause_id: int, *, by: Actor) -> PausedAddress:
    check_works_on_cases(by=by)
    row = PausedAddress.objects.select_for_update().filter(pk=pause_id, lifted_at=None).first()
    if row is None:
        raise NotPaused
    if is_own([row.subject_id], by=by):
        raise OwnCase
    return row


def _tell_elsewhere(row: PausedAddress, contact: str, *, now: datetime) -> None:
    """Write to another address already held; a number is called by a colleague, who records it with `tell`."""
    if row.subject_id is None:
        return
    person = DataSubject.objects.get(pk=row.subject_id)
    others = [
        found
        for found in contacts_of(person.pk, at=now)
        if found.kind == FieldKind.EMAIL and contact_index(found.value) != bytes(row.contact_index)
    ]
    for found in others:
        queue_notice(
            notice="address-paused",
            to=found.value,
            language=person.language,
            context={},
            now=now,
            subject_id=person.pk,
        )
    if others:
        _note_told(row, IntakeChannel.EMAIL, by=SYSTEM, now=now, words="")


def _note_told(row: PausedAddress, way: str, *, by: Actor, now: datetime, words: str) -> None:
    row.told_at, row.told_by_way = now, IntakeChannel(way)
    row.save(update_fields=["told_at", "told_by_way"])
    _record(row, PauseEvent.TOLD, by=by, now=now, details={"way": way}, words=words)


def _record(
    row: PausedAddress, event: str, *, by: Actor, now: datetime, details: dict[str, object], words: str = ""
) -> None:
    record(
        event=event,
        target=f"address-pause:{row.pk}",
        subject_id=row.subject_id,
        by=by,
        now=now,
        details=details,
        note=words.strip() if row.subject_id is not None else "",
    )

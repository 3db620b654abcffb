"""Confirming the receipt: by mail as a case comes in, or in another way that staff record."""

from datetime import datetime

from django.db import transaction

from cases.enums import CaseEvent, CaseStatus, ContactKind, IntakeChannel
from cases.guards import check_is_open, check_is_unacknowledged
from cases.models import Case
from cases.permissions import check_can_work_on
from cases.services.locking import lock_case
from cases.services.moving import move
from cases.services.recording import note
from cases.services.scheduling import schedule
from core.actors import SYSTEM, Actor


def acknowledge_by_mail(case: Case, *, now: datetime) -> None:
    """Note that the mail with reference and dates leaves; called where a case is filed. Nothing for other contacts."""
    if case.contact_kind == ContactKind.EMAIL:
        _acknowledge(case, channel=IntakeChannel.EMAIL, by=SYSTEM, now=now)


def record_acknowledgement(*, kind: str, case_id: int, channel: str, by: Actor, now: datetime) -> Case:
    """Note that staff confirmed the receipt by phone, letter or otherwise.

    Raises AcknowledgedAlready, CaseClosed, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_work_on(case, by=by)
        check_is_open(case)
        check_is_unacknowledged(case)
        _acknowledge(case, channel=IntakeChannel(channel), by=by, now=now)
    return case


def _acknowledge(case: Case, *, channel: IntakeChannel, by: Actor, now: datetime) -> None:
    if case.status == CaseStatus.RECEIVED:
        move(case, to=CaseStatus.ACKNOWLEDGED, now=now, acknowledged_at=now)
    else:
        case.acknowledged_at = now
        schedule(case, now=now, save=False)
        case.save(update_fields=["acknowledged_at", "next_mark", "next_mark_at"])
    note(case, CaseEvent.ACKNOWLEDGED, by=by, now=now, details={"channel": channel.value})

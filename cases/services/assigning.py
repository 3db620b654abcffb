"""Who has a case. Two colleagues taking one at the same moment: the row lock lets one through, the other is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction

from audit.services.recording import record
from cases.enums import IN_HAND, CaseEvent, CaseStatus
from cases.errors import CannotReceive
from cases.guards import check_is_open, check_is_untaken
from cases.models import Case
from cases.permissions import check_can_assign, check_can_take, check_can_work_on
from cases.registry import case_kinds
from cases.services.locking import lock_case
from cases.services.moving import move
from cases.services.telling import tell_staff
from cases.staff import working_staff
from core import clock
from core.actors import SYSTEM, Actor


def take(*, kind: str, case_id: int, by: Actor, now: datetime) -> Case:
    """Take an unassigned case; taking the own one again changes nothing.

    Raises AlreadyTaken, CaseClosed, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_take(case, by=by)
        check_is_open(case)
        if case.assignee_id == by.pk:
            return case
        check_is_untaken(case)
        move(case, to=CaseStatus.IN_PROGRESS, now=now, assignee_id=by.pk, taken_at=now)
        _record(case, CaseEvent.TAKEN, by, now)
    return case


def assign(*, kind: str, case_id: int, to: UUID, by: Actor, now: datetime) -> Case:
    """Give a case to a colleague. Raises CannotReceive, CaseClosed, NotYours, RoleRefused, OwnCase, AlreadyTaken."""
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_assign(case, by=by)
        check_is_open(case)
        colleague = working_staff().filter(pk=to).first()
        if colleague is None or colleague.subject_id == case.subject_id:
            raise CannotReceive
        if case.assignee_id == colleague.pk:
            return case
        if case.status == CaseStatus.RECEIVED:
            move(case, to=CaseStatus.IN_PROGRESS, now=now, assignee_id=colleague.pk, taken_at=now)
        else:
            case.assignee_id = colleague.pk
            case.save(update_fields=["assignee_id"])
        entry = _record(case, CaseEvent.ASSIGNED, by, now, {"to": f"user:{colleague.pk}"})
        tell_staff(case, notice="staff-case-given", people=[colleague], now=now, dedup=f"given:{entry}")
    return case


def release(*, kind: str, case_id: int, by: Actor, now: datetime) -> Case:
    """Put a case back into the queue. Raises MoveNotAllowed, NotYours, RoleRefused, CaseClosed."""
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_work_on(case, by=by)
        check_is_open(case)
        move(case, to=CaseStatus.RECEIVED, now=now, assignee_id=None, taken_at=None)
        _record(case, CaseEvent.RELEASED, by, now)
    return case


def release_all_of(subject_id: UUID) -> None:
    """Put back whatever a person who is being erased still has, and drop the link from closed cases. Safe to repeat."""
    users: Any = get_user_model()._default_manager
    user_ids = list(users.filter(subject_id=subject_id).values_list("pk", flat=True))
    now = clock.now()
    for kind, model in case_kinds().items():
        for case_id in list(model._default_manager.filter(assignee_id__in=user_ids).values_list("pk", flat=True)):
            with transaction.atomic():
                case = lock_case(kind=kind, case_id=case_id)
                if case.status in IN_HAND:
                    move(case, to=CaseStatus.RECEIVED, now=now, assignee_id=None, taken_at=None)
                else:
                    case.assignee_id = None
                    case.save(update_fields=["assignee_id"])
                _record(case, CaseEvent.RELEASED, SYSTEM, now)


def _record(case: Case, event: str, by: Actor, now: datetime, details: dict[str, object] | None = None) -> int:
    entry = record(
        event=case.event(event), target=case.target, subject_id=case.subject_id, by=by, now=now, details=details
    )
    return int(entry.pk)

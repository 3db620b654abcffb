"""Beginning to examine a case, or going on without waiting any longer."""

from datetime import datetime

from django.db import transaction

from cases.enums import CaseEvent, CaseStatus
from cases.guards import check_is_open, check_is_past_receipt, check_may_begin
from cases.models import Case
from cases.permissions import check_can_work_on
from cases.services.locking import lock_case
from cases.services.moving import move
from cases.services.recording import note
from core.actors import Actor


def begin(*, kind: str, case_id: int, by: Actor, now: datetime) -> Case:
    """Begin the examination; doing so twice changes nothing.

    Raises AcknowledgeFirst, MoveNotAllowed, CaseClosed, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_work_on(case, by=by)
        check_is_open(case)
        if case.status == CaseStatus.INVESTIGATING:
            return case
        check_is_past_receipt(case)
        check_may_begin(case)
        move(case, to=CaseStatus.INVESTIGATING, now=now)
        note(case, CaseEvent.INVESTIGATED, by=by, now=now)
    return case

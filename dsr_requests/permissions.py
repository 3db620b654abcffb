"""Who of the staff may approve what another decided, hand a copy over, and hold one back.

All else is as for every case (cases/permissions.py).
"""

from uuid import UUID

from audit.services.recording import actor_reference
from cases.errors import OwnCase
from cases.permissions import check_can_work_on, check_works_on_cases
from core.actors import Actor
from core.errors import allows
from dsr_requests.errors import SameTwice
from dsr_requests.errors_copy import CopyHoldSame, OfficerHandsOver, OfficerHoldsBack
from dsr_requests.models import CopyHold, Decision, Request
from personal_data.selectors_merged import every_reference, is_own

OFFICER = "dpo"


def check_can_second(decision: Decision, *, by: Actor) -> None:
    """Whoever works on cases, but not who decided, and nobody the request concerns.

    Raises RoleRefused, OwnCase, SameTwice.
    """
    check_works_on_cases(by=by)
    if decision.case.concerns(by):
        raise OwnCase
    if decision.decided_by_id == by.pk:
        raise SameTwice


def check_can_drop(decision: Decision, *, by: Actor) -> None:
    """Who decided takes it back, another declines it. Raises RoleRefused, OwnCase."""
    check_works_on_cases(by=by)
    if decision.case.concerns(by):
        raise OwnCase


def check_can_hold_copy(subject_id: UUID, *, by: Actor) -> None:
    """A data-protection officer, of somebody else. Raises OfficerHoldsBack, OwnCase."""
    if by.audit_role != OFFICER:
        raise OfficerHoldsBack
    if is_own(every_reference(subject_id), by=by):
        raise OwnCase


def check_can_judge_copy_hold(hold: CopyHold, *, by: Actor) -> None:
    """Whoever works on cases, of somebody else, approves, declines or ends a hold. Raises RoleRefused, OwnCase."""
    check_works_on_cases(by=by)
    if is_own(every_reference(hold.subject_id), by=by):
        raise OwnCase


def check_can_second_copy_hold(hold: CopyHold, *, by: Actor) -> None:
    """But not who proposed it. Raises RoleRefused, OwnCase, CopyHoldSame."""
    check_can_judge_copy_hold(hold, by=by)
    if hold.asked_by == actor_reference(by):
        raise CopyHoldSame


def check_can_hand_over(request: Request, *, by: Actor) -> None:
    """A data-protection officer, of a request that is not the own. Raises OfficerHandsOver, RoleRefused, OwnCase."""
    check_can_work_on(request, by=by)
    if by.audit_role != OFFICER:
        raise OfficerHandsOver


can_second = allows(check_can_second)
can_drop = allows(check_can_drop)
can_hold_copy = allows(check_can_hold_copy)
can_judge_copy_hold = allows(check_can_judge_copy_hold)
can_second_copy_hold = allows(check_can_second_copy_hold)

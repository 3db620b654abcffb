"""Who of the staff may approve what another decided, and hand a copy over.

All else is as for every case (cases/permissions.py).
"""

from cases.errors import OwnCase
from cases.permissions import check_can_work_on, check_works_on_cases
from core.actors import Actor
from core.errors import allows
from dsr_requests.errors import SameTwice
from dsr_requests.errors_copy import OfficerHandsOver
from dsr_requests.models import Decision, Request

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


def check_can_hand_over(request: Request, *, by: Actor) -> None:
    """A data-protection officer, of a request that is not the own. Raises OfficerHandsOver, RoleRefused, OwnCase."""
    check_can_work_on(request, by=by)
    if by.audit_role != OFFICER:
        raise OfficerHandsOver


can_second = allows(check_can_second)
can_drop = allows(check_can_drop)

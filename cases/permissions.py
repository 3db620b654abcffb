"""Who of the staff may see and do what with a case; never one's own case.

| role          | queue | content                     | work on it                |
|---------------|-------|-----------------------------|---------------------------|
| agent         | yes   | of cases taken or given     | of cases taken or given   |
| dpo           | yes   | all                         | all, and give to anybody  |
| auditor       | yes   | all, reading only           | no                        |
| administrator | yes   | none                        | no                        |
"""

from cases.errors import AlreadyTaken, NotTaken, NotYours, OwnCase, RoleRefused
from cases.models import Case
from core.actors import Actor
from core.errors import allows

QUEUE_ROLES = frozenset({"agent", "dpo", "auditor", "administrator"})
WORKING_ROLES = frozenset({"agent", "dpo"})
READING_ROLES = frozenset({"dpo", "auditor"})


def check_can_see_queue(*, by: Actor) -> None:
    """Raises RoleRefused. The queue shows reference, category, due day and state, no content."""
    if by.audit_role not in QUEUE_ROLES:
        raise RoleRefused


def check_can_take(case: Case, *, by: Actor) -> None:
    """Raises RoleRefused, OwnCase, AlreadyTaken."""
    _check_works(case, by=by)
    if case.assignee_id is not None and case.assignee_id != by.pk:
        raise AlreadyTaken


def check_can_see_content(case: Case, *, by: Actor) -> None:
    """Raises RoleRefused, OwnCase, NotTaken."""
    check_can_see_queue(by=by)
    _check_not_own(case, by=by)
    if by.audit_role in READING_ROLES:
        return
    if by.audit_role not in WORKING_ROLES:
        raise RoleRefused
    if case.assignee_id is None or case.assignee_id != by.pk:
        raise NotTaken


def check_can_work_on(case: Case, *, by: Actor) -> None:
    """Raises RoleRefused, OwnCase, NotYours."""
    _check_works(case, by=by)
    if by.audit_role != "dpo" and case.assignee_id != by.pk:
        raise NotYours


def check_can_assign(case: Case, *, by: Actor) -> None:
    """The data-protection officer gives any case to anybody, an agent hands on the own. Raises as check_can_work_on."""
    check_can_work_on(case, by=by)


def _check_works(case: Case, *, by: Actor) -> None:
    if by.audit_role not in WORKING_ROLES:
        raise RoleRefused
    _check_not_own(case, by=by)


def _check_not_own(case: Case, *, by: Actor) -> None:
    if case.subject_id == getattr(by, "subject_id", None):
        raise OwnCase


can_see_queue = allows(check_can_see_queue)
can_take = allows(check_can_take)
can_see_content = allows(check_can_see_content)
can_work_on = allows(check_can_work_on)
can_assign = allows(check_can_assign)

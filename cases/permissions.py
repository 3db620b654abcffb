"""Who of the staff may see and do what with a case; never one's own case.

| role          | queue | content                     | work on it                |
|---------------|-------|-----------------------------|---------------------------|
| agent         | yes   | of cases taken or given     | of cases taken or given   |
| dpo           | yes   | all                         | all, and give to anybody  |
| auditor       | yes   | all, reading only           | no                        |
| administrator | yes   | none                        | no                        |
"""

from uuid import UUID

from cases.errors import AlreadyTaken, NotSender, NotTaken, NotYours, OwnCase, RoleRefused
from cases.models import Case
from core.actors import GUEST, Actor
from core.errors import allows
from personal_data.selectors_merged import is_one_with, is_own

QUEUE_ROLES = frozenset({"agent", "dpo", "auditor", "administrator"})
WORKING_ROLES = frozenset({"agent", "dpo"})
READING_ROLES = frozenset({"dpo", "auditor"})
EXPORTING_ROLES = READING_ROLES
ARRANGING_ROLES = frozenset({"dpo", "administrator"})


def check_can_see_queue(*, by: Actor) -> None:
    """Raises RoleRefused. The queue shows reference, category and dates, no content; more to `reads_every_case`."""
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


def check_can_record(subject_id: UUID | None, *, by: Actor) -> None:
    """Raises RoleRefused, OwnCase. Whoever works on cases may enter one for somebody else."""
    if by.audit_role not in WORKING_ROLES:
        raise RoleRefused
    if is_own([subject_id], by=by):
        raise OwnCase


def check_is_sender(case: Case, *, by: Actor) -> None:
    """Raises NotSender. A guest got here by a code to the address of the case; a member by the own account, to which
    the cases of whoever was found to be the same person belong too.
    """
    if by.pk is None and by.audit_role == GUEST.audit_role:
        return
    own: UUID | None = getattr(by, "subject_id", None)
    if own is None or not is_one_with(case.subject_id, kept=own):
        raise NotSender


def check_can_assign(case: Case, *, by: Actor) -> None:
    """The data-protection officer gives any case to anybody, an agent hands on the own. Raises as check_can_work_on."""
    check_can_work_on(case, by=by)


def check_reads_every_case(*, by: Actor) -> None:
    """Raises RoleRefused. Of cases they do not have, lists tell everybody else reference, category and dates alone."""
    if by.audit_role not in READING_ROLES:
        raise RoleRefused


def check_works_on_cases(*, by: Actor) -> None:
    """Raises RoleRefused."""
    if by.audit_role not in WORKING_ROLES:
        raise RoleRefused


def check_can_export(*, by: Actor) -> None:
    """Raises RoleRefused. A whole list leaves the desk only with who may see every case."""
    if by.audit_role not in EXPORTING_ROLES:
        raise RoleRefused


def check_can_arrange(*, by: Actor) -> None:
    """Raises RoleRefused. Who decides to whom new cases go."""
    if by.audit_role not in ARRANGING_ROLES:
        raise RoleRefused


def _check_works(case: Case, *, by: Actor) -> None:
    if by.audit_role not in WORKING_ROLES:
        raise RoleRefused
    _check_not_own(case, by=by)


def _check_not_own(case: Case, *, by: Actor) -> None:
    if case.concerns(by):
        raise OwnCase


can_see_queue = allows(check_can_see_queue)
can_take = allows(check_can_take)
can_see_content = allows(check_can_see_content)
can_work_on = allows(check_can_work_on)
can_assign = allows(check_can_assign)
reads_every_case = allows(check_reads_every_case)
can_export = allows(check_can_export)
can_arrange = allows(check_can_arrange)
works_on_cases = allows(check_works_on_cases)

"""Which staff may open a person's data, see a value in clear, and write something down for the person.

| role          | a person's page (masked)       | a basic value | a sensitive value | record a refusal | erasures    |
|---------------|--------------------------------|---------------|-------------------|------------------|-------------|
| agent         | of people whose case they have | with a reason | no                | yes              | no          |
| dpo           | all                            | with a reason | with a reason     | yes              | see, resume |
| auditor       | all                            | no            | no                | no               | see         |
| administrator | none                           | no            | no                | no               | no          |

While the use of everything is restricted, or a deletion of everything can still be called off, the officer alone opens
the person's page and looks at a value.
"""

from collections.abc import Callable
from uuid import UUID

from audit.services.recording import actor_reference
from core.actors import Actor
from core.errors import allows
from personal_data.errors import (
    ImportingRefused,
    LiftingRefused,
    NotResponsible,
    OrderingRefused,
    Restricted,
    ResumingRefused,
    RevealRefused,
)
from personal_data.errors_retention import DecidingRefused, RetentionRefused
from personal_data.selectors_limits import is_restricted
from personal_data.selectors_merged import is_own

REVEAL_ROLES = {
    "basic": frozenset({"agent", "dpo"}),
    "sensitive": frozenset({"dpo"}),
    "security": frozenset({"dpo"}),
}
SEES_EVERYBODY = frozenset({"dpo", "auditor"})
WRITING_ROLES = frozenset({"agent", "dpo"})
RESUMING_ROLES = frozenset({"dpo"})
OPENS_RESTRICTED = frozenset({"dpo"})
SEES_RETENTION = frozenset({"dpo", "auditor", "administrator"})
PREPARES_RETENTION = frozenset({"dpo", "system"})
READS_KEPT = frozenset({"dpo"})
DECIDES_RETENTION = frozenset({"dpo", "administrator"})
IMPORTING_ROLES = frozenset({"dpo", "system"})

# Filled at start by upper packages, which know who works for whom.
_responsible: list[Callable[[Actor, UUID], bool]] = []


def responsible_when(answer: Callable[[Actor, UUID], bool]) -> None:
    """Register a way in which an agent comes to work for a person, such as having that person's case."""
    _responsible.append(answer)


def check_can_open(*, by: Actor, subject_id: UUID) -> None:
    """Raises NotResponsible unless the role sees everybody, or works for this person (SH-9); Restricted."""
    if by.audit_role not in SEES_EVERYBODY and (
        by.audit_role not in WRITING_ROLES or not any(answer(by, subject_id) for answer in _responsible)
    ):
        raise NotResponsible
    check_is_unrestricted(by=by, subject_id=subject_id)


def check_is_unrestricted(*, by: Actor, subject_id: UUID | None) -> None:
    """Raises Restricted while what is held on the person is for the officer alone."""
    if by.audit_role not in OPENS_RESTRICTED and subject_id is not None and is_restricted(subject_id):
        raise Restricted


def check_can_reveal(*, by: Actor, sensitivity: str) -> None:
    """Raises RevealRefused unless the actor's role may see this class of data (LV-7, LV-8)."""
    if by.audit_role not in REVEAL_ROLES[sensitivity]:
        raise RevealRefused


def check_can_write_for(*, by: Actor, subject_id: UUID) -> None:
    """Raises NotResponsible unless this member of staff may record something for this person."""
    check_can_open(by=by, subject_id=subject_id)
    if by.audit_role not in WRITING_ROLES:
        raise NotResponsible


def check_can_resume(*, by: Actor) -> None:
    """Raises ResumingRefused unless the actor may set a stuck erasure going again."""
    if by.audit_role not in RESUMING_ROLES:
        raise ResumingRefused


def check_can_import(*, by: Actor) -> None:
    """Raises ImportingRefused unless the actor may bring people in, merge them and part them again."""
    if by.audit_role not in IMPORTING_ROLES:
        raise ImportingRefused


def check_can_prepare_retention(*, by: Actor) -> None:
    """Raises RetentionRefused unless the actor may place holds, begin runs and prepare deletions."""
    if by.audit_role not in PREPARES_RETENTION:
        raise RetentionRefused


def check_can_read_kept(*, by: Actor) -> None:
    """Raises RetentionRefused unless the actor may open what the law keeps of somebody erased."""
    if by.audit_role not in READS_KEPT:
        raise RetentionRefused


def check_can_decide_retention(*, by: Actor, not_by: str = "") -> None:
    """Raises DecidingRefused unless the actor may approve what somebody else, named by reference, has prepared."""
    if by.audit_role not in DECIDES_RETENTION or actor_reference(by) == not_by:
        raise DecidingRefused


def check_can_order(*, by: Actor) -> None:
    """Raises OrderingRefused unless the actor works on cases."""
    if by.audit_role not in WRITING_ROLES:
        raise OrderingRefused


def check_can_ask_to_lift(*, subject_id: UUID, by: Actor) -> None:
    """Raises LiftingRefused unless the officer proposes it, for somebody else."""
    if by.audit_role not in OPENS_RESTRICTED or is_own([subject_id], by=by):
        raise LiftingRefused


def check_can_second_lift(*, subject_id: UUID, by: Actor) -> None:
    """Raises LiftingRefused unless a colleague who handles cases approves it, for somebody else."""
    if by.audit_role not in WRITING_ROLES or is_own([subject_id], by=by):
        raise LiftingRefused


can_open = allows(check_can_open)
can_reveal = allows(check_can_reveal)
can_write_for = allows(check_can_write_for)
can_resume = allows(check_can_resume)
can_import = allows(check_can_import)
can_prepare_retention = allows(check_can_prepare_retention)
can_read_kept = allows(check_can_read_kept)
can_decide_retention = allows(check_can_decide_retention)
can_order = allows(check_can_order)
can_ask_to_lift = allows(check_can_ask_to_lift)
can_second_lift = allows(check_can_second_lift)

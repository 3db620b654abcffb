"""What each role may do, and who may manage accounts of staff."""

from typing import TYPE_CHECKING

from django.conf import settings

from accounts.enums import RECOVERY_ROLES, Role
from accounts.errors import LastAdministrator, MayNotApproveRecovery, MayNotManageStaff, OwnAccount
from core.actors import SYSTEM, Actor
from core.errors import allows

if TYPE_CHECKING:
    from accounts.models import User

OWN_APPS = (
    "accounts",
    "complaints",
    "dsr_requests",
    "cases",
    "consent",
    "outbound",
    "personal_data",
    "policies",
    "audit",
    "core",
)
# Applications in which a role may do more than look. What exactly, each application's own permissions and services
# decide.
WORKED_IN: dict[str, tuple[str, ...]] = {
    Role.AGENT: ("complaints", "dsr_requests", "cases"),
    Role.DPO: ("complaints", "dsr_requests", "cases", "consent", "personal_data", "policies", "outbound", "core"),
    Role.AUDITOR: (),
    Role.ADMINISTRATOR: ("accounts", "policies", "outbound", "core"),
}
# Where a role has nothing to look for.
NOT_SEEN: dict[str, tuple[str, ...]] = {
    Role.AGENT: ("accounts", "audit", "outbound", "core"),
    Role.DPO: (),
    Role.AUDITOR: (),
    Role.ADMINISTRATOR: ("complaints", "dsr_requests", "cases", "personal_data", "consent"),
}


def role_has(role: str, *, app: str, codename: str) -> bool:
    """Whether a role carries a permission of one of our applications."""
    if app not in OWN_APPS or app in NOT_SEEN[role]:
        return False
    return codename.startswith("view_") or app in WORKED_IN[role]


def needs_second_factor(user: "User") -> bool:
    """Staff need one; the demo does without and says so."""
    return user.is_staff and not settings.PORTAL_DEMO


def check_can_manage_staff(*, by: Actor) -> None:
    """Raises MayNotManageStaff. The system itself may: the first administrator is made by a command."""
    if by is not SYSTEM and by.audit_role != Role.ADMINISTRATOR:
        raise MayNotManageStaff


def check_can_change_staff(*, by: Actor, user: "User", administrators_left: int) -> None:
    """Raises MayNotManageStaff, OwnAccount, LastAdministrator (when nobody would be left to manage staff)."""
    check_can_manage_staff(by=by)
    if by.pk == user.pk:
        raise OwnAccount
    if user.audit_role == Role.ADMINISTRATOR and administrators_left < 1:
        raise LastAdministrator


def check_can_approve_recovery(*, by: Actor, user: "User") -> None:
    """Raises MayNotApproveRecovery unless `by` is another administrator or data-protection officer."""
    if by.pk == user.pk or by.audit_role not in RECOVERY_ROLES:
        raise MayNotApproveRecovery


can_manage_staff = allows(check_can_manage_staff)
can_approve_recovery = allows(check_can_approve_recovery)

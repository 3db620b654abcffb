"""Roles of staff, and the names of what is recorded about accounts."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Role(TextChoices):
    """What a member of staff may do. The value is the name of the group that carries the permissions."""

    AGENT = "agent", pgettext_lazy("role", "agent")
    DPO = "dpo", pgettext_lazy("role", "data-protection officer")
    AUDITOR = "auditor", pgettext_lazy("role", "auditor (reads only)")
    ADMINISTRATOR = "administrator", pgettext_lazy("role", "administrator")


PERSON = "person"

# Who may let a colleague back in who lost the second factor.
RECOVERY_ROLES = (Role.ADMINISTRATOR, Role.DPO)
RECOVERY_APPROVALS = 2


class AgeAnswer(TextChoices):
    """The age question at sign-up (law 91/2025, article 24). Only the first answer leads to an account."""

    ADULT = "ADULT", pgettext_lazy("age at sign-up", "16 or older")
    CHILD = "CHILD", pgettext_lazy("age at sign-up", "7 to 15")
    YOUNG_CHILD = "YOUNG_CHILD", pgettext_lazy("age at sign-up", "Under 7")


class Factor(TextChoices):
    """Codes of second factors as allauth stores them."""

    TOTP = "totp", pgettext_lazy("second factor", "code from an app")
    WEBAUTHN = "webauthn", pgettext_lazy("second factor", "passkey")
    RECOVERY_CODES = "recovery_codes", pgettext_lazy("second factor", "recovery codes")


class AuditEvent:
    """Names of recorded events."""

    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CLAIMED = "account.claimed"
    ACCOUNT_CLOSED = "account.closed"
    UNVERIFIED_REMOVED = "account.unverified_removed"
    SIGNED_IN = "account.signed_in"
    SIGNED_OUT = "account.signed_out"
    SIGN_IN_FAILED = "account.sign_in_failed"
    SIGN_IN_LOCKED = "account.sign_in_locked"
    CODE_REFUSED = "account.code_refused"
    FACTOR_REFUSED = "account.factor_refused"
    FACTOR_ADDED = "account.factor_added"
    FACTOR_REMOVED = "account.factor_removed"
    PASSWORD_CHANGED = "account.password_changed"  # noqa: S105  the name of an event
    SESSIONS_ENDED = "account.sessions_ended"
    ADDRESS_VERIFIED = "account.address_verified"
    ADDRESS_CHANGED = "account.address_changed"
    ADDRESS_CONFIRMED = "account.address_confirmed"
    ADDRESS_BOUNCED = "account.address_bounced"
    STAFF_INVITED = "staff.invited"
    INVITATION_WITHDRAWN = "staff.invitation_withdrawn"
    STAFF_JOINED = "staff.joined"
    ROLE_GIVEN = "staff.role_given"
    STAFF_DEACTIVATED = "staff.deactivated"
    STAFF_REACTIVATED = "staff.reactivated"
    RECOVERY_ASKED = "recovery.asked"
    RECOVERY_APPROVED = "recovery.approved"
    RECOVERY_DONE = "recovery.done"

"""Refusals around accounts, in words for the person."""

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


class AddressTaken(NotAllowed):
    code = "address-taken"
    message = _("An account with this e-mail address exists already.")


class AlreadyStaff(NotAllowed):
    code = "already-staff"
    message = _("This person is already a member of staff. Change the role instead.")


class NotStaff(NotAllowed):
    code = "not-staff"
    message = _("This account is not a staff account.")


class MayNotManageStaff(NotAllowed):
    code = "may-not-manage-staff"
    message = _("Only an administrator may do this.")


class OwnAccount(NotAllowed):
    code = "own-account"
    message = _("You cannot do this to your own account. Ask another administrator.")


class LastAdministrator(NotAllowed):
    code = "last-administrator"
    message = _("This is the last active administrator. Make someone else an administrator first.")


class InvitationGone(NotAllowed):
    code = "invitation-gone"
    message = _("This invitation has been used, was withdrawn, or has run out. Ask an administrator for a new one.")


class InvitationForSomeoneElse(NotAllowed):
    code = "invitation-for-someone-else"
    message = _("This invitation is for another account. Sign out, then open the link again.")


class AccountClosed(NotAllowed):
    code = "account-closed"
    message = _("This account is closed.")


class NothingToRecover(NotAllowed):
    code = "nothing-to-recover"
    message = _("There is no open request to let this person back in.")


class MayNotApproveRecovery(NotAllowed):
    code = "may-not-approve-recovery"
    message = _("Only another administrator or data-protection officer may approve this.")


class AlreadyApproved(NotAllowed):
    code = "already-approved"
    message = _("You have approved this already. A second person must approve it too.")

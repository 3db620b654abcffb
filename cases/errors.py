"""What may not be done with a case, in words for whoever tried."""

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


class MoveNotAllowed(NotAllowed):
    code = "move-not-allowed"
    message = _("This case has moved on since you opened it. Please look at its present state.")


class AlreadyTaken(NotAllowed):
    code = "already-taken"
    message = _("A colleague took this case a moment before you. It is not yours to work on.")


class NotYours(NotAllowed):
    code = "not-yours"
    message = _("Only the colleague who has this case can do that.")


class NotTaken(NotAllowed):
    code = "not-taken"
    message = _("Take this case first. Its content is shown to the colleague who has it.")


class OwnCase(NotAllowed):
    code = "own-case"
    message = _("This is your own case. A colleague has to handle it.")


class RoleRefused(NotAllowed):
    code = "role-refused"
    message = _("Your role does not allow this.")


class CannotReceive(NotAllowed):
    code = "cannot-receive"
    message = _("This colleague cannot be given cases now.")


class CaseClosed(NotAllowed):
    code = "case-closed"
    message = _("This case is closed. You can send a new one.")


class NothingWritten(NotAllowed):
    code = "nothing-written"
    message = _("Please write something first.")


class ReasonMissing(NotAllowed):
    code = "reason-missing"
    message = _("Please give a reason. The person can see it.")


class PolicyMissing(NotAllowed):
    code = "policy-missing"
    message = _("Nothing can be sent yet, because no policy has been published.")


class TooManyCodes(NotAllowed):
    code = "too-many-codes"
    message = _("Too many codes were asked for. Please wait an hour, then ask again.")


class AlreadyVerified(NotAllowed):
    code = "already-verified"
    message = _("This address is already confirmed.")


class ContentGone(NotAllowed):
    code = "content-gone"
    message = _("The content of this case cannot be read any more: the time for which proof is kept has ended.")

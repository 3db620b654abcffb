"""What may not be done with a case, in words for whoever tried."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed
from core.templatetags.portal import moment


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
    message = _("This case is your own or is about you. A colleague has to handle it.")


class RoleRefused(NotAllowed):
    code = "role-refused"
    message = _("Your role does not allow this.")


class CannotReceive(NotAllowed):
    code = "cannot-receive"
    message = _("This colleague cannot be given cases now.")


class CaseClosed(NotAllowed):
    code = "case-closed"
    message = _("This case is closed. You can send a new one.")


class AnsweredAlready(CaseClosed):
    code = "answered-already"
    message = _("This case has been answered already.")


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


class TooManySearches(NotAllowed):
    code = "too-many-searches"
    message = _("You searched by address or number very often within an hour. Please wait a while.")


class TooManyMessages(NotAllowed):
    code = "too-many-messages"
    message = _("You sent very many messages within an hour. Please wait a while, then send this one.")


class AlreadyVerified(NotAllowed):
    code = "already-verified"
    message = _("This address is already confirmed.")


class ContentGone(NotAllowed):
    code = "content-gone"
    message = _("The content of this case cannot be read any more: the time for which proof is kept has ended.")


class NotSender(NotAllowed):
    code = "not-sender"
    message = _("Only the person who sent this case can do that.")


class AcknowledgeFirst(NotAllowed):
    code = "acknowledge-first"
    message = _("First record how you confirmed the receipt to the person, or assess the case.")


class AcknowledgedAlready(NotAllowed):
    code = "acknowledged-already"
    message = _("The receipt was confirmed already.")


class ReceiptImpossible(NotAllowed):
    code = "receipt-impossible"

    def __init__(self, earliest: datetime, latest: datetime) -> None:
        range_ = {"earliest": moment(earliest), "latest": moment(latest)}
        super().__init__(gettext("The moment of receipt can lie between %(earliest)s and %(latest)s.") % range_)


class ChangedMeanwhile(NotAllowed):
    """Colleagues, the person or the clock changed the case after the page was drawn; `changes` says what."""

    code = "changed-meanwhile"
    message = _("This case was changed while you had it open. Look at what changed, then save again.")

    def __init__(self, changes: Sequence[Any]) -> None:
        super().__init__()
        self.changes = changes


class CalendarUnchanged(NotAllowed):
    code = "calendar-unchanged"
    message = _("Nothing would change: the calendar says so already.")

"""What may not be done while it is established who is asking."""

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


class IdentifiedAlready(NotAllowed):
    code = "identified-already"
    message = _("It is established already who is asking.")


class AddressUnproved(NotAllowed):
    code = "address-unproved"
    message = _("First confirm the e-mail address you gave with the request.")


class TooManyChecks(NotAllowed):
    code = "too-many-checks"
    message = _("No more codes can be asked for this request today. Please write to us in the request instead.")


class NoCallNeeded(NotAllowed):
    code = "no-call-needed"
    message = _("There is no number to call for this check, or the person asked for another one.")


class OfficerOnly(NotAllowed):
    code = "officer-only"
    message = _("Only a data-protection officer can say that this is the person.")


class EvidenceUnread(NotAllowed):
    code = "evidence-unread"
    message = _("Open every file the person sent, then say what it shows.")


class EvidenceMissing(NotAllowed):
    code = "evidence-missing"
    message = _("Nothing was sent that shows it.")


class EvidenceNotAwaited(NotAllowed):
    code = "evidence-not-awaited"
    message = _("No file is needed here now.")


class PersonCanSend(NotAllowed):
    code = "person-can-send"
    message = _("The person can send it on the page of the request. Staff take in files only where there is no e-mail.")


class TakenInYourself(NotAllowed):
    code = "taken-in-yourself"
    message = _("You took these files in yourself: another data-protection officer has to say what they show.")


class AskedAlready(NotAllowed):
    code = "asked-already"
    message = _("This was asked for already.")


class MadeForAnother(NotAllowed):
    code = "made-for-another"
    message = _("This request was made for somebody else. We examine the mandate first.")


class NoMandate(NotAllowed):
    code = "no-mandate"
    message = _("This request was not made for somebody else.")


class MandateDecided(NotAllowed):
    code = "mandate-decided"
    message = _("This mandate was decided already.")


class MandateEnded(NotAllowed):
    code = "mandate-ended"
    message = _("The mandate has ended, or its last day is not known.")


class MandateTooNarrow(NotAllowed):
    code = "mandate-too-narrow"
    message = _("The mandate does not cover this kind of request.")


class ChildMustAgree(NotAllowed):
    code = "child-must-agree"
    message = _("The child is 7 or older: it has to agree itself first.")


class PersonUnknown(NotAllowed):
    code = "person-unknown"
    message = _(
        "We hold nothing under the contact named, or it is held on two people. An officer can choose the person."
    )


class PausedAlready(NotAllowed):
    code = "paused-already"
    message = _("Requests from this address are held already.")


class NotPaused(NotAllowed):
    code = "not-paused"
    message = _("This pause was lifted already.")


class TellFirst(NotAllowed):
    code = "tell-first"
    message = _("First tell the person another way that is already held.")


class OtherWayNeeded(NotAllowed):
    code = "other-way-needed"
    message = _("The paused address cannot confirm itself. Reach the person another way that is already held.")

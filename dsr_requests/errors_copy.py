"""What may not be done with the copy that answers a request, and with a letter about a deletion."""

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


class NoAddressHeld(NotAllowed):
    code = "no-address-held"
    message = _(
        "No e-mail address is held to which a code could be sent. Write to us here or call us; a colleague hands the "
        "copy over another way."
    )


class OfficerHandsOver(NotAllowed):
    code = "officer-hands-over"
    message = _("Only a data-protection officer hands a copy over.")


class FetchedByPerson(NotAllowed):
    code = "fetched-by-person"
    message = _("The person can fetch this copy: after signing in, or by a code to the address held.")


class NoLetterNeeded(NotAllowed):
    code = "no-letter-needed"
    message = _("No letter is needed: the person was told by e-mail, or the deletion cannot be called off any more.")


class LetterFirst(NotAllowed):
    code = "letter-first"
    message = _("Open the letter first: it says what the person has to be told.")


class CopyHeld(NotAllowed):
    code = "copy-held"
    message = _("This copy is held back for now. Why, and how to contest it, stands on the page of the request.")


class EndHoldFirst(NotAllowed):
    code = "end-hold-first"
    message = _("The copy is held back. End the hold first, or leave parts out with a ground, which a second approves.")


class CopyHeldAlready(NotAllowed):
    code = "copy-held-already"
    message = _("The copy of this person is held back already, or that waits for a second person.")


class OfficerHoldsBack(NotAllowed):
    code = "officer-holds-back"
    message = _("Only a data-protection officer proposes to hold a copy back.")


class CopyHoldOver(NotAllowed):
    code = "copy-hold-over"
    message = _("This was approved, declined or ended in the meantime.")


class CopyHoldSame(NotAllowed):
    code = "copy-hold-same"
    message = _("You proposed this yourself. A second person has to approve it.")

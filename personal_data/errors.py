"""What may not be done with the data held, in words for the person."""

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


class SubjectGone(NotAllowed):
    code = "subject-gone"
    message = _("This data has been deleted or is being deleted, so nothing can be added or changed.")


class KeyDestroyed(NotAllowed):
    code = "key-destroyed"
    message = _("The key to this data has been destroyed. It cannot be read any more.")


class PurposeNotNamed(NotAllowed):
    code = "purpose-not-named"
    message = _(
        "The published policy does not name this purpose for this information, so it may not be read. "
        "The attempt was recorded."
    )


class UnknownField(NotAllowed):
    code = "unknown-field"
    message = _("The policy in force does not collect this information.")


class InvalidValue(NotAllowed):
    code = "invalid-value"
    message = _("This does not look right. Please check it.")


class ChangedElsewhere(NotAllowed):
    code = "changed-elsewhere"
    message = _("This was changed in another window in the meantime. Nothing has been replaced yet.")


class NotHeld(NotAllowed):
    code = "not-held"
    message = _("This is no longer held. It may have been deleted in another window.")


class FileTooLarge(NotAllowed):
    code = "file-too-large"
    message = _("This file is too large.")


class TooManyFiles(NotAllowed):
    code = "too-many-files"
    message = _("Too many files are held here already. Delete one first.")


class FileTypeRefused(NotAllowed):
    code = "file-type-refused"
    message = _("This kind of file is not accepted here.")


class NotResponsible(NotAllowed):
    code = "not-responsible"
    message = _("You can open the data of people whose case you have. Take the case first.")


class Restricted(NotResponsible):
    code = "restricted"
    message = _(
        "The use of this person's data is restricted: it is stored and nothing else. "
        "Only the data-protection officer may open it."
    )


class UseStopped(NotAllowed):
    code = "use-stopped"
    message = _("The person restricted this use or objected to it, so nothing may be read for this purpose.")


class RevealRefused(NotAllowed):
    code = "reveal-refused"
    message = _("Your role may not see this value.")


class ResumingRefused(NotAllowed):
    code = "resuming-refused"
    message = _("Only the data-protection officer can set a deletion going again.")


class NothingStuck(NotAllowed):
    code = "nothing-stuck"
    message = _("No step of this deletion waits for a person. Somebody may have set it going already.")


class ImportingRefused(NotAllowed):
    code = "importing-refused"
    message = _("Only the data-protection officer can bring people in, merge them or part them.")


class ImportTooLarge(NotAllowed):
    code = "import-too-large"
    message = _("This file is too large. The limit is 48 MB; split it.")


class ImportChanged(NotAllowed):
    code = "import-changed"
    message = _("This is not the file that was checked, or the policy has changed since. Have it checked again.")


class ImportNotReady(NotAllowed):
    code = "import-not-ready"
    message = _("This import is not at that point any more. Look at its state.")


class TooLateToCancel(NotAllowed):
    code = "too-late-to-cancel"
    message = _("The deletion has begun, so it cannot be called off any more.")


class OrderConfirmed(NotAllowed):
    code = "order-confirmed"
    message = _("The confirmation of this recipient is recorded already.")


class OrderingRefused(NotAllowed):
    code = "ordering-refused"
    message = _("Only staff who handle cases can record what recipients were told and confirmed.")


class LiftingRefused(NotAllowed):
    code = "lifting-refused"
    message = _(
        "A limit of use is lifted by two people who are not the person concerned: "
        "the data-protection officer proposes it, a colleague who handles cases approves it."
    )


class LimitNotOwn(NotAllowed):
    code = "limit-not-own"
    message = _("Only a restriction you asked for yourself can be ended here.")


class LiftNotAsked(NotAllowed):
    code = "lift-not-asked"
    message = _("Nobody proposes to lift this limit any more, or it has ended.")


class LiftedBySame(NotAllowed):
    code = "lifted-by-same"
    message = _("You proposed this yourself. A second person has to approve it.")


class MergeNotOpen(NotAllowed):
    code = "merge-not-open"
    message = _("This was decided already, or there are no two people to decide on. Look at the list again.")


class OwnMerge(NotAllowed):
    code = "own-merge"
    message = _("You are one of the two people. A colleague has to decide.")


class GoesSoon(NotAllowed):
    code = "goes-soon"
    message = _("The deletion of one of the two was asked for and can still be called off. Decide when that is over.")


class OtherHasAccount(NotAllowed):
    code = "other-has-account"
    message = _("The person to be joined has an account. Keep that one instead; of two with accounts, neither can go.")


class CopyNotReady(NotAllowed):
    code = "copy-not-ready"
    message = _("The copy is not ready yet. It usually takes a few seconds.")


class CopyGone(NotAllowed):
    code = "copy-gone"
    message = _("This copy is no longer there: it was fetched, its time ended, or data was deleted after it was made.")


class CopyNotStuck(NotAllowed):
    code = "copy-not-stuck"
    message = _("This copy does not wait for a person. Somebody may have set it going already.")


class ChangedMeanwhile(Exception):
    """Something was deleted while a copy was being made, so the copy would hold it."""


class StuckPackages(Exception):
    """A copy waits for a person."""


class RowsLeft(Exception):
    """Something that was to go is still there, so the erasure is not done."""


class StuckErasures(Exception):
    """An erasure waits for a person."""

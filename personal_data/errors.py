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


class RevealRefused(NotAllowed):
    code = "reveal-refused"
    message = _("Your role may not see this value.")


class ResumingRefused(NotAllowed):
    code = "resuming-refused"
    message = _("Only the data-protection officer can set a deletion going again.")


class NothingStuck(NotAllowed):
    code = "nothing-stuck"
    message = _("No step of this deletion waits for a person. Somebody may have set it going already.")


class RowsLeft(Exception):
    """Something that was to go is still there, so the erasure is not done."""


class StuckErasures(Exception):
    """An erasure waits for a person."""

"""What may not be done with retention, holds and decided deletions, in words for staff and for the person."""

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


class RetentionRefused(NotAllowed):
    code = "retention-refused"
    message = _("Only the data protection officer may do this.")


class DecidingRefused(NotAllowed):
    code = "deciding-refused"
    message = _(
        "Another person has to decide this: the data protection officer or an administrator who did not prepare it."
    )


class HeldForLaw(NotAllowed):
    code = "held-for-law"
    message = _(
        "This has to be kept for now on legal grounds, so it cannot be deleted yet. Once the ground has ended, "
        "it can be."
    )


class LawKeeps(HeldForLaw):
    """A rule of the policy keeps it by law; the message names the article and the day."""

    code = "law-keeps"

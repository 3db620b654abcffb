"""What may not be done with a complaint."""

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


class UnknownTier(NotAllowed):
    code = "unknown-tier"
    message = _("The policy of this complaint has no such tier.")


class TargetPassed(NotAllowed):
    code = "target-passed"
    message = _("The target date has passed. A later date can only be set, and explained, before it.")

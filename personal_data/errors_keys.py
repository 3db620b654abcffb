"""What may not be done with the keys, in words for whoever runs the installation."""

from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed


class StrangeKeys(Exception):
    """Most keys are of people this database does not know; raised so that administrators are told."""


class RotationRuns(NotAllowed):
    code = "rotation-runs"
    message = _("Another rotation of the keys is running. Wait until it has ended.")

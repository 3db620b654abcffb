"""What a deletion leaves behind, in words for the person, before it is asked for."""

from django.utils.translation import gettext as _


def what_stays() -> list[str]:
    """What remains after one value or file is deleted."""
    return [
        _("A record that it was deleted, when, and by whom. The record does not contain the value."),
        _("Everything else in your account."),
    ]

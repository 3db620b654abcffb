"""Ways out, and the codes a message can fail with."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Channel(TextChoices):
    """How a message leaves."""

    EMAIL = "EMAIL", pgettext_lazy("channel", "E-mail")


class FailureCode(TextChoices):
    """Why a message did not leave. BOUNCED is what `accounts` reads to ask a person for another address."""

    BOUNCED = "bounced", pgettext_lazy("delivery", "the address does not take mail")
    REFUSED = "refused", pgettext_lazy("delivery", "the mail server refused the message")
    UNREACHABLE = "unreachable", pgettext_lazy("delivery", "the mail server could not be reached")
    BUSY = "busy", pgettext_lazy("delivery", "the mail server asked to wait")
    SIGN_IN = "sign-in", pgettext_lazy("delivery", "the mail server did not accept our sign-in")
    NO_SPACE = "no-space", pgettext_lazy("delivery", "the mail folder cannot be written")
    UNREADABLE = "unreadable", pgettext_lazy("delivery", "the sealed content cannot be opened")
    BROKEN = "broken", pgettext_lazy("delivery", "the message could not be written out")

"""Choices of the ledger, and the names of what is recorded about it."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Reply(TextChoices):
    """What a ledger entry says. Only GRANTED permits anything; silence is no entry (law 91/2025, art. 9.4 d)."""

    GRANTED = "GRANTED", pgettext_lazy("consent", "Agreed")
    REFUSED = "REFUSED", pgettext_lazy("consent", "Not agreed")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("consent", "Withdrawn")
    EXPIRED = "EXPIRED", pgettext_lazy("consent", "Ended")


class Method(TextChoices):
    """How the answer was given (decree 356/2025, article 6.1)."""

    SIGN_UP = "SIGN_UP", pgettext_lazy("consent method", "on this site, after signing up")
    ACCOUNT = "ACCOUNT", pgettext_lazy("consent method", "on this site, in your account")
    PHONE = "PHONE", pgettext_lazy("consent method", "recorded call, entered by staff")
    PAPER = "PAPER", pgettext_lazy("consent method", "signed paper, entered by staff")
    REQUEST = "REQUEST", pgettext_lazy("consent method", "by a request to us")
    ERASURE = "ERASURE", pgettext_lazy("consent method", "ended by deleting everything")
    API = "API", pgettext_lazy("consent method", "through a connected system")
    IMPORT = "IMPORT", pgettext_lazy("consent method", "brought in from earlier records")


class AuditEvent:
    """Names of recorded events; the database function builds them as `consent.` and the reply in lower case."""

    GRANTED = "consent.granted"
    REFUSED = "consent.refused"
    WITHDRAWN = "consent.withdrawn"
    EXPIRED = "consent.expired"
    DEVICES_FORGOTTEN = "consent.devices_forgotten"


EVENT_OF_REPLY = {
    Reply.GRANTED: AuditEvent.GRANTED,
    Reply.REFUSED: AuditEvent.REFUSED,
    Reply.WITHDRAWN: AuditEvent.WITHDRAWN,
    Reply.EXPIRED: AuditEvent.EXPIRED,
}

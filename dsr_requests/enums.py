"""What a person can ask for, and how it can end. The codes of kinds are those of core/rules/requests.toml."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class RequestKind(TextChoices):
    """The rights a request can rest on (law 91/2025, article 4.1)."""

    VIEW = "view", pgettext_lazy("kind of request", "See what is held about me")
    COPY = "copy", pgettext_lazy("kind of request", "Get a copy of my data")
    CORRECT = "correct", pgettext_lazy("kind of request", "Correct my data")
    DELETE = "delete", pgettext_lazy("kind of request", "Delete my data")
    RESTRICT = "restrict", pgettext_lazy("kind of request", "Restrict what is done with my data")
    OBJECT = "object", pgettext_lazy("kind of request", "Object to a use of my data")
    WITHDRAW = "withdraw", pgettext_lazy("kind of request", "Withdraw a consent")
    PROTECT = "protect", pgettext_lazy("kind of request", "Have my data better protected")


class Outcome(TextChoices):
    """How a request ended."""

    FULFILLED = "FULFILLED", pgettext_lazy("outcome of a request", "Done")
    PARTLY_FULFILLED = "PARTLY_FULFILLED", pgettext_lazy("outcome of a request", "Partly done, with the reason given")
    REFUSED = "REFUSED", pgettext_lazy("outcome of a request", "Refused, with the reason given")
    TAKEN_BACK = "TAKEN_BACK", pgettext_lazy("outcome of a request", "Taken back by you")

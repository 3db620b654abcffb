"""What a complaint can ask for and come to."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Remedy(TextChoices):
    """What the person wants done."""

    EXPLAIN = "EXPLAIN", pgettext_lazy("remedy", "Explain to me what happened")
    STOP = "STOP", pgettext_lazy("remedy", "Stop using my data in this way")
    CORRECT = "CORRECT", pgettext_lazy("remedy", "Correct my data")
    DELETE = "DELETE", pgettext_lazy("remedy", "Delete my data")
    COMPENSATE = "COMPENSATE", pgettext_lazy("remedy", "Make good the damage")
    OTHER = "OTHER", pgettext_lazy("remedy", "Something else, as I wrote above")


class Outcome(TextChoices):
    """How a complaint ended."""

    UPHELD = "UPHELD", pgettext_lazy("outcome of a complaint", "You were right; put right")
    PARTLY_UPHELD = (
        "PARTLY_UPHELD",
        pgettext_lazy("outcome of a complaint", "You were partly right; that part put right"),
    )
    NOT_UPHELD = "NOT_UPHELD", pgettext_lazy("outcome of a complaint", "Not upheld, with the reason given")
    TAKEN_BACK = "TAKEN_BACK", pgettext_lazy("outcome of a complaint", "Taken back by you")

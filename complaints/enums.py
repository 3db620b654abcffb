"""What a complaint can ask for and come to."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Remedy(TextChoices):
    """What the person wants done."""

    EXPLAIN = "EXPLAIN", pgettext_lazy("remedy", "Explain to me what happened")
    STOP = "STOP", pgettext_lazy("remedy", "Stop using my data in this way")
    CORRECT = "CORRECT", pgettext_lazy("remedy", "Correct my data")
    DELETE = "DELETE", pgettext_lazy("remedy", "Delete my data")
    COMPENSATE = "COMPENSATE", pgettext_lazy("remedy", "Compensate me for the damage")
    OTHER = "OTHER", pgettext_lazy("remedy", "Something else, as I wrote above")


class Severity(TextChoices):
    """How much harm a complaint speaks of."""

    LOW = "LOW", pgettext_lazy("severity", "Low: annoying, no harm")
    MEDIUM = "MEDIUM", pgettext_lazy("severity", "Medium: a right was not kept")
    HIGH = "HIGH", pgettext_lazy("severity", "High: sensitive data or many people")
    CRITICAL = "CRITICAL", pgettext_lazy("severity", "Critical: harm goes on now")


class Outcome(TextChoices):
    """How a complaint, or one round of it, ended."""

    UPHELD = "UPHELD", pgettext_lazy("outcome of a complaint", "You were right, and we put it right")
    PARTLY_UPHELD = (
        "PARTLY_UPHELD",
        pgettext_lazy("outcome of a complaint", "You were partly right, and we put that part right"),
    )
    NOT_UPHELD = "NOT_UPHELD", pgettext_lazy("outcome of a complaint", "Not upheld; the reason is given")
    OUT_OF_SCOPE = "OUT_OF_SCOPE", pgettext_lazy("outcome of a complaint", "Not a matter for this procedure")
    TAKEN_BACK = "TAKEN_BACK", pgettext_lazy("outcome of a complaint", "Taken back by you")
    UNVERIFIED = "UNVERIFIED", pgettext_lazy("outcome of a complaint", "Closed, the address was not confirmed")


# What an answer can find; the others come about in another way.
FINDINGS = (Outcome.UPHELD, Outcome.PARTLY_UPHELD, Outcome.NOT_UPHELD)


class PostponeReason(TextChoices):
    """Why an answer takes longer than its target. The person reads it."""

    OUTSIDE_PARTY = "OUTSIDE_PARTY", pgettext_lazy("reason for a later date", "Another company has to answer us first")
    MUCH_DATA = "MUCH_DATA", pgettext_lazy("reason for a later date", "There is a lot of data to look through")
    TECHNICAL = "TECHNICAL", pgettext_lazy("reason for a later date", "A technical examination has to be finished")
    YOUR_ANSWER = "YOUR_ANSWER", pgettext_lazy("reason for a later date", "We still need an answer from you")
    BEYOND_CONTROL = (
        "BEYOND_CONTROL",
        pgettext_lazy("reason for a later date", "Something happened that we could not control"),
    )


TIER = "TIER"  # why a target was set at first: the tier of the complaint asks for it


class RejectionGround(TextChoices):
    """Why a complaint is not taken up here."""

    NOT_OUR_DATA = "NOT_OUR_DATA", pgettext_lazy("ground", "We hold no data on this matter; another company does")
    NOT_PERSONAL_DATA = "NOT_PERSONAL_DATA", pgettext_lazy("ground", "It is not about personal data")
    PUBLIC_BODY = "PUBLIC_BODY", pgettext_lazy("ground", "It is about a decision or an act of a state body")
    IN_COURT = "IN_COURT", pgettext_lazy("ground", "A court or an authority is dealing with it already")
    ABUSE = "ABUSE", pgettext_lazy("ground", "It insults or threatens and says nothing that can be examined")


class LinkReason(TextChoices):
    """Why two complaints are linked."""

    SAME_TEXT = "SAME_TEXT", pgettext_lazy("reason for a link", "The same text")
    SAME_MATTER = "SAME_MATTER", pgettext_lazy("reason for a link", "The same matter, in other words")
    FOLLOW_UP = "FOLLOW_UP", pgettext_lazy("reason for a link", "It follows from the earlier one")


class RecourseCode(TextChoices):
    """Where a person may turn who does not agree with the answer; the codes are those of core/rules/deadlines.toml."""

    NEGOTIATION = "negotiation", pgettext_lazy("where to turn", "Ask us to negotiate")
    CONSUMER_AUTHORITY = "consumer-authority", pgettext_lazy("where to turn", "The authority for consumer protection")
    MINISTRY = (
        "ministry",
        pgettext_lazy("where to turn", "The Ministry of Public Security, which watches over personal data"),
    )
    COURT = "court", pgettext_lazy("where to turn", "The people's court")

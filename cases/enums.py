"""States of a case, who speaks in its thread, and the names of what is recorded about it."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class CaseStatus(TextChoices):
    """Where a case stands. The clock runs in every state but CLOSED."""

    RECEIVED = "RECEIVED", pgettext_lazy("case status", "Received")
    IN_PROGRESS = "IN_PROGRESS", pgettext_lazy("case status", "In progress")
    WAITING = "WAITING", pgettext_lazy("case status", "Waiting for an answer")
    CLOSED = "CLOSED", pgettext_lazy("case status", "Closed")


OPEN_STATES = (CaseStatus.RECEIVED.value, CaseStatus.IN_PROGRESS.value, CaseStatus.WAITING.value)
IN_HAND = (CaseStatus.IN_PROGRESS.value, CaseStatus.WAITING.value)

# The mark each state wears (templates/_components/status.html).
STATUS_MARK = {
    CaseStatus.RECEIVED: "neutral",
    CaseStatus.IN_PROGRESS: "active",
    CaseStatus.WAITING: "waiting",
    CaseStatus.CLOSED: "done",
}


class AuthorRole(TextChoices):
    """Who wrote a message."""

    PERSON = "PERSON", pgettext_lazy("author of a message", "you")
    STAFF = "STAFF", pgettext_lazy("author of a message", "our staff")


class CodePurpose(TextChoices):
    """What a one-time code opens."""

    VERIFY = "VERIFY", pgettext_lazy("one-time code", "the address of a guest")
    TRACK = "TRACK", pgettext_lazy("one-time code", "looking up a case")


class CodeAnswer(TextChoices):
    """What typing a code came to."""

    RIGHT = "RIGHT", pgettext_lazy("one-time code", "right")
    WRONG = "WRONG", pgettext_lazy("one-time code", "wrong")
    SPENT = "SPENT", pgettext_lazy("one-time code", "used up or too old")


class CaseEvent:
    """The second half of recorded names; the first is the kind of case: `complaint.filed`, `request.filed`."""

    FILED = "filed"
    ADDRESS_VERIFIED = "address_verified"
    TAKEN = "taken"
    ASSIGNED = "assigned"
    RELEASED = "released"
    STAFF_WROTE = "staff_wrote"
    PERSON_WROTE = "person_wrote"
    ANSWER_AWAITED = "answer_awaited"
    TIER_SET = "tier_set"
    CLOSED = "closed"
    REMINDED = "reminded"
    OVERDUE = "overdue"
    LIMIT_MISSED = "limit_missed"
    READ = "read"
    ATTACHMENT_READ = "attachment_read"
    CONTACT_REVEALED = "contact_revealed"


# What a person sees in the timeline of the own case; looks by staff stand in the access log.
PUBLIC_EVENTS = (
    CaseEvent.FILED,
    CaseEvent.ADDRESS_VERIFIED,
    CaseEvent.TAKEN,
    CaseEvent.STAFF_WROTE,
    CaseEvent.PERSON_WROTE,
    CaseEvent.ANSWER_AWAITED,
    CaseEvent.TIER_SET,
    CaseEvent.OVERDUE,
    CaseEvent.LIMIT_MISSED,
    CaseEvent.CLOSED,
)

ALL_EVENTS = (
    *PUBLIC_EVENTS,
    CaseEvent.ASSIGNED,
    CaseEvent.RELEASED,
    CaseEvent.REMINDED,
    CaseEvent.READ,
    CaseEvent.ATTACHMENT_READ,
    CaseEvent.CONTACT_REVEALED,
)

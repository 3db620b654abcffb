"""States of a case, who speaks in its thread, and the names of what is recorded about it."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class CaseStatus(TextChoices):
    """Where a case stands. Each kind of case uses the states its table of transitions names.

    Whether a guest proved the address is a fact of its own (`verified_at`), never a state: a case that waits for the
    proof is worked on like any other.
    """

    RECEIVED = "RECEIVED", pgettext_lazy("case status", "Received")
    ACKNOWLEDGED = "ACKNOWLEDGED", pgettext_lazy("case status", "Receipt confirmed")
    TRIAGED = "TRIAGED", pgettext_lazy("case status", "Assessed")
    INVESTIGATING = "INVESTIGATING", pgettext_lazy("case status", "Being examined")
    WAITING = "WAITING", pgettext_lazy("case status", "Waiting for an answer")
    FULFILLING = "FULFILLING", pgettext_lazy("case status", "Being carried out")
    ANSWERED = "ANSWERED", pgettext_lazy("case status", "Answered")
    RESOLVED = "RESOLVED", pgettext_lazy("case status", "Resolved")
    REJECTED = "REJECTED", pgettext_lazy("case status", "Not taken up")
    REOPENED = "REOPENED", pgettext_lazy("case status", "Reopened")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("case status", "Withdrawn")
    CLOSED = "CLOSED", pgettext_lazy("case status", "Closed")


# The clock runs; an answer is owed.
OPEN_STATES = (
    CaseStatus.RECEIVED.value,
    CaseStatus.ACKNOWLEDGED.value,
    CaseStatus.TRIAGED.value,
    CaseStatus.INVESTIGATING.value,
    CaseStatus.WAITING.value,
    CaseStatus.FULFILLING.value,
    CaseStatus.REOPENED.value,
)
# Answered; the person may still come back.
SETTLED_STATES = (CaseStatus.ANSWERED.value, CaseStatus.RESOLVED.value, CaseStatus.REJECTED.value)
# Over; the keeping period runs.
FINAL_STATES = (CaseStatus.CLOSED.value, CaseStatus.WITHDRAWN.value)

# The mark each state wears (templates/_components/status.html).
STATUS_MARK = {
    CaseStatus.RECEIVED: "neutral",
    CaseStatus.ACKNOWLEDGED: "neutral",
    CaseStatus.TRIAGED: "active",
    CaseStatus.INVESTIGATING: "active",
    CaseStatus.WAITING: "waiting",
    CaseStatus.FULFILLING: "active",
    CaseStatus.ANSWERED: "done",
    CaseStatus.RESOLVED: "done",
    CaseStatus.REJECTED: "stopped",
    CaseStatus.REOPENED: "active",
    CaseStatus.WITHDRAWN: "stopped",
    CaseStatus.CLOSED: "done",
}


class IntakeChannel(TextChoices):
    """How a case or a message reached us."""

    PORTAL = "PORTAL", pgettext_lazy("way in", "this portal")
    EMAIL = "EMAIL", pgettext_lazy("way in", "e-mail")
    PHONE = "PHONE", pgettext_lazy("way in", "phone")
    POST = "POST", pgettext_lazy("way in", "letter")
    ZALO = "ZALO", pgettext_lazy("way in", "Zalo")
    IN_PERSON = "IN_PERSON", pgettext_lazy("way in", "in person")


class ContactKind(TextChoices):
    """What the contact given with a case is."""

    EMAIL = "EMAIL", pgettext_lazy("contact", "e-mail address")
    PHONE = "PHONE", pgettext_lazy("contact", "phone number")
    POST = "POST", pgettext_lazy("contact", "postal address")


class AssignmentMode(TextChoices):
    """How new cases find a colleague."""

    BY_HAND = "BY_HAND", pgettext_lazy("way of assigning", "Somebody takes it")
    ROUND_ROBIN = "ROUND_ROBIN", pgettext_lazy("way of assigning", "In turn among those who work on cases")
    COLLEAGUE = "COLLEAGUE", pgettext_lazy("way of assigning", "Always the same colleague")


class ClockKind(TextChoices):
    """What the deadline engine takes into account; the codes are those of `core.deadlines.ClockEventKind`."""

    PAUSE = "PAUSE", pgettext_lazy("of a clock", "Waiting for the person")
    EXTENSION = "EXTENSION", pgettext_lazy("of a clock", "Extension")
    REOPENING = "REOPENING", pgettext_lazy("of a clock", "Reopening")
    PROCESSOR = "PROCESSOR", pgettext_lazy("of a clock", "Another party has to act")
    TARGET = "TARGET", pgettext_lazy("of a clock", "Target set")


class MarkCode(TextChoices):
    """What the clock of a case sets off, once a round each."""

    ADDRESS_REMINDER = "ADDRESS_REMINDER", pgettext_lazy("deadline mark", "Guest reminded to confirm the address")
    ADDRESS_END = "ADDRESS_END", pgettext_lazy("deadline mark", "Closed, the address was not confirmed")
    REPLY_DUE = "REPLY_DUE", pgettext_lazy("deadline mark", "First reply due today")
    REPLY_MISSED = "REPLY_MISSED", pgettext_lazy("deadline mark", "First reply late")
    HALF_GONE = "HALF_GONE", pgettext_lazy("deadline mark", "Half of the time gone")
    THREE_LEFT = "THREE_LEFT", pgettext_lazy("deadline mark", "Three working days left")
    ONE_LEFT = "ONE_LEFT", pgettext_lazy("deadline mark", "One working day left")
    TARGET_PASSED = "TARGET_PASSED", pgettext_lazy("deadline mark", "Target passed")
    LIMIT_PASSED = "LIMIT_PASSED", pgettext_lazy("deadline mark", "Limit passed")
    CLOSE_DUE = "CLOSE_DUE", pgettext_lazy("deadline mark", "Time for coming back ended")


class CalendarReason(TextChoices):
    """Why the calendar was changed. It stands beside every date that moves with it."""

    STATE = "STATE", pgettext_lazy("reason for a change of the calendar", "The state set or swapped a day off")
    COMPANY = "COMPANY", pgettext_lazy("reason for a change of the calendar", "A day off or worked in our company")
    HOURS = (
        "HOURS",
        pgettext_lazy("reason for a change of the calendar", "Our working week or hours of service changed"),
    )
    MISTAKE = "MISTAKE", pgettext_lazy("reason for a change of the calendar", "A mistake in the calendar was put right")
    DEFAULTS = (
        "DEFAULTS",
        pgettext_lazy("reason for a change of the calendar", "A new release knows other public holidays"),
    )


class AuthorRole(TextChoices):
    """Who wrote a message."""

    PERSON = "PERSON", pgettext_lazy("author of a message", "you")
    STAFF = "STAFF", pgettext_lazy("author of a message", "our staff")


class CodePurpose(TextChoices):
    """What a one-time code opens."""

    VERIFY = "VERIFY", pgettext_lazy("one-time code", "the address of a guest")
    TRACK = "TRACK", pgettext_lazy("one-time code", "looking up a case")
    IDENTIFY = "IDENTIFY", pgettext_lazy("one-time code", "who is asking")
    FETCH = "FETCH", pgettext_lazy("one-time code", "fetching a copy")


class CodeAnswer(TextChoices):
    """What typing a code came to."""

    RIGHT = "RIGHT", pgettext_lazy("one-time code", "right")
    WRONG = "WRONG", pgettext_lazy("one-time code", "wrong")
    SPENT = "SPENT", pgettext_lazy("one-time code", "used up or too old")


class DeskEvent:
    """What is recorded about the desk itself, not about one case."""

    EXPORTED = "queue.exported"
    SEARCHED = "queue.searched"
    ASSIGNMENT_CHANGED = "assignment.changed"
    TEMPLATE_CHANGED = "template.changed"


class CaseEvent:
    """The second half of recorded names; the first is the kind of case: `complaint.filed`, `request.filed`."""

    FILED = "filed"
    FILED_FOR_PERSON = "filed_for_person"
    ADDRESS_VERIFIED = "address_verified"
    ADDRESS_REMINDED = "address_reminded"
    ACKNOWLEDGED = "acknowledged"
    TAKEN = "taken"
    ASSIGNED = "assigned"
    RELEASED = "released"
    TRIAGED = "triaged"
    POSTPONED = "postponed"
    INVESTIGATED = "investigated"
    STAFF_WROTE = "staff_wrote"
    PERSON_WROTE = "person_wrote"
    WRITTEN_FOR_PERSON = "written_for_person"
    ANSWER_AWAITED = "answer_awaited"
    DATES_MOVED = "dates_moved"
    DATES_KEPT = "dates_kept"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    EMPTIED = "emptied"
    LINKED = "linked"
    UNLINKED = "unlinked"
    REMINDED = "reminded"
    REPLY_LATE = "reply_late"
    OVERDUE = "overdue"
    LIMIT_MISSED = "limit_missed"
    READ = "read"
    ATTACHMENT_READ = "attachment_read"
    CONTACT_REVEALED = "contact_revealed"


# What a person sees in the timeline of the own case; looks by staff stand in the access log.
PUBLIC_EVENTS = (
    CaseEvent.FILED,
    CaseEvent.FILED_FOR_PERSON,
    CaseEvent.ADDRESS_VERIFIED,
    CaseEvent.ADDRESS_REMINDED,
    CaseEvent.ACKNOWLEDGED,
    CaseEvent.TAKEN,
    CaseEvent.TRIAGED,
    CaseEvent.POSTPONED,
    CaseEvent.INVESTIGATED,
    CaseEvent.STAFF_WROTE,
    CaseEvent.PERSON_WROTE,
    CaseEvent.WRITTEN_FOR_PERSON,
    CaseEvent.ANSWER_AWAITED,
    CaseEvent.DATES_MOVED,
    CaseEvent.ANSWERED,
    CaseEvent.ACCEPTED,
    CaseEvent.RESOLVED,
    CaseEvent.REJECTED,
    CaseEvent.REOPENED,
    CaseEvent.WITHDRAWN,
    CaseEvent.REPLY_LATE,
    CaseEvent.OVERDUE,
    CaseEvent.LIMIT_MISSED,
    CaseEvent.CLOSED,
    CaseEvent.EMPTIED,
)

# What staff alone see.
STAFF_EVENTS = (
    CaseEvent.ASSIGNED,
    CaseEvent.RELEASED,
    CaseEvent.LINKED,
    CaseEvent.UNLINKED,
    CaseEvent.REMINDED,
    CaseEvent.DATES_KEPT,
    CaseEvent.READ,
    CaseEvent.ATTACHMENT_READ,
    CaseEvent.CONTACT_REVEALED,
)

# Looks change nothing: whoever saves after one has missed nothing.
LOOKS = (
    CaseEvent.READ,
    CaseEvent.ATTACHMENT_READ,
    CaseEvent.CONTACT_REVEALED,
    CaseEvent.REMINDED,
    CaseEvent.DATES_KEPT,
)

ALL_EVENTS = (*PUBLIC_EVENTS, *STAFF_EVENTS)

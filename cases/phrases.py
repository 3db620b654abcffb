"""What each recorded event of a case is called: to the person in the timeline, and to staff. Both maps are total.

A kind of case that records more than every case does hands in its own names and words at start.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.enums import LOOKS, CaseEvent

FOR_PERSON = {
    CaseEvent.FILED: _("We received it and gave it a reference"),
    CaseEvent.FILED_FOR_PERSON: _("We wrote down what you told us and gave it a reference"),
    CaseEvent.ADDRESS_VERIFIED: _("You confirmed your e-mail address"),
    CaseEvent.ADDRESS_REMINDED: _("We reminded you to confirm your e-mail address"),
    CaseEvent.ACKNOWLEDGED: _("We confirmed receipt and told you the dates"),
    CaseEvent.TAKEN: _("A member of staff took it on"),
    CaseEvent.TRIAGED: _("We assessed it: category, severity and target date"),
    CaseEvent.POSTPONED: _("We need longer than planned and told you the new date"),
    CaseEvent.INVESTIGATED: _("We began to examine it"),
    CaseEvent.STAFF_WROTE: _("We wrote to you"),
    CaseEvent.PERSON_WROTE: _("You wrote to us"),
    CaseEvent.WRITTEN_FOR_PERSON: _("We added what you told us in another way"),
    CaseEvent.ANSWER_AWAITED: _("We asked you a question; our time keeps running"),
    CaseEvent.DATES_MOVED: _("The calendar changed, and with it a date"),
    CaseEvent.ANSWERED: _("We answered"),
    CaseEvent.ACCEPTED: _("You accepted the answer"),
    CaseEvent.RESOLVED: _("What we promised in the answer is done"),
    CaseEvent.REJECTED: _("We could not take it up and told you where you can turn instead"),
    CaseEvent.REOPENED: _("You reopened it; a new period began"),
    CaseEvent.WITHDRAWN: _("You took it back"),
    CaseEvent.REPLY_LATE: _("Our first reply is late"),
    CaseEvent.OVERDUE: _("We missed our target date"),
    CaseEvent.LIMIT_MISSED: _("We missed the last day for an answer"),
    CaseEvent.CLOSED: _("It was closed"),
    CaseEvent.EMPTIED: _("We deleted its words and files; the time for keeping them was over"),
}

FOR_STAFF = {
    CaseEvent.FILED: _("Received"),
    CaseEvent.FILED_FOR_PERSON: _("Entered for the person"),
    CaseEvent.ADDRESS_VERIFIED: _("Guest confirmed the address"),
    CaseEvent.ADDRESS_REMINDED: _("Guest reminded to confirm the address"),
    CaseEvent.ACKNOWLEDGED: _("Receipt confirmed"),
    CaseEvent.TAKEN: _("Taken"),
    CaseEvent.ASSIGNED: _("Given to a colleague"),
    CaseEvent.RELEASED: _("Put back into the queue"),
    CaseEvent.TRIAGED: _("Assessed"),
    CaseEvent.POSTPONED: _("Postponed once, the person was told"),
    CaseEvent.INVESTIGATED: _("Examination begun"),
    CaseEvent.STAFF_WROTE: _("Reply sent"),
    CaseEvent.PERSON_WROTE: _("The person wrote"),
    CaseEvent.WRITTEN_FOR_PERSON: _("Message entered for the person"),
    CaseEvent.ANSWER_AWAITED: _("Question sent; the clock goes on"),
    CaseEvent.DATES_MOVED: _("Dates moved by a change of the calendar"),
    CaseEvent.DATES_KEPT: _("Dates computed again; none moved"),
    CaseEvent.ANSWERED: _("Answered"),
    CaseEvent.ACCEPTED: _("The person accepted the answer"),
    CaseEvent.RESOLVED: _("Resolved: what was promised is done"),
    CaseEvent.REJECTED: _("Not taken up"),
    CaseEvent.REOPENED: _("Reopened by the person"),
    CaseEvent.WITHDRAWN: _("Withdrawn by the person"),
    CaseEvent.CLOSED: _("Closed"),
    CaseEvent.EMPTIED: _("Words and files deleted; the keeping period was over"),
    CaseEvent.LINKED: _("Linked to another complaint"),
    CaseEvent.UNLINKED: _("Link removed"),
    CaseEvent.REMINDED: _("Staff reminded"),
    CaseEvent.REPLY_LATE: _("First reply late"),
    CaseEvent.OVERDUE: _("Target missed"),
    CaseEvent.LIMIT_MISSED: _("Limit missed"),
    CaseEvent.READ: _("Content looked at"),
    CaseEvent.ATTACHMENT_READ: _("Attachment opened"),
    CaseEvent.CONTACT_REVEALED: _("Contact address revealed"),
}

LATE_EVENTS = (CaseEvent.REPLY_LATE, CaseEvent.OVERDUE, CaseEvent.LIMIT_MISSED)

_person: dict[str, Any] = {}
_staff: dict[str, Any] = {}
_looks: set[str] = set()


def say_with(*, person: Mapping[str, Any], staff: Mapping[str, Any], looks: Collection[str] = ()) -> None:
    """Hand in the further events of a kind: what the person reads, what staff read, and which of them are looks."""
    _person.update(person)
    _staff.update(staff)
    _looks.update(looks)


def for_person(name: str) -> str:
    """What the person reads; empty for what stands in the access log alone."""
    return str(FOR_PERSON.get(name) or _person.get(name, ""))


def for_staff(name: str) -> str:
    """What staff read; empty for what is no event of a case."""
    return str(FOR_STAFF.get(name) or _staff.get(name, ""))


def looks() -> set[str]:
    """Names of events that changed nothing."""
    return {*LOOKS, *_looks}

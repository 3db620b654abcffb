"""What each recorded event of a case is called: to the person in the timeline, and to staff. Both maps are total."""

from django.utils.translation import gettext_lazy as _

from cases.enums import CaseEvent

FOR_PERSON = {
    CaseEvent.FILED: _("We received it and gave it a reference"),
    CaseEvent.ADDRESS_VERIFIED: _("You confirmed your e-mail address"),
    CaseEvent.TAKEN: _("A member of staff started working on it"),
    CaseEvent.STAFF_WROTE: _("We wrote to you"),
    CaseEvent.PERSON_WROTE: _("You wrote to us"),
    CaseEvent.ANSWER_AWAITED: _("We asked you something"),
    CaseEvent.TIER_SET: _("We set a new target date"),
    CaseEvent.OVERDUE: _("We missed our target date"),
    CaseEvent.LIMIT_MISSED: _("We missed the last day for an answer"),
    CaseEvent.CLOSED: _("We closed it with an answer"),
}

FOR_STAFF = {
    CaseEvent.FILED: _("Received"),
    CaseEvent.ADDRESS_VERIFIED: _("Guest confirmed the address"),
    CaseEvent.TAKEN: _("Taken"),
    CaseEvent.ASSIGNED: _("Given to a colleague"),
    CaseEvent.RELEASED: _("Put back into the queue"),
    CaseEvent.STAFF_WROTE: _("Reply sent"),
    CaseEvent.PERSON_WROTE: _("The person wrote"),
    CaseEvent.ANSWER_AWAITED: _("Question sent; the clock goes on"),
    CaseEvent.TIER_SET: _("Tier set"),
    CaseEvent.REMINDED: _("Staff reminded of the target"),
    CaseEvent.OVERDUE: _("Target missed"),
    CaseEvent.LIMIT_MISSED: _("Limit missed"),
    CaseEvent.CLOSED: _("Closed with an answer"),
    CaseEvent.READ: _("Content looked at"),
    CaseEvent.ATTACHMENT_READ: _("Attachment opened"),
    CaseEvent.CONTACT_REVEALED: _("Contact address revealed"),
}

LATE_EVENTS = (CaseEvent.OVERDUE, CaseEvent.LIMIT_MISSED)

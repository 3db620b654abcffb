"""What may not be done with a complaint."""

from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed
from core.templatetags.portal import day


class UnknownChoice(NotAllowed):
    code = "unknown-choice"
    message = _("The policy of this complaint does not know this choice.")


class NotOfThisPerson(NotAllowed):
    code = "not-of-this-person"
    message = _("This person has no such request or answer on consent.")


class SortFirst(NotAllowed):
    code = "sort-first"
    message = _("First assess the complaint or begin the examination, then answer it.")


class AnswerInstead(NotAllowed):
    code = "answer-instead"
    message = _("A reopened complaint is answered. It can no longer be turned away.")


class TargetPassed(NotAllowed):
    code = "target-passed"
    message = _("The target date has passed. A later date can only be set, and explained, before it.")


class PostponedAlready(NotAllowed):
    code = "postponed-already"
    message = _("The date was already moved once, and the person was told. It cannot be moved again.")


class DayImpossible(NotAllowed):
    code = "day-impossible"

    def __init__(self, first: date, last: date) -> None:
        if first > last:
            super().__init__(gettext("The target is the last day for our answer already. It cannot be moved."))
            return
        super().__init__(
            gettext("The new day can lie between %(first)s and %(last)s, the last day for our answer.")
            % {"first": day(first), "last": day(last)}
        )


class ReopenedAlready(NotAllowed):
    code = "reopened-already"
    message = _("This complaint was already reopened once. You can send a new one or turn to the places named.")


class ReopenTooLate(NotAllowed):
    code = "reopen-too-late"

    def __init__(self, last: date) -> None:
        super().__init__(
            gettext("This complaint could be reopened until %(last)s. You can send a new one.") % {"last": day(last)}
        )


class MayComeBack(NotAllowed):
    code = "may-come-back"
    message = _("The person may still come back. It can be closed once they accept the answer or their time has ended.")


class LinkImpossible(NotAllowed):
    code = "link-impossible"
    message = _("No earlier complaint with this reference can be linked.")

"""What may not be done with a request."""

from datetime import date

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed
from core.templatetags.portal import day


class UnknownChoice(NotAllowed):
    code = "unknown-choice"
    message = _("The policy in force does not know this choice.")


class NothingNamed(NotAllowed):
    code = "nothing-named"
    message = _("Say what it is about: choose at least one, or all of it.")


class NotIdentified(NotAllowed):
    code = "not-identified"
    message = _("It is not established yet who is asking. Until it is, nothing can be done with anybody's data.")


class HeldBack(NotAllowed):
    code = "held-back"
    message = _("Requests from this address are held for now. The clock goes on; lift the pause first.")


class Frozen(NotAllowed):
    code = "frozen"
    message = _("A contact detail was changed lately. Until the waiting time is over nothing is handed out or deleted.")


class MandateOver(NotAllowed):
    code = "mandate-over"
    message = _("The mandate of the representative has ended.")


class DecidedAlready(NotAllowed):
    code = "decided-already"
    message = _("This request was decided already.")


class NothingToSecond(NotAllowed):
    code = "nothing-to-second"
    message = _("This decision does not wait for a second person any more.")


class SameTwice(NotAllowed):
    code = "same-twice"
    message = _("You made this decision yourself. A second person has to approve it.")


class PlanChanged(NotAllowed):
    code = "plan-changed"
    message = _("What would be done has changed since you looked. Look at it again, then decide.")


class GroundImpossible(NotAllowed):
    code = "ground-impossible"
    message = _("This ground does not apply to this request.")


class GroundMissing(NotAllowed):
    code = "ground-missing"
    message = _("Refusing, whole or in part, needs a ground of the law.")


class WordsMissing(NotAllowed):
    code = "words-missing"
    message = _("Write the sentence the person will read.")


class PartImpossible(NotAllowed):
    code = "part-impossible"
    message = _("Name what is refused: some of what was asked for, not all of it and not something else.")


class OfferWaits(NotAllowed):
    code = "offer-waits"
    message = _("A correction we proposed waits for the person's answer. Decide when it is there.")


class ExtendedAlready(NotAllowed):
    code = "extended-already"
    message = _("The time was extended once already, and the person was told. The law allows no second time.")


class FirstDatePassed(NotAllowed):
    code = "first-date-passed"

    def __init__(self, last: date) -> None:
        super().__init__(
            gettext("The first date, %(last)s, has passed. Its reason had to be told before.") % {"last": day(last)}
        )


class DaysImpossible(NotAllowed):
    code = "days-impossible"

    def __init__(self, most: int) -> None:
        super().__init__(
            ngettext("It can be extended by at most %(most)s day.", "It can be extended by 1 to %(most)s days.", most)
            % {"most": most}
        )


class ProcessorSet(NotAllowed):
    code = "processor-set"
    message = _("It is recorded already that another company has to act.")


class NoProcessorPeriod(NotAllowed):
    code = "no-processor-period"
    message = _("The law gives no longer time for this kind of request when another company has to act.")


class TooLateToTakeBack(NotAllowed):
    code = "too-late-to-take-back"
    message = _("A part of it that cannot be undone has been done already, so it cannot be taken back.")


class NothingToResume(NotAllowed):
    code = "nothing-to-resume"
    message = _("No step of this request waits for a person. Somebody may have set it going already.")


class NoAddressHeld(NotAllowed):
    code = "no-address-held"
    message = _("No e-mail address of this person is held, so nothing can be proposed this way.")


class CorrectionSettled(NotAllowed):
    code = "correction-settled"
    message = _("This correction was settled already.")

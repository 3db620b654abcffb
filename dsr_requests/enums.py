"""What a person can ask for, who may ask, how it is decided and carried out, and how it can end.

The codes of kinds are those of core/rules/deadlines.toml, the codes of grounds those of core/rules/refusals.toml.
"""

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


# Fulfilled by the portal itself once it is established who asks, for oneself: they show or stop what is the person's
# own, and nobody's judgement is needed.
BY_ITSELF = frozenset({RequestKind.VIEW.value, RequestKind.COPY.value, RequestKind.WITHDRAW.value})


class Outcome(TextChoices):
    """How a request ended."""

    FULFILLED = "FULFILLED", pgettext_lazy("outcome of a request", "Done")
    PARTLY_FULFILLED = "PARTLY_FULFILLED", pgettext_lazy("outcome of a request", "Partly done, with the reason given")
    REFUSED = "REFUSED", pgettext_lazy("outcome of a request", "Refused, with the reason given")
    TAKEN_BACK = "TAKEN_BACK", pgettext_lazy("outcome of a request", "Taken back by you")


class Verdict(TextChoices):
    """What a decision says."""

    ACCEPT = "ACCEPT", pgettext_lazy("decision on a request", "Do it")
    PART = "PART", pgettext_lazy("decision on a request", "Do a part of it")
    REFUSE = "REFUSE", pgettext_lazy("decision on a request", "Refuse it")


class Ground(TextChoices):
    """Why a request, or a part of it, is refused (law 91/2025 and decree 330/2026; articles in core/rules)."""

    WITHOUT_CONSENT = "R1", pgettext_lazy("ground for refusing", "The law allows this use without consent")
    HARM = "R2", pgettext_lazy("ground for refusing", "Giving it would harm security or another person")
    MUST_KEEP = "R3", pgettext_lazy("ground for refusing", "The law requires us to keep it, and the period is running")
    ABUSE = "R4", pgettext_lazy("ground for refusing", "The request goes beyond protecting your own rights")
    FRAUD = "R5", pgettext_lazy("ground for refusing", "The correction would serve fraud or infringe others' rights")
    UNVERIFIED = (
        "R6",
        pgettext_lazy("ground for refusing", "We could not establish that you are the person, or act for that person"),
    )
    NOT_HELD = "R7", pgettext_lazy("ground for refusing", "We do not hold this data any more")
    IMPOSSIBLE = "R8", pgettext_lazy("ground for refusing", "It cannot be done, for the reason given")


class ExtensionReason(TextChoices):
    """Why more time is needed; told to the person before the first date passes (decree 356/2025, article 5)."""

    MUCH_DATA = "MUCH_DATA", pgettext_lazy("reason for an extension", "A great amount of data has to be gone through")
    OTHERS = "OTHERS", pgettext_lazy("reason for an extension", "Other people's data has to be taken out first")
    RECIPIENTS = "RECIPIENTS", pgettext_lazy("reason for an extension", "Recipients of the data have to act as well")
    UNCLEAR = "UNCLEAR", pgettext_lazy("reason for an extension", "It is not clear yet which data is meant")
    TECHNICAL = "TECHNICAL", pgettext_lazy("reason for an extension", "A technical difficulty has to be removed first")


class Method(TextChoices):
    """How it was established who is asking."""

    SESSION = "SESSION", pgettext_lazy("identity check", "recent sign-in with password or passkey")
    CODE_MAIL = "CODE_MAIL", pgettext_lazy("identity check", "code to an e-mail address already held")
    CODE_PHONE = "CODE_PHONE", pgettext_lazy("identity check", "code told on a number already held")
    EVIDENCE = "EVIDENCE", pgettext_lazy("identity check", "evidence examined by our staff")
    MANDATE = "MANDATE", pgettext_lazy("identity check", "mandate of a representative examined")


class Strength(TextChoices):
    """How much an identity check proves."""

    STRONG = "STRONG", pgettext_lazy("strength of an identity check", "strong")
    MEDIUM = "MEDIUM", pgettext_lazy("strength of an identity check", "medium")


class RepresentativeKind(TextChoices):
    """On what ground somebody asks for somebody else."""

    PARENT = "PARENT", pgettext_lazy("representative", "Legal representative of a child under 16")
    GUARDIAN = "GUARDIAN", pgettext_lazy("representative", "Guardian")
    ATTORNEY = "ATTORNEY", pgettext_lazy("representative", "Holder of a power of attorney")


class DemandReason(TextChoices):
    """Why evidence of identity had to be asked for; no picture of an identity card by default."""

    NO_CHANNEL = "NO_CHANNEL", pgettext_lazy("reason for asking evidence", "No address or number is held any more")
    DOUBT = "DOUBT", pgettext_lazy("reason for asking evidence", "Something about the request gives rise to doubt")
    MANDATE = "MANDATE", pgettext_lazy("reason for asking evidence", "The mandate has to be shown")
    SENSITIVE = "SENSITIVE", pgettext_lazy("reason for asking evidence", "Sensitive data would be handed out")


class ShownBy(TextChoices):
    """How it was established, when a copy was handed over by hand, that it reaches the person entitled."""

    PAPER = "PAPER", pgettext_lazy("handing over a copy", "At the desk: a paper that matches what is held was shown")
    LETTER = "LETTER", pgettext_lazy("handing over a copy", "By registered letter, handed out to the addressee alone")


class PauseReason(TextChoices):
    """Why requests from an address are held."""

    FRAUD = "FRAUD", pgettext_lazy("reason for a pause", "Signs of fraud")
    ODD = "ODD", pgettext_lazy("reason for a pause", "Unusual requests")
    REPORTED = "REPORTED", pgettext_lazy("reason for a pause", "The person told us somebody else uses it")


class CorrectionState(TextChoices):
    """Where one field's correction stands. OFFERED waits for the person, who may accept what staff proposed."""

    PROPOSED = "PROPOSED", pgettext_lazy("correction", "proposed")
    OFFERED = "OFFERED", pgettext_lazy("correction", "proposed by our staff, waits for you")
    ACCEPTED = "ACCEPTED", pgettext_lazy("correction", "accepted")
    REFUSED = "REFUSED", pgettext_lazy("correction", "refused")
    DECLINED = "DECLINED", pgettext_lazy("correction", "declined by you")
    APPLIED = "APPLIED", pgettext_lazy("correction", "corrected")


class FulfilmentKind(TextChoices):
    """What one step of carrying a request out does."""

    SNAPSHOT = "SNAPSHOT", pgettext_lazy("step of a request", "Keep what is needed to confirm")
    WITHDRAW = "WITHDRAW", pgettext_lazy("step of a request", "End consents")
    LIMIT = "LIMIT", pgettext_lazy("step of a request", "Limit the use")
    UNLIMIT = "UNLIMIT", pgettext_lazy("step of a request", "End a limit of use")
    CORRECT = "CORRECT", pgettext_lazy("step of a request", "Correct values")
    ORDER = "ORDER", pgettext_lazy("step of a request", "Tell the recipients")
    ERASE = "ERASE", pgettext_lazy("step of a request", "Delete")
    PACKAGE = "PACKAGE", pgettext_lazy("step of a request", "Make the copy")
    CONFIRMED = "CONFIRMED", pgettext_lazy("step of a request", "Wait for the recipients' confirmations")
    FINISH = "FINISH", pgettext_lazy("step of a request", "Compare with the plan and tell the person")


class FulfilmentError(TextChoices):
    """Why a step did not work."""

    DISK = "DISK", pgettext_lazy("step of a request", "The disk did not let a file be written or go.")
    DATABASE = "DATABASE", pgettext_lazy("step of a request", "The database refused or broke off.")
    GONE = "GONE", pgettext_lazy("step of a request", "The person's data is no longer there.")
    CHANGED = "CHANGED", pgettext_lazy("step of a request", "What was to be done changed in the meantime.")
    UNEXPECTED = "UNEXPECTED", pgettext_lazy("step of a request", "Something unforeseen happened; the log names it.")


class RequestEvent:
    """The second half of recorded names beside those every case has (`cases.enums.CaseEvent`)."""

    IDENTITY_BEGUN = "identity_begun"
    IDENTITY_FAILED = "identity_failed"
    CODE_READ_OUT = "code_read_out"
    IDENTIFIED = "identified"
    IDENTITY_ENDED = "identity_ended"
    EVIDENCE_ASKED = "evidence_asked"
    EVIDENCE_GIVEN = "evidence_given"
    EVIDENCE_READ = "evidence_read"
    EVIDENCE_DELETED = "evidence_deleted"
    MANDATE_CHECKED = "mandate_checked"
    MANDATE_REFUSED = "mandate_refused"
    CHILD_AGREED = "child_agreed"
    HELD_BACK = "held_back"
    LET_GO_ON = "let_go_on"
    EXTENDED = "extended"
    PROCESSOR_SET = "processor_set"
    DECIDED = "decided"
    SECONDED = "seconded"
    DECISION_DROPPED = "decision_dropped"
    IN_EFFECT = "in_effect"
    CORRECTION_PROPOSED = "correction_proposed"
    CORRECTION_OFFERED = "correction_offered"
    CORRECTION_ANSWERED = "correction_answered"
    STEP_DONE = "step_done"
    STEP_FAILED = "step_failed"
    STEPS_RESUMED = "steps_resumed"
    COPY_HANDED_OVER = "copy_handed_over"
    COPY_HELD = "copy_held"
    COPY_LET_GO = "copy_let_go"
    LETTER_MADE = "letter_made"
    LETTER_TOLD = "letter_told"


class PauseEvent:
    """Recorded about a paused address (target `address-pause:<id>`)."""

    PAUSED = "address.paused"
    TOLD = "address.told"
    LIFTED = "address.lifted"
    FORGOTTEN = "address.forgotten"


class CopyHoldEvent:
    """Recorded about a hold on a copy (target `copy-hold:<id>`)."""

    ASKED = "copy_hold.asked"
    SECONDED = "copy_hold.seconded"
    DROPPED = "copy_hold.dropped"
    ENDED = "copy_hold.ended"
    FORGOTTEN = "copy_hold.forgotten"

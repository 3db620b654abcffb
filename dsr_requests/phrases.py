"""What a request records beside what every case does: in words for the person and for staff, with dates and reasons.

Events that stand in neither map are told elsewhere: looks and files in the access log, single steps on the page.
"""

from datetime import date

from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from audit.models import AuditEntry
from cases.reasons import day_in, step_of
from core.templatetags.portal import day
from dsr_requests.enums import (
    ExtensionReason,
    FulfilmentError,
    FulfilmentKind,
    Ground,
    Method,
    RequestEvent,
    ShownBy,
    Verdict,
)
from dsr_requests.models import Request
from dsr_requests.staff_wording import target_words
from personal_data.retention_pack import keeping_pack

FOR_PERSON = {
    RequestEvent.IDENTIFIED: gettext_lazy("We have confirmed who is asking"),
    RequestEvent.IDENTITY_ENDED: gettext_lazy("The time for showing who is asking is over"),
    RequestEvent.EVIDENCE_ASKED: gettext_lazy("We asked you for something that shows who is asking"),
    RequestEvent.EVIDENCE_GIVEN: gettext_lazy("You sent us something that shows who is asking"),
    RequestEvent.EVIDENCE_DELETED: gettext_lazy("We deleted the files that showed who is asking"),
    RequestEvent.MANDATE_CHECKED: gettext_lazy("We accepted the mandate"),
    RequestEvent.MANDATE_REFUSED: gettext_lazy("We could not accept the mandate"),
    RequestEvent.CHILD_AGREED: gettext_lazy("The child agreed"),
    RequestEvent.HELD_BACK: gettext_lazy("We hold it for now, to protect you; our time keeps running"),
    RequestEvent.LET_GO_ON: gettext_lazy("It goes on"),
    RequestEvent.EXTENDED: gettext_lazy("We need longer, and told you why and until when"),
    RequestEvent.PROCESSOR_SET: gettext_lazy("Another company has to act, so the law gives a later date"),
    RequestEvent.IN_EFFECT: gettext_lazy("We decided"),
    RequestEvent.CORRECTION_OFFERED: gettext_lazy("We proposed a correction; nothing changes unless you accept it"),
    RequestEvent.CORRECTION_ANSWERED: gettext_lazy("A proposed correction was answered"),
    RequestEvent.COPY_HANDED_OVER: gettext_lazy("We handed the copy over"),
    RequestEvent.COPY_HELD: gettext_lazy("We hold the copy back for now, and told you why; our time keeps running"),
    RequestEvent.COPY_LET_GO: gettext_lazy("The copy is no longer held back"),
    RequestEvent.LETTER_TOLD: gettext_lazy("We told the person concerned how the deletion can be called off"),
}

FOR_STAFF = {
    RequestEvent.IDENTITY_BEGUN: gettext_lazy("Identity check begun"),
    RequestEvent.IDENTITY_FAILED: gettext_lazy("Identity check failed"),
    RequestEvent.CODE_READ_OUT: gettext_lazy("Code read out by phone to the number held"),
    RequestEvent.IDENTIFIED: gettext_lazy("Identity established"),
    RequestEvent.IDENTITY_ENDED: gettext_lazy("Identity check ended without success"),
    RequestEvent.EVIDENCE_ASKED: gettext_lazy("Evidence of identity asked for"),
    RequestEvent.EVIDENCE_GIVEN: gettext_lazy("Evidence of identity received"),
    RequestEvent.EVIDENCE_READ: gettext_lazy("Evidence of identity opened"),
    RequestEvent.EVIDENCE_DELETED: gettext_lazy("Evidence of identity deleted"),
    RequestEvent.MANDATE_CHECKED: gettext_lazy("Mandate accepted"),
    RequestEvent.MANDATE_REFUSED: gettext_lazy("Mandate not accepted"),
    RequestEvent.CHILD_AGREED: gettext_lazy("The child agreed to the request"),
    RequestEvent.HELD_BACK: gettext_lazy("Held: its address is paused"),
    RequestEvent.LET_GO_ON: gettext_lazy("Goes on: the pause was lifted"),
    RequestEvent.EXTENDED: gettext_lazy("Extended, the person was told"),
    RequestEvent.PROCESSOR_SET: gettext_lazy("Another company has to act, the person was told"),
    RequestEvent.DECIDED: gettext_lazy("Decision made"),
    RequestEvent.SECONDED: gettext_lazy("Decision approved by a second person"),
    RequestEvent.DECISION_DROPPED: gettext_lazy("Decision declined or overtaken"),
    RequestEvent.IN_EFFECT: gettext_lazy("Decision in effect"),
    RequestEvent.CORRECTION_PROPOSED: gettext_lazy("Corrections proposed by the person"),
    RequestEvent.CORRECTION_OFFERED: gettext_lazy("Correction proposed to the person"),
    RequestEvent.CORRECTION_ANSWERED: gettext_lazy("Correction answered"),
    RequestEvent.STEP_DONE: gettext_lazy("Step done"),
    RequestEvent.STEP_FAILED: gettext_lazy("Step failed"),
    RequestEvent.STEPS_RESUMED: gettext_lazy("Steps set going again"),
    RequestEvent.COPY_HANDED_OVER: gettext_lazy("Copy handed over by an officer"),
    RequestEvent.COPY_HELD: gettext_lazy("Copy held back by two colleagues"),
    RequestEvent.COPY_LET_GO: gettext_lazy("Copy no longer held back"),
    RequestEvent.LETTER_MADE: gettext_lazy("Letter with the way to call the deletion off made"),
    RequestEvent.LETTER_TOLD: gettext_lazy("The person was told how to call the deletion off"),
}

# What was decided, for the person.
VERDICTS = {
    Verdict.ACCEPT: gettext_lazy("We do what you asked for"),
    Verdict.PART: gettext_lazy("We do a part of what you asked for"),
    Verdict.REFUSE: gettext_lazy("We do not do what you asked for"),
}

# Looks change nothing: whoever saves after one has missed nothing.
LOOKS = (RequestEvent.EVIDENCE_READ, RequestEvent.CODE_READ_OUT, RequestEvent.LETTER_MADE)


def reason_of(request: Request, entry: AuditEntry) -> str:
    """What an entry adds to its title, for the person."""
    step = step_of(entry)
    if step in (RequestEvent.EXTENDED, RequestEvent.PROCESSOR_SET):
        return _moved(entry)
    if step == RequestEvent.IDENTIFIED:
        return _named(Method, entry.details.get("method"))
    if step == RequestEvent.COPY_HANDED_OVER:
        return _named(ShownBy, entry.details.get("shown"))
    if step == RequestEvent.COPY_HELD:
        return _named(Ground, entry.details.get("ground"))
    if step == RequestEvent.IN_EFFECT:
        return f"{VERDICTS[Verdict(entry.details['verdict'])]}." if entry.details.get("verdict") else ""
    return ""


def staff_reason_of(request: Request, entry: AuditEntry) -> str:
    """The same for staff, who read the ground of a decision in the timeline too."""
    step = step_of(entry)
    if step in (RequestEvent.STEP_DONE, RequestEvent.STEP_FAILED):
        return _which_step(request, entry)
    if step == RequestEvent.IN_EFFECT:
        return _named(Verdict, entry.details.get("verdict"))
    if step != RequestEvent.DECIDED:
        return reason_of(request, entry)
    told = [_named(Verdict, entry.details.get("verdict")), _named(Ground, entry.details.get("ground"))]
    return " ".join(words for words in told if words)


def _which_step(request: Request, entry: AuditEntry) -> str:
    """The step with what it acts on, and why it did not work."""
    kind = entry.details.get("step")
    if kind not in FulfilmentKind.values:
        return ""
    on = target_words(str(kind), str(entry.details.get("on", "")), keeping_pack(request.policy_version))
    label = str(FulfilmentKind(kind).label)
    told = f"{label}: {on}." if on else f"{label}."
    reason = entry.details.get("reason")
    why = str(FulfilmentError(reason).label) if reason in FulfilmentError.values else ""
    return f"{told} {why}".strip()


def _moved(entry: AuditEntry) -> str:
    """Why, and what became of both dates."""
    found = [_named(ExtensionReason, entry.details.get("reason"))]
    for name, words in _DATES.items():
        before, after = entry.details.get(f"{name}_before"), entry.details.get(f"{name}_after")
        if before and after and before != after:
            found.append(str(words) % {"before": _shown(before), "after": day_in(entry, f"{name}_after")})
    return "\n".join(words for words in found if words)


def _named(choices: type[TextChoices], code: object) -> str:
    """A code as a sentence of its own; empty for none."""
    return f"{capfirst(str(choices(code).label))}." if code in choices.values else ""


def _shown(value: object) -> str:
    return day(date.fromisoformat(str(value)))


_DATES = {
    "target": gettext_lazy("Target date: %(after)s instead of %(before)s."),
    "limit": gettext_lazy("Last day: %(after)s instead of %(before)s."),
}

"""A complaint told to staff: how it was found and why each step happened, without addressing the person."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from audit.models import AuditEntry
from cases.enums import CaseEvent
from cases.reasons import day_in, step_of
from complaints.enums import Outcome, PostponeReason, RejectionGround
from complaints.models import Complaint
from policies import selectors as policies

OUTCOMES = {
    Outcome.UPHELD: pgettext_lazy("outcome for staff", "Upheld and put right"),
    Outcome.PARTLY_UPHELD: pgettext_lazy("outcome for staff", "Upheld in part, and that part put right"),
    Outcome.NOT_UPHELD: pgettext_lazy("outcome for staff", "Not upheld, with the reason given"),
    Outcome.OUT_OF_SCOPE: pgettext_lazy("outcome for staff", "Not a matter for this procedure"),
    Outcome.TAKEN_BACK: pgettext_lazy("outcome for staff", "Withdrawn by the person"),
    Outcome.UNVERIFIED: pgettext_lazy("outcome for staff", "Closed, the address was not confirmed"),
}
POSTPONED = {
    PostponeReason.OUTSIDE_PARTY: pgettext_lazy("later date, for staff", "another company has to answer first"),
    PostponeReason.MUCH_DATA: pgettext_lazy("later date, for staff", "there is a lot of data to look through"),
    PostponeReason.TECHNICAL: pgettext_lazy("later date, for staff", "a technical examination has to be finished"),
    PostponeReason.YOUR_ANSWER: pgettext_lazy("later date, for staff", "an answer from the person is still missing"),
    PostponeReason.BEYOND_CONTROL: pgettext_lazy("later date, for staff", "something beyond the company’s control"),
}


def outcome(complaint: Complaint) -> str:
    """How it ended, or an empty string."""
    return str(OUTCOMES[Outcome(complaint.outcome)]) if complaint.outcome else ""


def reason(complaint: Complaint, entry: AuditEntry) -> str:
    """Why a step happened, in the words of the codes its entry holds."""
    step, details = step_of(entry), entry.details
    if step == CaseEvent.TRIAGED:
        return _triaged(complaint, entry)
    if step == CaseEvent.POSTPONED:
        told = _("Reason: %(reason)s.") % {"reason": POSTPONED[PostponeReason(details["reason"])]}
        return f"{told}\n{_target(entry)}"
    if step == CaseEvent.REJECTED:
        return str(RejectionGround(details["ground"]).label)
    if step == CaseEvent.ANSWERED:
        return str(OUTCOMES[Outcome(details["outcome"])])
    return _closed(entry) if step == CaseEvent.CLOSED else ""


def _triaged(complaint: Complaint, entry: AuditEntry) -> str:
    promise = policies.document(complaint.policy_version).complaints
    tier = next((str(one.name) for one in promise.tiers if one.code == entry.details.get("tier")), "")
    category = next((str(one.name) for one in promise.categories if one.code == entry.details.get("category")), "")
    moved = _target(entry) if entry.details.get("before") != entry.details.get("after") else ""
    return "\n".join([*(f"{part}." for part in (category, tier) if part), *([moved] if moved else [])])


def _target(entry: AuditEntry) -> str:
    return _("Target date: %(after)s instead of %(before)s.") % {
        "before": day_in(entry, "before"),
        "after": day_in(entry, "after"),
    }


def _closed(entry: AuditEntry) -> str:
    if entry.details.get("outcome") == Outcome.UNVERIFIED:
        return str(OUTCOMES[Outcome.UNVERIFIED])
    return _("The time for coming back to it has ended.") if entry.actor_role == "system" else ""

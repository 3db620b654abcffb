"""What complaints are timed by: the law's bounds, the figures of the policy, and the time for coming back."""

from django.utils.translation import pgettext_lazy

from cases.clock import Further, Periods
from complaints.enums import TIER, PostponeReason
from complaints.models import Complaint
from core.deadlines import PeriodRule
from core.rules import complaint_rule, period_rule
from policies import selectors as policies


def rule_of(complaint: Complaint) -> PeriodRule:
    """The rule of the day it was received, with what its policy promises for its category."""
    promise = policies.document(complaint.policy_version).complaints
    reply_days = next(
        (found.first_reply_working_days for found in promise.categories if found.code == complaint.category),
        promise.first_reply_working_days,
    )
    return period_rule(Complaint.kind, on=complaint.rule_from).with_days(
        target=promise.target_days, limit=promise.limit_days, acknowledge_working_days=reply_days
    )


def further_of(complaint: Complaint) -> Further:
    """How long the person may come back, and what happens to a complaint whose address nobody confirmed."""
    rule = complaint_rule(on=complaint.rule_from)
    return Further(
        return_days=rule.reopen_within_days,
        address_reminder_hours=rule.unverified_reminder_hours,
        address_end_days=rule.unverified_end_days,
    )


PERIODS = Periods(
    rule_of=rule_of,
    further_of=further_of,
    reasons={
        TIER: pgettext_lazy("reason for a later date", "It is not a simple matter"),
        **{reason.value: reason.label for reason in PostponeReason},
    },
)

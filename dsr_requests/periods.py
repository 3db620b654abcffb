"""What requests are timed by: the article of their kind, in the version they were received under."""

from cases.clock import Further, Periods
from core.deadlines import PeriodRule
from core.rules import period_rule, request_terms
from dsr_requests.enums import ExtensionReason
from dsr_requests.models import Request


def rule_of(request: Request) -> PeriodRule:
    """The rule of the right the request rests on."""
    return period_rule(request.asked_for, on=request.rule_from)


def further_of(request: Request) -> Further:
    """What happens to a request nobody works on while it is not established who asks."""
    terms = request_terms(on=request.rule_from)
    return Further(
        return_days=0,
        address_reminder_hours=terms.unverified_reminder_hours,
        address_end_days=terms.unverified_end_days,
    )


PERIODS = Periods(
    rule_of=rule_of, further_of=further_of, reasons={reason.value: reason.label for reason in ExtensionReason}
)

"""What requests are timed by: the article of their kind, in the version they were received under."""

from cases.clock import Periods
from core.deadlines import PeriodRule
from core.rules import period_rule
from dsr_requests.models import Request


def rule_of(request: Request) -> PeriodRule:
    """The rule of the right the request rests on."""
    return period_rule(request.asked_for, on=request.rule_from)


PERIODS = Periods(rule_of=rule_of)

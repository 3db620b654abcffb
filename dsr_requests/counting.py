"""What lists and reports have to know of requests."""

from cases.kinds import KindFacts
from dsr_requests.enums import Outcome, RequestKind

FACTS = KindFacts(
    about_field="asked_for",
    about=lambda case: str(RequestKind(case.asked_for).label),
    abouts=lambda version: [(kind.value, str(kind.label)) for kind in RequestKind],
    withdrawn=Outcome.TAKEN_BACK,
)

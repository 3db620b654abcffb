"""What lists and reports have to know of complaints."""

from cases.kinds import KindFacts, Words
from complaints import selectors
from complaints.enums import Outcome, PostponeReason
from complaints.models import ComplaintAnswer
from policies import selectors as policies
from policies.models import PolicyVersion


def categories(version: PolicyVersion | None) -> Words:
    """The categories of a policy."""
    if version is None:
        return []
    return [(found.code, str(found.name)) for found in policies.document(version).complaints.categories]


FACTS = KindFacts(
    about_field="category",
    about=selectors.category_name,
    abouts=categories,
    rejected=Outcome.OUT_OF_SCOPE,
    withdrawn=Outcome.TAKEN_BACK,
    unverified=Outcome.UNVERIFIED,
    answers=ComplaintAnswer,
    reasons={reason.value: reason.label for reason in PostponeReason},
)

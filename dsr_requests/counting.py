"""What lists and reports have to know of requests."""

from django.db.models import Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.kinds import KindFacts
from dsr_requests.enums import Outcome, RequestKind
from dsr_requests.waiting import waiting

FACTS = KindFacts(
    about_field="asked_for",
    about=lambda case: str(RequestKind(case.asked_for).label),
    abouts=lambda version: [(kind.value, str(kind.label)) for kind in RequestKind],
    withdrawn=Outcome.TAKEN_BACK,
    known=Q(identified_at__isnull=False),
    unproved=Q(identified_at__isnull=True),
    unproved_name=pgettext_lazy("list of cases", "Identity not established"),
    all_proved=gettext_lazy("Of every open request it is established who asks."),
    waiting=waiting,
)

"""What about keeping and deleting waits for somebody, for the start page of the desk."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from core.actors import Actor
from core.clock import local_date
from personal_data.enums import DisposalState, RunState
from personal_data.models import Disposal, RetentionRun
from personal_data.permissions import SEES_RETENTION
from personal_data.selectors_holds import holds_to_review, seen_by


def waiting(*, by: Actor, now: datetime) -> list[tuple[str, str, int, bool]]:
    """Name, address and length of each list that waits for somebody, and whether it presses; none for whoever does not
    see them.
    """
    if by.audit_role not in SEES_RETENTION:
        return []
    today = local_date(now)
    stopped = RetentionRun.objects.filter(state=RunState.STOPPED).count()
    proposed = Disposal.objects.filter(state=DisposalState.PROPOSED).count()
    reviews = seen_by(by, holds_to_review(today))
    lists = [
        (_("Stopped runs"), f"retentionrun_changelist?state__exact={RunState.STOPPED.value}", stopped, stopped > 0),
        (
            _("Deletions that wait for a second person"),
            f"disposal_changelist?state__exact={DisposalState.PROPOSED.value}",
            proposed,
            False,
        ),
        (
            _("Legal holds to review"),
            "legalhold_changelist?state=review",
            reviews.count(),
            reviews.filter(review_on__lte=today).exists(),
        ),
    ]
    return [(name, _address(page), count, presses) for name, page, count, presses in lists]


def _address(page: str) -> str:
    name, _mark, query = page.partition("?")
    return f"{reverse(f'admin:personal_data_{name}')}?{query}"

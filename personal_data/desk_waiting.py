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
    lists = {
        "retentionrun": (
            _("Stopped runs"),
            f"?state__exact={RunState.STOPPED.value}",
            RetentionRun.objects.filter(state=RunState.STOPPED).count(),
        ),
        "disposal": (
            _("Deletions that wait for a second person"),
            f"?state__exact={DisposalState.PROPOSED.value}",
            Disposal.objects.filter(state=DisposalState.PROPOSED).count(),
        ),
        "legalhold": (
            _("Legal holds to review"),
            "?state=review",
            seen_by(by, holds_to_review(local_date(now))).count(),
        ),
    }
    return [
        (name, reverse(f"admin:personal_data_{model}_changelist") + query, count, bool(count) and model != "disposal")
        for model, (name, query, count) in lists.items()
    ]

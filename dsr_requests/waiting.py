"""What waits for a second person or a recipient, for the start page and the lists of the desk."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import queue
from cases.enums import OPEN_STATES
from cases.permissions import READING_ROLES, WORKING_ROLES
from core.actors import Actor
from dsr_requests.models import Decision, PausedAddress, Request
from dsr_requests.selectors_holding import AWAITS_SECOND as HOLD_AWAITS_SECOND
from dsr_requests.selectors_holding import holds_seen
from personal_data.models import RecipientTask, UseLimit
from personal_data.selectors_merged import own_references

AWAITS_SECOND = Q(needs_second=True, seconded_at__isnull=True, dropped_at__isnull=True, case__status__in=OPEN_STATES)


def awaiting_second(*, by: Actor) -> QuerySet[Decision]:
    """Decisions that wait for a second person, none of a request that is one's own or about oneself."""
    return Decision.objects.filter(AWAITS_SECOND, case__in=queue.listed(Request, by=by))


def waiting(by: Actor, now: datetime) -> list[tuple[str, str, int]]:
    """Name, address and length of each list that waits for somebody. One query counts."""
    if by.audit_role not in WORKING_ROLES | READING_ROLES:
        return []
    own = own_references(by)
    lifting = UseLimit.objects.filter(ended_at__isnull=True).exclude(lift_asked_by="")
    counts = queue.capped_counts(
        {
            "second": awaiting_second(by=by).order_by(),
            "lifting": lifting.exclude(subject_id__in=own).order_by(),
            "holds": holds_seen(by=by).filter(HOLD_AWAITS_SECOND).order_by(),
            "held": PausedAddress.objects.filter(lifted_at__isnull=True).exclude(subject_id__in=own).order_by(),
            "late": RecipientTask.objects.filter(confirmed_at__isnull=True, due_at__lte=now).order_by(),
        }
    )
    decisions = reverse("admin:dsr_requests_decision_changelist")
    limits = reverse("admin:personal_data_uselimit_changelist")
    orders = reverse("admin:personal_data_recipienttask_changelist")
    pauses = reverse("admin:dsr_requests_pausedaddress_changelist")
    holds = reverse("admin:dsr_requests_copyhold_changelist")
    return [
        (_("Waits for a second person"), decisions, counts["second"]),
        (_("Lifting of a limit waits for a second person"), f"{limits}?state=second", counts["lifting"]),
        (_("Holding a copy back waits for a second person"), f"{holds}?state=second", counts["holds"]),
        (_("Orders to recipients, late"), f"{orders}?state=late", counts["late"]),
        (_("Addresses requests are held from"), f"{pauses}?state=held", counts["held"]),
    ]

"""Reading requests."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases import selectors as cases
from cases.clock import explained
from cases.describing import Description
from cases.enums import CaseStatus
from core.templatetags.portal import day
from dsr_requests.enums import Outcome, RequestKind
from dsr_requests.models import Request


@dataclass(frozen=True)
class ShownRequest:
    """One request as a person's list shows it; no content."""

    id: int
    reference: str
    asked_for: str
    status_kind: str
    status_label: str
    outcome: str
    received_at: datetime
    reply_on: date
    target_on: date
    target_why: str
    limit_on: date
    limit_why: str
    closed_at: datetime | None
    is_open: bool
    is_waiting: bool
    is_verified: bool


def requests_of(subject_id: UUID) -> list[ShownRequest]:
    """A person's requests, newest first; the number of queries does not depend on how many there are."""
    return [shown(row) for row in of_subject(subject_id).prefetch_related("clock_events")]


def of_subject(subject_id: UUID) -> QuerySet[Request]:
    """A person's requests, newest first."""
    return Request.objects.filter(subject_id=subject_id).order_by("-received_at", "-id")


def shown(request: Request) -> ShownRequest:
    """A request with its dates explained."""
    kind, label = cases.status_mark(request)
    dates = explained(request)
    return ShownRequest(
        id=request.pk,
        reference=request.reference,
        asked_for=str(RequestKind(request.asked_for).label),
        status_kind=kind,
        status_label=label,
        outcome=str(Outcome(request.outcome).label) if request.outcome else "",
        received_at=request.received_at,
        reply_on=dates.first_reply_on,
        target_on=dates.target_on,
        target_why=dates.target_why,
        limit_on=dates.limit_on,
        limit_why=dates.limit_why,
        closed_at=request.closed_at,
        is_open=request.is_open,
        is_waiting=request.status == CaseStatus.WAITING,
        is_verified=request.is_verified,
    )


def describe(request: Request) -> Description:
    """A request in words for its sender."""
    found = shown(request)
    steps = [
        _("By %(day)s at the latest we tell you how your request goes on.") % {"day": day(found.reply_on)},
        _("We aim to be done by %(target)s.") % {"target": day(found.target_on)},
        _("If it cannot be done, or only in part, or needs longer, we tell you in time and say why."),
        _("It costs you nothing."),
    ]
    if found.limit_on != found.target_on:
        steps[1] = _("We aim to be done by %(target)s; the legal limit is %(limit)s.") % {
            "target": day(found.target_on),
            "limit": day(found.limit_on),
        }
    return Description(
        heading=_("Your request"),
        about=found.asked_for,
        target_on=found.target_on,
        target_why=found.target_why,
        limit_on=found.limit_on,
        limit_why=found.limit_why,
        outcome=found.outcome,
        next_steps=steps,
    )

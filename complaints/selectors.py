"""Reading complaints."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases import selectors as cases
from cases.describing import Description
from cases.explaining import DateKind, last_day, why
from complaints.enums import Outcome
from complaints.models import Complaint
from core.templatetags.portal import day
from policies import selectors as policies
from policies.pack_types import ComplaintCategory, Tier


@dataclass(frozen=True)
class ShownComplaint:
    """One complaint as a person's list shows it; no content."""

    id: int
    reference: str
    category: str
    status_kind: str
    status_label: str
    outcome: str
    received_at: datetime
    target_on: date
    target_why: str
    limit_on: date
    limit_why: str
    closed_at: datetime | None
    is_open: bool
    is_verified: bool


def complaints_of(subject_id: UUID) -> list[ShownComplaint]:
    """A person's complaints, newest first; the number of queries does not depend on how many there are."""
    rows = of_subject(subject_id).select_related("policy_version").defer("policy_version__document")
    return [shown(row) for row in rows]


def of_subject(subject_id: UUID) -> QuerySet[Complaint]:
    """A person's complaints, newest first."""
    return Complaint.objects.filter(subject_id=subject_id).order_by("-received_at", "-id")


def shown(complaint: Complaint) -> ShownComplaint:
    """A complaint with its dates explained."""
    kind, label = cases.status_mark(complaint)
    return ShownComplaint(
        id=complaint.pk,
        reference=complaint.reference,
        category=category_name(complaint),
        status_kind=kind,
        status_label=label,
        outcome=str(Outcome(complaint.outcome).label) if complaint.outcome else "",
        received_at=complaint.received_at,
        target_on=last_day(complaint.target_at),
        target_why=_why(DateKind.PROMISE_TARGET, complaint),
        limit_on=last_day(complaint.limit_at),
        limit_why=_why(DateKind.PROMISE_LIMIT, complaint),
        closed_at=complaint.closed_at,
        is_open=complaint.is_open,
        is_verified=complaint.is_verified,
    )


def timeline(complaint: Complaint, *, now: datetime) -> list[cases.TimelineEvent]:
    """What happened to a complaint as the person sees it, and what is still to come."""
    return cases.timeline(complaint, now=now)


def category_name(complaint: Complaint) -> str:
    """The category in the words of the policy the complaint was sent under."""
    return _name_in(policies.document(complaint.policy_version).complaints.categories, complaint.category)


def tier_name(complaint: Complaint) -> str:
    """The tier in the words of that policy; empty while none is set."""
    return _name_in(policies.document(complaint.policy_version).complaints.tiers, complaint.tier)


def field_names(complaint: Complaint) -> list[str]:
    """The data concerned, in words."""
    pack = policies.document(complaint.policy_version)
    return [str(field.label) for code in complaint.fields_concerned if (field := pack.field(code))]


def purpose_names(complaint: Complaint) -> list[str]:
    """The purposes concerned, in words."""
    pack = policies.document(complaint.policy_version)
    return [str(purpose.name) for code in complaint.purposes_concerned if (purpose := pack.purpose(code))]


def _name_in(found: Iterable[ComplaintCategory | Tier], code: str) -> str:
    return next((str(part.name) for part in found if part.code == code), code)


def _why(kind: DateKind, complaint: Complaint) -> str:
    return why(kind, received_at=complaint.received_at, target_at=complaint.target_at, limit_at=complaint.limit_at)


def describe(complaint: Complaint) -> Description:
    """A complaint in words for its sender."""
    found = shown(complaint)
    return Description(
        heading=_("Your complaint"),
        about=found.category,
        target_on=found.target_on,
        target_why=found.target_why,
        limit_on=found.limit_on,
        limit_why=found.limit_why,
        outcome=found.outcome,
        next_steps=[
            _("A member of staff reads your complaint and writes to you by %(day)s.")
            % {"day": day(last_day(complaint.first_reply_due_at))},
            _("We aim to settle it by %(target)s, and at the latest by %(limit)s.")
            % {"target": day(found.target_on), "limit": day(found.limit_on)},
            _("If we need longer than the target date, we tell you beforehand and say why."),
            _("The answer says what we found, what we put right, and what you can do if you disagree."),
        ],
    )

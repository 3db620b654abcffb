"""Reading complaints."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from cases import sealing
from cases import selectors as cases
from cases.clock import explained
from cases.enums import FINAL_STATES, CaseStatus
from cases.explaining import last_day
from complaints.enums import Outcome, PostponeReason, RecourseCode, RejectionGround
from complaints.models import Complaint, ComplaintAnswer
from core.actors import Actor
from core.clock import local_date
from core.rules import ComplaintRule, complaint_rule
from personal_data.selectors_merged import one_with
from policies import selectors as policies
from policies.pack_types import ComplaintCategory, Tier

MOST_SUGGESTED = 10


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
    is_waiting: bool
    is_verified: bool
    round: int
    reply_on: date
    reply_why: str
    postponed_at: datetime | None
    postpone_reason: str
    rejection_ground: str
    can_write: bool
    can_accept: bool
    can_withdraw: bool
    can_reopen_until: date | None


@dataclass(frozen=True)
class ShownAnswer:
    """The answer of one round, in clear."""

    round: int
    outcome: str
    outcome_label: str
    finding: str
    done: str
    answered_at: datetime
    accepted_at: datetime | None
    target_on: date
    limit_on: date
    before_target: bool
    before_limit: bool


@dataclass(frozen=True)
class Recourse:
    """Where the person may turn next, under which article, and what time the law gives us for it, if any."""

    code: str
    label: str
    article: str
    working_days: int | None


@dataclass(frozen=True)
class ShownLink:
    """A complaint linked to another; `is_earlier` says on which side the other one stands."""

    id: int
    case_id: int
    reference: str
    reason: str
    linked_at: datetime
    is_earlier: bool


@dataclass(frozen=True)
class SuggestedDuplicate:
    """Another complaint that may be about the same: why it is suggested, no content."""

    case_id: int
    reference: str
    received_at: datetime
    status_label: str
    same_person: bool
    same_contact: bool
    same_text: bool


def complaints_of(subject_id: UUID) -> list[ShownComplaint]:
    """A person's complaints, newest first; the number of queries does not depend on how many there are."""
    rows = of_subject(subject_id).select_related("policy_version").defer("policy_version__document")
    rows = rows.prefetch_related("clock_events")
    return [shown(row) for row in rows]


def of_subject(subject_id: UUID) -> QuerySet[Complaint]:
    """A person's complaints, and those sent as somebody who proved to be the same, newest first."""
    return Complaint.objects.filter(subject_id__in=one_with(subject_id)).order_by("-received_at", "-id")


def shown(complaint: Complaint) -> ShownComplaint:
    """A complaint with its dates explained. How much harm it speaks of is for staff alone."""
    kind, label = cases.status_mark(complaint)
    dates = explained(complaint)
    return ShownComplaint(
        id=complaint.pk,
        reference=complaint.reference,
        category=category_name(complaint),
        status_kind=kind,
        status_label=label,
        outcome=str(Outcome(complaint.outcome).label) if complaint.outcome else "",
        received_at=complaint.received_at,
        target_on=dates.target_on,
        target_why=dates.target_why,
        limit_on=dates.limit_on,
        limit_why=dates.limit_why,
        closed_at=complaint.closed_at,
        is_open=complaint.is_open,
        is_waiting=complaint.status == CaseStatus.WAITING,
        is_verified=complaint.is_verified,
        round=complaint.round,
        reply_on=dates.first_reply_on,
        reply_why=dates.first_reply_why,
        postponed_at=complaint.postponed_at,
        postpone_reason=str(PostponeReason(complaint.postpone_reason).label) if complaint.postpone_reason else "",
        rejection_ground=str(RejectionGround(complaint.rejection_ground).label) if complaint.rejection_ground else "",
        can_write=complaint.status not in FINAL_STATES,
        can_accept=complaint.status == CaseStatus.ANSWERED,
        can_withdraw=complaint.is_open,
        can_reopen_until=_may_come_back_until(complaint),
    )


def answers_of(complaint: Complaint, *, key: bytes) -> list[ShownAnswer]:
    """The answers to a complaint in clear, the first round first. Raises ContentGone."""
    rows: list[ComplaintAnswer] = list(complaint.answers.all())
    return [
        ShownAnswer(
            round=row.round,
            outcome=row.outcome,
            outcome_label=str(Outcome(row.outcome).label),
            finding=sealing.open_text(key, row.sealed_finding, row.sealing_context_of("finding")),
            done=sealing.open_text(key, row.sealed_done, row.sealing_context_of("done")),
            answered_at=row.answered_at,
            accepted_at=row.accepted_at,
            target_on=last_day(row.target_at),
            limit_on=last_day(row.limit_at),
            before_target=row.answered_at < row.target_at,
            before_limit=row.answered_at < row.limit_at,
        )
        for row in rows
    ]


def rules_of(complaint: Complaint) -> ComplaintRule:
    """What the law of the day it was received says besides the figures of the policy."""
    return complaint_rule(on=complaint.rule_from)


def recourse_of(complaint: Complaint) -> list[Recourse]:
    """Where the person may turn who does not agree with the answer."""
    rules = rules_of(complaint)
    return [
        Recourse(
            code=found.code,
            label=str(RecourseCode(found.code).label),
            article=found.article,
            working_days=rules.negotiation_working_days if found.code == RecourseCode.NEGOTIATION else None,
        )
        for found in rules.recourse
    ]


def reopening_is_used_up(complaint: Complaint) -> bool:
    """Whether it was reopened as often as it can be."""
    return complaint.round > rules_of(complaint).reopen_count


def may_reopen_until(complaint: Complaint) -> date:
    """The last day on which an answered complaint can be reopened; the day of the answer is not counted."""
    assert complaint.settled_at is not None
    return local_date(complaint.settled_at) + timedelta(days=rules_of(complaint).reopen_within_days)


def can_reopen(complaint: Complaint, *, now: datetime) -> date | None:
    """Until when it can be reopened, or None when it cannot."""
    until = _may_come_back_until(complaint)
    return until if until is not None and local_date(now) <= until else None


def suggested_duplicates(complaint: Complaint, *, by: Actor | None = None) -> list[SuggestedDuplicate]:
    """Complaints of the same person, with the same contact or the same text, that are not linked yet; newest first.

    One that is about the colleague who looks is left out.
    """
    if complaint.emptied_at is not None:
        return []
    linked = [complaint.pk, *complaint.links.values_list("earlier_id", flat=True)]
    linked += complaint.linked_from.values_list("case_id", flat=True)
    alike = Complaint.objects.filter(
        Q(subject_id=complaint.subject_id)
        | Q(contact_index=complaint.contact_index)
        | Q(text_fingerprint=complaint.text_fingerprint)
    )
    rows = alike.exclude(pk__in=linked).order_by("-received_at", "-id")[:MOST_SUGGESTED]
    return [
        SuggestedDuplicate(
            case_id=row.pk,
            reference=row.reference,
            received_at=row.received_at,
            status_label=str(CaseStatus(row.status).label),
            same_person=row.subject_id == complaint.subject_id,
            same_contact=bytes(row.contact_index) == bytes(complaint.contact_index),
            same_text=bytes(row.text_fingerprint) == bytes(complaint.text_fingerprint),
        )
        for row in rows
        if by is None or not row.concerns(by)
    ]


def links_of(complaint: Complaint, *, by: Actor | None = None) -> list[ShownLink]:
    """The complaints it is linked to, and those linked to it, without one that is about the colleague who looks."""
    earlier = [
        ShownLink(row.pk, row.earlier_id, row.earlier.reference, row.get_reason_display(), row.linked_at, True)
        for row in complaint.links.select_related("earlier")
        if by is None or not row.earlier.concerns(by)
    ]
    later = [
        ShownLink(row.pk, row.case_id, row.case.reference, row.get_reason_display(), row.linked_at, False)
        for row in complaint.linked_from.select_related("case")
        if by is None or not row.case.concerns(by)
    ]
    return earlier + later


def _may_come_back_until(complaint: Complaint) -> date | None:
    if complaint.is_open or complaint.status == CaseStatus.WITHDRAWN or reopening_is_used_up(complaint):
        return None
    return may_reopen_until(complaint)


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

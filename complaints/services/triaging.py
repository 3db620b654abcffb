"""Assessing a complaint, and postponing its answer once, both within the limit, which nothing moves (CG-15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from cases.enums import CaseEvent, CaseStatus
from cases.explaining import last_day as last_day_of
from cases.guards import check_is_open, may_move
from cases.permissions import check_can_work_on
from cases.services.assigning import take_away
from cases.services.moving import move
from cases.services.recording import note as note_event
from cases.services.scheduling import schedule
from cases.staff import staff_member
from complaints.enums import TIER, PostponeReason, Severity
from complaints.errors import UnknownChoice
from complaints.guards import check_day, check_may_postpone, may_have_target
from complaints.models import Complaint
from complaints.services.contesting import contested
from complaints.services.dating import set_target, tell_date
from complaints.services.locking import lock_complaint
from core.actors import Actor
from core.clock import local_date
from policies import selectors as policies
from policies.pack_types import Pack


@dataclass(frozen=True)
class Triage:
    """How staff assess a complaint. Codes are the pack's; `contested_request` is a reference, or empty."""

    category: str
    severity: str
    tier: str
    fields: Sequence[str] = ()
    purposes: Sequence[str] = ()
    contested_request: str = ""
    contested_consent: int | None = None
    about_staff: UUID | None = None


def triage(*, complaint_id: int, triage: Triage, note: str, by: Actor, now: datetime) -> Complaint:
    """Assess a complaint, or assess it anew while it is open. A colleague it is about loses it at once.

    The tier's days become the target once a round, never more than was published for the category and never earlier
    than the person was told; a later target is told by mail.
    Raises UnknownChoice, NotOfThisPerson, CaseClosed, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        check_can_work_on(complaint, by=by)
        check_is_open(complaint)
        pack = policies.document(complaint.policy_version)
        _check_known(triage, pack)
        before, about_before = complaint.target_at, complaint.about_staff_id
        changes = {
            "category": triage.category,
            "severity": triage.severity,
            "tier": triage.tier,
            "fields_concerned": sorted(triage.fields),
            "purposes_concerned": sorted(triage.purposes),
            "about_staff_id": triage.about_staff,
            "triaged_at": complaint.triaged_at or now,
            **contested(complaint.subject_id, request=triage.contested_request, consent=triage.contested_consent),
        }
        for name, value in changes.items():
            setattr(complaint, name, value)
        days = _days(triage, pack)
        if may_have_target(complaint, days=days, now=now):
            set_target(complaint, days=days, reason=TIER, now=now)
        _save(complaint, [*changes, "target_at"], now=now)
        note_event(
            complaint,
            CaseEvent.TRIAGED,
            by=by,
            now=now,
            details={
                "category": triage.category,
                "severity": triage.severity,
                "tier": triage.tier,
                "before": last_day_of(before).isoformat(),
                "after": last_day_of(complaint.target_at).isoformat(),
                **_who_is_barred(about_before, triage.about_staff),
            },
            words=note,
        )
        if complaint.assignee_id is not None and complaint.assignee_id == complaint.about_staff_id:
            take_away(complaint, by=by, now=now)
        if complaint.target_at > before:
            tell_date(complaint, notice="complaint-later", now=now)
    return complaint


def postpone(*, complaint_id: int, reason: PostponeReason, last_day: date, by: Actor, now: datetime) -> Complaint:
    """Set a later target, once a round and before it passes, never past the limit; the person is told at once.

    Raises TargetPassed, PostponedAlready, DayImpossible, CaseClosed, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        check_can_work_on(complaint, by=by)
        check_is_open(complaint)
        check_may_postpone(complaint, now=now)
        check_day(complaint, last_day)
        before, days = complaint.target_at, (last_day - local_date(complaint.round_started_at)).days
        complaint.postponed_at, complaint.postpone_reason = now, PostponeReason(reason)
        set_target(complaint, days=days, reason=complaint.postpone_reason, now=now)
        _save(complaint, ["target_at", "postponed_at", "postpone_reason"], now=now)
        note_event(
            complaint,
            CaseEvent.POSTPONED,
            by=by,
            now=now,
            details={
                "reason": complaint.postpone_reason,
                "before": last_day_of(before).isoformat(),
                "after": last_day_of(complaint.target_at).isoformat(),
            },
        )
        tell_date(complaint, notice="complaint-postponed", now=now)
    return complaint


def _check_known(triage: Triage, pack: Pack) -> None:
    known = (
        triage.severity in Severity.values
        and any(found.code == triage.category for found in pack.complaints.categories)
        and any(found.code == triage.tier for found in pack.complaints.tiers)
        and all(pack.field(code) for code in triage.fields)
        and all(pack.purpose(code) for code in triage.purposes)
        and (triage.about_staff is None or staff_member(triage.about_staff) is not None)
    )
    if not known:
        raise UnknownChoice


def _days(triage: Triage, pack: Pack) -> int:
    """How long the tier takes, and never longer than was published for the category."""
    tier = next(found.days for found in pack.complaints.tiers if found.code == triage.tier)
    published = next(found.resolution_days for found in pack.complaints.categories if found.code == triage.category)
    return min(tier, published, pack.complaints.limit_days)


def _who_is_barred(before: UUID | None, after: UUID | None) -> dict[str, str]:
    """That it was said, or unsaid, whom a complaint is about: it decides who may see it. The record names nobody."""
    if before == after:
        return {}
    return {"about_staff": "cleared" if after is None else "named" if before is None else "changed"}


def _save(complaint: Complaint, changed: Sequence[str], *, now: datetime) -> None:
    """Store what changed; a complaint not sorted yet becomes so only when its tier is among it."""
    if "tier" in changed and may_move(complaint, to=CaseStatus.TRIAGED):
        move(complaint, to=CaseStatus.TRIAGED, now=now, **{name: getattr(complaint, name) for name in changed})
        return
    schedule(complaint, now=now, save=False)
    complaint.save(update_fields=["next_mark", "next_mark_at", *changed])

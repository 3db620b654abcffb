"""Setting the tier of a complaint. A later target is told beforehand, with the reason (CG-15)."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils.translation import override

from audit.services.recording import record
from cases.enums import AuthorRole, CaseEvent
from cases.errors import ReasonMissing
from cases.explaining import last_day
from cases.guards import check_is_open
from cases.permissions import check_can_work_on
from cases.services.locking import lock_case
from cases.services.messaging import add_message
from cases.services.telling import tell_person
from complaints.errors import TargetPassed, UnknownTier
from complaints.models import Complaint
from core.actors import Actor
from core.clock import local_date
from core.selectors import working_calendar
from core.templatetags.portal import day
from policies import selectors as policies


def set_tier(*, complaint_id: int, tier: str, reason: str, by: Actor, now: datetime) -> Complaint:
    """Set a tier of the pack; the target becomes its number of calendar days after receipt, never past the limit.

    The reason of a later target stands in the thread; the mail only says that there is one.

    Raises UnknownTier, ReasonMissing (a later target needs one), TargetPassed, CaseClosed, NotYours, RoleRefused,
    OwnCase.
    """
    with transaction.atomic():
        complaint = lock_case(kind=Complaint.kind, case_id=complaint_id)
        assert isinstance(complaint, Complaint)
        check_can_work_on(complaint, by=by)
        check_is_open(complaint)
        if complaint.tier == tier:
            return complaint
        target = _target(complaint, tier)
        later = target > complaint.target_at
        if later and now >= complaint.target_at:
            raise TargetPassed
        if later and not reason.strip():
            raise ReasonMissing
        before = last_day(complaint.target_at)
        # An earlier target is an aim for staff only; what the person was told stays.
        complaint.tier, complaint.target_at = tier, max(target, complaint.target_at)
        if later:
            complaint.reminded_at = None
        complaint.save(update_fields=["tier", "target_at", "reminded_at"])
        record(
            event=complaint.event(CaseEvent.TIER_SET),
            target=complaint.target,
            subject_id=complaint.subject_id,
            by=by,
            now=now,
            details={"tier": tier, "before": before.isoformat(), "after": last_day(complaint.target_at).isoformat()},
            note=reason.strip(),
        )
        if later:
            add_message(complaint, text=reason, form_token=uuid4(), author_role=AuthorRole.STAFF, now=now)
            _tell(complaint, now=now)
    return complaint


def _target(complaint: Complaint, code: str) -> datetime:
    promise = policies.document(complaint.policy_version).complaints
    tier = next((found for found in promise.tiers if found.code == code), None)
    if tier is None:
        raise UnknownTier
    published = next(
        (found.resolution_days for found in promise.categories if found.code == complaint.category), tier.days
    )
    last = local_date(complaint.received_at) + timedelta(days=min(tier.days, published))
    return min(working_calendar().end_of(last), complaint.limit_at)


def _tell(complaint: Complaint, *, now: datetime) -> None:
    with override(complaint.language):
        target = day(last_day(complaint.target_at))
    tell_person(
        complaint,
        notice="complaint-later",
        context={"target": target},
        now=now,
        dedup=f"later:{complaint.target}:{last_day(complaint.target_at):%Y%m%d}",
    )

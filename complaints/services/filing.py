"""Taking in a complaint: reference at once, the clock running, the person told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import override

from cases.enums import CodePurpose
from cases.errors import PolicyMissing
from cases.explaining import last_day
from cases.models import OneTimeCode
from cases.services.codes import code_for_case
from cases.services.filing import DueMoments, Sender, Upload, file_case
from cases.services.telling import tell_person
from complaints.models import Complaint
from core.actors import Actor
from core.deadlines import complaint_deadlines
from core.selectors import working_calendar
from core.templatetags.portal import day
from policies import selectors as policies
from policies.pack_types import Complaints


@dataclass(frozen=True)
class ComplaintText:
    """What the person filled in. Codes are the pack's."""

    text: str
    category: str
    remedy: str
    fields: Sequence[str] = ()
    purposes: Sequence[str] = ()


@dataclass(frozen=True)
class Filed:
    """A complaint taken in; `code` is the row of the code a guest must answer, None when none was sent by this call."""

    complaint: Complaint
    code: OneTimeCode | None


def file_complaint(
    *,
    form_token: UUID,
    sender: Sender,
    content: ComplaintText,
    uploads: Sequence[Upload] = (),
    by: Actor,
    now: datetime,
) -> Filed:
    """File a complaint under the policy in force. The same form again returns the first.

    Raises PolicyMissing, SubjectGone, OSError.
    """
    version = policies.version_in_force(now)
    if version is None:
        raise PolicyMissing
    promise = policies.document(version).complaints
    with transaction.atomic():
        case, created = file_case(
            model=Complaint,
            form_token=form_token,
            sender=sender,
            text=content.text,
            due=due_moments(promise, category=content.category, received_at=now),
            version=version,
            extra={
                "category": content.category,
                "remedy": content.remedy,
                "fields_concerned": sorted(content.fields),
                "purposes_concerned": sorted(content.purposes),
            },
            uploads=uploads,
            by=by,
            now=now,
        )
        assert isinstance(case, Complaint)
        code = _tell(case, now=now) if created else None
    return Filed(case, code)


def due_moments(promise: Complaints, *, category: str, received_at: datetime) -> DueMoments:
    """First reply, target and limit by the organisation's own figures; target and limit never move past a rest day."""
    calendar = working_calendar()
    reply_days = next(
        (found.first_reply_working_days for found in promise.categories if found.code == category),
        promise.first_reply_working_days,
    )
    dates = complaint_deadlines(
        received_at=received_at, target_days=promise.target_days, limit_days=promise.limit_days, calendar=calendar
    )
    received = calendar.local_date(received_at)
    return DueMoments(
        first_reply_due_at=calendar.end_of(calendar.working_days_after(received, reply_days)),
        target_at=dates.target_at,
        limit_at=dates.limit_at,
    )


def _tell(complaint: Complaint, *, now: datetime) -> OneTimeCode | None:
    with override(complaint.language):
        dates = {"target": day(last_day(complaint.target_at)), "limit": day(last_day(complaint.limit_at))}
    tell_person(complaint, notice="complaint-received", context=dates, now=now, dedup=f"received:{complaint.target}")
    if complaint.is_verified:
        return None
    row, code = code_for_case(complaint, purpose=CodePurpose.VERIFY, now=now)
    tell_person(complaint, notice="case-verify", context={"code": code}, now=now)
    return row

"""Taking in a complaint: reference at once, the clock running from its receipt, the person told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cases.enums import CodePurpose, IntakeChannel
from cases.errors import PolicyMissing
from cases.guards import check_receipt
from cases.models import OneTimeCode
from cases.permissions import check_can_record
from cases.services.acknowledging import acknowledge_by_mail
from cases.services.codes import code_for_case
from cases.services.filing import DueMoments, Sender, Upload, file_case
from cases.services.telling import tell_person
from complaints.errors import UnknownChoice
from complaints.models import Complaint
from complaints.services.contesting import contested
from complaints.services.dating import dates_told
from core.actors import Actor
from core.clock import local_date
from core.deadlines import compute
from core.rules import period_rule
from core.selectors import working_calendar
from policies import selectors as policies
from policies.pack_types import Complaints

# How far back staff may enter what came in another way. Longer ago it is late beyond what a date could mend.
OLDEST_RECEIPT = timedelta(days=60)


@dataclass(frozen=True)
class ComplaintText:
    """What the person filled in. Codes are the pack's; `contested_request` is a reference, or empty.

    `opened_request` is the request a code opened for a guest, the one request a guest can contest.
    """

    text: str
    category: str
    remedy: str
    fields: Sequence[str] = ()
    purposes: Sequence[str] = ()
    contested_request: str = ""
    contested_consent: int | None = None
    opened_request: int | None = None


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

    Raises PolicyMissing, NotOfThisPerson, SubjectGone, TooManyFiles, OSError.
    """
    return _file(form_token, sender, content, uploads, IntakeChannel.PORTAL, now, by, now)


def record_for_person(
    *,
    form_token: UUID,
    sender: Sender,
    content: ComplaintText,
    channel: str,
    received_at: datetime,
    uploads: Sequence[Upload] = (),
    by: Actor,
    now: datetime,
) -> Filed:
    """Enter what somebody said by phone, letter, mail, Zalo or in person; every date runs from the moment it came in.

    It belongs to an account only when staff say whose it is. The same form again returns the first.
    Raises ReceiptImpossible, RoleRefused, OwnCase, UnknownChoice, PolicyMissing, NotOfThisPerson, SubjectGone,
    TooManyFiles, OSError.
    """
    check_can_record(sender.subject_id, by=by)
    check_receipt(received_at, earliest=now - OLDEST_RECEIPT, now=now)
    if channel == IntakeChannel.PORTAL:
        raise UnknownChoice
    return _file(form_token, sender, content, uploads, IntakeChannel(channel), received_at, by, now)


def due_moments(promise: Complaints, *, category: str, received_at: datetime) -> DueMoments:
    """First reply, target and limit by the organisation's own figures; target and limit never move past a rest day."""
    calendar = working_calendar()
    reply_days = next(
        (found.first_reply_working_days for found in promise.categories if found.code == category),
        promise.first_reply_working_days,
    )
    rule = period_rule(Complaint.kind, on=local_date(received_at)).with_days(
        target=promise.target_days, limit=promise.limit_days, acknowledge_working_days=reply_days
    )
    dates = compute(rule, received_at=received_at, calendar=calendar)
    assert dates.acknowledge is not None
    return DueMoments(
        first_reply_due_at=dates.acknowledge.at,
        target_at=dates.target.at,
        limit_at=dates.limit.at,
        rule_from=rule.version,
        calendar_version=calendar.version,
    )


def _file(
    form_token: UUID,
    sender: Sender,
    content: ComplaintText,
    uploads: Sequence[Upload],
    channel: IntakeChannel,
    received_at: datetime,
    by: Actor,
    now: datetime,
) -> Filed:
    version = policies.version_in_force(now)
    if version is None:
        raise PolicyMissing
    with transaction.atomic():
        case, created = file_case(
            model=Complaint,
            form_token=form_token,
            sender=sender,
            text=content.text,
            due=due_moments(policies.document(version).complaints, category=content.category, received_at=received_at),
            version=version,
            extra={
                "category": content.category,
                "remedy": content.remedy,
                "fields_concerned": sorted(content.fields),
                "purposes_concerned": sorted(content.purposes),
                **contested(
                    sender.subject_id,
                    request=content.contested_request,
                    consent=content.contested_consent,
                    opened=content.opened_request,
                ),
            },
            uploads=uploads,
            received_at=received_at,
            channel=channel,
            by=by,
            now=now,
        )
        assert isinstance(case, Complaint)
        code = _tell(case, now=now) if created else None
    return Filed(case, code)


def _tell(complaint: Complaint, *, now: datetime) -> OneTimeCode | None:
    tell_person(
        complaint,
        notice="complaint-received",
        context=dates_told(complaint),
        now=now,
        dedup=f"received:{complaint.target}",
    )
    acknowledge_by_mail(complaint, now=now)
    if not complaint.awaits_proof:
        return None
    row, code = code_for_case(complaint, purpose=CodePurpose.VERIFY, now=now)
    tell_person(complaint, notice="case-verify", context={"code": code}, now=now)
    return row

"""Taking in a request: the acknowledgement with the procedure leaves at once, well within the two working days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases import sealing
from cases.enums import CodePurpose, IntakeChannel
from cases.errors import PolicyMissing
from cases.models import OneTimeCode
from cases.services.acknowledging import acknowledge_by_mail
from cases.services.codes import code_for_case
from cases.services.filing import DueMoments, Sender, Upload, file_case
from cases.services.recording import note
from cases.services.telling import tell_person
from consent.selectors import last_answers
from core.actors import Actor
from core.clock import local_date
from core.deadlines import compute
from core.rules import period_rule
from core.selectors import working_calendar
from dsr_requests.enums import RequestEvent, RequestKind
from dsr_requests.guards import check_wish
from dsr_requests.models import Correction, Representative, Request
from dsr_requests.sealing import seal_mandate, seal_proposed
from dsr_requests.services.dating import dates_told
from dsr_requests.services.identifying import identify_member
from dsr_requests.wishes import Mandate, Wish, consent_code
from personal_data.retention_pack import keeping_pack
from personal_data.values import clean_value
from policies import selectors as policies
from policies.models import PolicyVersion


@dataclass(frozen=True)
class Filed:
    """A request taken in; `code` is the row of the code a guest must answer, None when none was sent by this call."""

    request: Request
    code: OneTimeCode | None


@dataclass(frozen=True)
class Receipt:
    """How and when a request reached us."""

    channel: IntakeChannel
    at: datetime


def file_request(
    *,
    form_token: UUID,
    sender: Sender,
    wish: Wish,
    text: str,
    uploads: Sequence[Upload] = (),
    proved: bool = False,
    by: Actor,
    now: datetime,
) -> Filed:
    """File a request under the rules in effect. The same form returns the first.

    With `proved` a member has just shown a recent sign-in and the password or passkey again: the request is about the
    sender and identified, unless it is made for somebody else. Raises PolicyMissing, UnknownChoice, NothingNamed,
    InvalidValue, SubjectGone, TooManyFiles, OSError.
    """
    with transaction.atomic():
        filed, created = take_in(
            form_token=form_token,
            sender=sender,
            wish=wish,
            text=text,
            uploads=uploads,
            receipt=Receipt(IntakeChannel.PORTAL, now),
            by=by,
            now=now,
        )
        if created and proved:
            identify_member(request_id=filed.request.pk, by=by, now=now)
            filed.request.refresh_from_db()
    return filed


def take_in(
    *,
    form_token: UUID,
    sender: Sender,
    wish: Wish,
    text: str,
    uploads: Sequence[Upload],
    receipt: Receipt,
    by: Actor,
    now: datetime,
) -> tuple[Filed, bool]:
    """Store a request with what it names, record it and tell the person; and whether this call made it."""
    version = policies.version_in_force(now)
    if version is None:
        raise PolicyMissing
    values = checked(wish=wish, version=version, subject_id=sender.subject_id, now=now)
    rule = period_rule(wish.kind, on=local_date(receipt.at))
    with transaction.atomic():
        case, created = file_case(
            model=Request,
            form_token=form_token,
            sender=sender,
            text=text,
            due=due_moments(wish.kind, receipt.at),
            version=version,
            extra={
                "asked_for": wish.kind.value,
                "article": rule.article,
                "everything": wish.everything or wish.kind in (RequestKind.VIEW, RequestKind.COPY),
                "fields": sorted({*wish.fields, *wish.values}),
                "purposes": sorted(set(wish.purposes)),
                "consents": sorted(set(wish.consents)),
            },
            uploads=uploads,
            received_at=receipt.at,
            channel=receipt.channel,
            by=by,
            now=now,
        )
        assert isinstance(case, Request)
        if not created:
            return Filed(case, None), False
        _keep_proposals(case, values, by, now)
        _keep_mandate(case, wish.mandate)
        return Filed(case, _tell(case, now=now)), True


def due_moments(kind: RequestKind, received_at: datetime) -> DueMoments:
    """First reply, target and limit of a kind of request by the law of the day it was received."""
    calendar = working_calendar()
    rule = period_rule(kind, on=local_date(received_at))
    dates = compute(rule, received_at=received_at, calendar=calendar)
    assert dates.acknowledge is not None
    return DueMoments(dates.acknowledge.at, dates.target.at, dates.limit.at, rule.version, calendar.version)


def checked(*, wish: Wish, version: PolicyVersion, subject_id: UUID | None, now: datetime) -> dict[str, str]:
    """The proposed values as they would be stored. Raises UnknownChoice, NothingNamed, InvalidValue."""
    # What an earlier policy asked for can be deleted while something is held there; nothing new can be entered.
    pack = keeping_pack(version) if wish.kind == RequestKind.DELETE else policies.document(version)
    answered = {consent_code(key) for key in last_answers(subject_id, now)} if subject_id else set()
    check_wish(wish, pack=pack, answered=answered)
    specs = {spec.code: spec for spec in pack.fields}
    return {code: clean_value(specs[code], value) for code, value in sorted(wish.values.items())}


def _keep_proposals(request: Request, values: dict[str, str], by: Actor, now: datetime) -> None:
    if not values:
        return
    key = sealing.evidence_key(request.subject_id)
    for field, value in values.items():
        row = Correction(case=request, field=field, proposed_at=now)
        seal_proposed(row, value=value, key=key)
        row.save(force_insert=True)
    note(request, RequestEvent.CORRECTION_PROPOSED, by=by, now=now, details={"fields": sorted(values)})


def _keep_mandate(request: Request, mandate: Mandate | None) -> None:
    if mandate is None:
        return
    row = Representative(
        case=request,
        kind=mandate.kind.value,
        scope=[request.asked_for],
        valid_until=mandate.valid_until,
        child_is_seven=mandate.child_is_seven,
    )
    key = sealing.evidence_key(request.subject_id)
    seal_mandate(row, name=mandate.name, person=mandate.person, contact=mandate.person_contact, key=key)
    row.save(force_insert=True)


def _tell(request: Request, *, now: datetime) -> OneTimeCode | None:
    dedup = f"received:{request.target}"
    tell_person(request, notice="request-received", context=dates_told(request), now=now, dedup=dedup)
    acknowledge_by_mail(request, now=now)
    if not request.awaits_proof:
        return None
    row, code = code_for_case(request, purpose=CodePurpose.VERIFY, now=now)
    tell_person(request, notice="case-verify", context={"code": code}, now=now)
    return row

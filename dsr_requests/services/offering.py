"""Corrections one by one: refused or accepted by staff, or proposed by staff and taken up only if the person agrees."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from cases import sealing
from cases.enums import AuthorRole, IntakeChannel
from cases.guards import check_is_open
from cases.permissions import check_can_record, check_can_work_on, check_is_sender
from cases.services.filing import Sender
from cases.services.messaging import add_message, note_first_reply
from cases.services.recording import note
from cases.services.telling import tell_person
from core.actors import Actor
from core.clock import local_date
from core.rules import refusal_grounds
from dsr_requests.enums import CorrectionState, Ground, Method, RequestEvent, RequestKind, Strength, Verdict
from dsr_requests.errors import (
    CorrectionSettled,
    GroundImpossible,
    GroundMissing,
    NoAddressHeld,
    NotIdentified,
    UnknownChoice,
    WordsMissing,
)
from dsr_requests.guards import NOT_TYPED, check_may_offer
from dsr_requests.models import Correction, Request
from dsr_requests.sealing import proposed_value, seal_proposed
from dsr_requests.services.deciding import check_nothing_hinders, decide_as_accepted
from dsr_requests.services.filing import Receipt, take_in
from dsr_requests.services.identifying import identified
from dsr_requests.services.locking import lock_request
from dsr_requests.services.withdrawing import end_request
from dsr_requests.wishes import Wish
from outbound.addresses import address_of
from personal_data import keys
from personal_data.fields import read_value
from personal_data.models import DataItem, DataSubject
from personal_data.values import clean_value
from policies import selectors as policies

_OPEN_TO_STAFF = (CorrectionState.PROPOSED, CorrectionState.ACCEPTED, CorrectionState.REFUSED)


def offer_correction(*, request_id: int, field: str, value: str, words: str, by: Actor, now: datetime) -> Correction:
    """Propose a value on a request for correction; it takes effect only when the person accepts.

    A field the person named gets the proposal in place of the own one, which stays in the record, sealed. Raises
    UnknownChoice, InvalidValue, WordsMissing, NotIdentified, DecidedAlready, MoveNotAllowed, CaseClosed, NotYours,
    RoleRefused, OwnCase, ContentGone.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_can_work_on(request, by=by)
        check_may_offer(request)
        if not request.is_identified:
            raise NotIdentified
        return _offer(request, field, value, words, by=by, now=now)


def open_with_offer(
    *, form_token: UUID, subject_id: UUID, field: str, value: str, words: str, by: Actor, now: datetime
) -> Correction:
    """Open a request for correction for a person and propose a value on it. The same form again returns the first.

    Raises NoAddressHeld, UnknownChoice, InvalidValue, WordsMissing, PolicyMissing, RoleRefused, OwnCase, SubjectGone.
    """
    check_can_record(subject_id, by=by)
    language = DataSubject.objects.values_list("language", flat=True).get(pk=subject_id)
    with transaction.atomic():
        filed, created = take_in(
            form_token=form_token,
            sender=Sender(address=_address_held(subject_id, now), language=language, subject_id=subject_id),
            wish=Wish(RequestKind.CORRECT, fields=(field,)),
            text="",
            uploads=(),
            receipt=Receipt(IntakeChannel.PORTAL, now),
            by=by,
            now=now,
        )
        request = lock_request(filed.request.pk)
        if not created:
            return Correction.objects.get(case=request, field=field)
        return _offer(request, field, value, words, by=by, now=now)


def answer_offer(*, request_id: int, field: str, accept: bool, by: Actor, now: datetime) -> Correction:
    """The person accepts or declines what staff proposed; once nothing is open, it takes effect or the request ends.

    The same answer again changes nothing. Raises CorrectionSettled, HeldBack, MandateOver, CaseClosed, NotSender.
    """
    wanted = CorrectionState.ACCEPTED if accept else CorrectionState.DECLINED
    with transaction.atomic():
        request = lock_request(request_id)
        check_is_sender(request, by=by)
        row = _locked(request, field)
        if row.by_staff and row.state in (wanted, CorrectionState.APPLIED if accept else wanted):
            return row
        check_is_open(request)
        if row.state != CorrectionState.OFFERED:
            raise CorrectionSettled
        _settle(row, wanted, now=now)
        details = {"field": field, "state": wanted.value}
        note(request, RequestEvent.CORRECTION_ANSWERED, by=by, now=now, details=details)
        if accept and not request.is_identified:
            _identify(request, by=by, now=now)
        _go_on(request, by=by, now=now)
    return row


def decide_correction(
    *, request_id: int, field: str, accept: bool, ground: str = "", by: Actor, now: datetime
) -> Correction:
    """Accept or refuse one field; it takes effect with the decision on the request, and can be changed until then.

    What staff proposed is the person's to answer. Raises GroundMissing, GroundImpossible, CorrectionSettled,
    DecidedAlready, CaseClosed, NotYours, RoleRefused, OwnCase.
    """
    wanted = CorrectionState.ACCEPTED if accept else CorrectionState.REFUSED
    with transaction.atomic():
        request = lock_request(request_id)
        check_can_work_on(request, by=by)
        check_may_offer(request)
        row = _locked(request, field)
        if row.by_staff or row.state not in _OPEN_TO_STAFF:
            raise CorrectionSettled
        _check_ground(request, ground, accept=accept, now=now)
        row.ground = "" if accept else Ground(ground).value
        _settle(row, wanted, now=now)
        details = {"field": field, "state": wanted.value, "ground": row.ground}
        note(request, RequestEvent.CORRECTION_ANSWERED, by=by, now=now, details=details)
    return row


def _offer(request: Request, field: str, value: str, words: str, *, by: Actor, now: datetime) -> Correction:
    cleaned = _cleaned(field, value, now)
    if not words.strip():
        raise WordsMissing
    key = sealing.evidence_key(request.subject_id)
    known = request.corrections.filter(field=field).first()
    before = proposed_value(known, key=key) if known is not None else ""
    row = known or Correction(case=request, field=field)
    row.by_staff, row.state, row.ground, row.proposed_at = True, CorrectionState.OFFERED, "", now
    row.decided_at = None
    seal_proposed(row, value=cleaned, key=key)
    row.save()
    if field not in request.fields:
        request.fields = sorted({*request.fields, field})
        request.save(update_fields=["fields"])
    add_message(request, text=words, form_token=uuid4(), author_role=AuthorRole.STAFF, now=now)
    note_first_reply(request, now=now)
    note(request, RequestEvent.CORRECTION_OFFERED, by=by, now=now, details={"field": field}, words=before)
    tell_person(request, notice="request-offer", context={}, now=now, dedup=f"offer:{row.pk}:{now:%y%m%d%H%M%S}")
    return row


def _cleaned(field: str, value: str, now: datetime) -> str:
    version = policies.version_in_force(now)
    spec = policies.field(version, field) if version else None
    if spec is None or spec.kind in NOT_TYPED:
        raise UnknownChoice
    return clean_value(spec, value)


def _check_ground(request: Request, ground: str, *, accept: bool, now: datetime) -> None:
    if accept:
        return
    if not ground:
        raise GroundMissing
    if ground not in {one.code for one in refusal_grounds(request.asked_for, on=local_date(now))}:
        raise GroundImpossible


def _identify(request: Request, *, by: Actor, now: datetime) -> None:
    """Whoever accepts got here by the account, or by a code to the address held: the one the proposal went to."""
    method = Method.CODE_MAIL if by.pk is None else Method.SESSION
    identified(request=request, about=request.subject, method=method, strength=Strength.MEDIUM, by=by, now=now)


def _go_on(request: Request, *, by: Actor, now: datetime) -> None:
    """Once nothing is open: carry out what was accepted of what staff proposed, or end where all was declined."""
    rows = list(request.corrections.all())
    if any(row.state in (CorrectionState.PROPOSED, CorrectionState.OFFERED) for row in rows):
        return
    if all(row.state == CorrectionState.DECLINED for row in rows):
        end_request(request, by=by, now=now)
    elif all(row.by_staff for row in rows):
        check_nothing_hinders(request, verdict=Verdict.ACCEPT, now=now)
        decide_as_accepted(request=request, by=by, now=now)


def _settle(row: Correction, state: CorrectionState, *, now: datetime) -> None:
    row.state, row.decided_at = state, now
    row.save(update_fields=["state", "ground", "decided_at"])


def _locked(request: Request, field: str) -> Correction:
    row: Correction | None = request.corrections.filter(field=field).first()
    if row is None:
        raise CorrectionSettled
    return row


def _address_held(subject_id: UUID, now: datetime) -> str:
    """Where the person is written to: the account's address, else an e-mail address held. Raises NoAddressHeld."""
    address = address_of(subject_id)
    if address:
        return address
    version = policies.version_in_force(now)
    codes = [spec.code for spec in policies.fields(version) if spec.kind == "email"] if version else []
    item = DataItem.objects.filter(subject_id=subject_id, field__in=codes).order_by("held_since").first()
    if item is None:
        raise NoAddressHeld
    return read_value(item, key=keys.data_key(subject_id))

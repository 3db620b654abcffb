"""Who is asking: what is held already on an address or number, and what keeps a request from taking effect."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from cases import sealing
from cases.enums import OPEN_STATES, ContactKind
from cases.errors import ContentGone
from cases.models import Case
from cases.registry import case_kinds
from core.clock import local_date
from core.encryption import CannotOpen, blind_index
from core.rules import request_terms
from dsr_requests.enums import Method
from dsr_requests.models import EvidenceDemand, PausedAddress, Request, Verification
from outbound.addresses import address_of
from personal_data import keys
from personal_data.enums import SubjectState
from personal_data.errors import KeyDestroyed
from personal_data.fields import read_value
from personal_data.holders import (
    Holding,
    contact_changed_since,
    contacts_of,
    holders_of_address,
    holders_of_number,
)
from personal_data.models import DataItem, ErasureRun
from policies.enums import FieldKind


@dataclass(frozen=True, slots=True)
class Found:
    """The one person a contact is held on; `item_id` is None for a sign-in address and for that of an earlier case."""

    subject_id: UUID
    item_id: UUID | None


def contact_index(contact: str) -> bytes:
    """The look-up hash of a contact as cases, pauses and mandates store it."""
    return blind_index(contact, name=sealing.CONTACT_INDEX)


def person_at_address(address: str, *, at: datetime, other_than: UUID | None = None) -> Found | None:
    """The person an e-mail address was held on before, or None: also when it is held on two.

    First whoever signs in with it, then what did not come from the person's own typing, then proved cases, then the
    rest. An address outside ASCII proves nothing: two of them can lead to one mailbox and not be the same.
    """
    known = holders_of_address(address, at=at)
    proved = _proved_cases(address, other_than=other_than)
    tiers = (
        [holding for holding in known if holding.item_id is None],
        [holding for holding in known if holding.item_id is not None and not holding.typed_in],
        proved[:1],
        [holding for holding in known if holding.typed_in],
    )
    return _only(tiers, at=at) if address.isascii() else None


def person_at_number(number: str, *, at: datetime) -> Found | None:
    """The person a phone number was held on before, or None: also when it is held on two."""
    known = holders_of_number(number, at=at)
    tiers = ([holding for holding in known if not holding.typed_in], [holding for holding in known if holding.typed_in])
    return _only(tiers, at=at)


def person_with(contact: str, *, at: datetime) -> Found | None:
    """The person an address or a number was held on before, for a contact staff read in a request."""
    return person_at_address(contact, at=at) if "@" in contact else person_at_number(contact, at=at)


def _only(tiers: Iterable[list[Holding]], *, at: datetime) -> Found | None:
    lately = at - freeze_time(at)
    for tier in tiers:
        if len({holding.subject_id for holding in tier}) > 1:
            return None
        settled = [holding for holding in tier if holding.changed_at is None or holding.changed_at < lately]
        if settled:
            return Found(settled[0].subject_id, settled[0].item_id)
    return None


def _proved_cases(address: str, *, other_than: UUID | None) -> list[Holding]:
    """People without an account who proved this address with an earlier case, the earliest first.

    A request for which it was never established who asks says nothing of anybody.
    """
    found: list[tuple[datetime, UUID]] = []
    for model in case_kinds().values():
        rows: QuerySet[Any] = model._default_manager.filter(
            contact_index=contact_index(address),
            verified_at__isnull=False,
            from_guest=True,
            subject__state=SubjectState.ACTIVE,
        )
        if model is Request:
            rows = rows.filter(about_id=F("subject_id"))
        found += rows.exclude(subject_id=other_than).values_list("verified_at", "subject_id")
    return [Holding(subject_id, None, False, None) for _, subject_id in sorted(found)]


def freeze_time(at: datetime) -> timedelta:
    """How long nothing is handed out after a contact detail was replaced."""
    return timedelta(hours=request_terms(on=local_date(at)).contact_freeze_hours)


def is_frozen(subject_id: UUID, at: datetime) -> bool:
    """Whether a contact detail of the person was replaced so lately that nothing is handed out or deleted."""
    return contact_changed_since(subject_id, at - freeze_time(at), at=at)


def standing_pauses(*, contact: bytes | None = None, subjects: Iterable[UUID | None] = ()) -> QuerySet[PausedAddress]:
    """Pauses that were not lifted, of an address or of one held on somebody."""
    wanted = Q(contact_index=contact) if contact is not None else Q()
    people = [subject_id for subject_id in subjects if subject_id is not None]
    if people:
        wanted |= Q(subject_id__in=people)
    return PausedAddress.objects.filter(wanted, lifted_at__isnull=True)


def is_held_back(request: Request) -> bool:
    """Whether the request came from a paused address, or is about the person it is held on. Complaints never are."""
    people = (request.subject_id, request.about_id)
    return standing_pauses(contact=bytes(request.contact_index), subjects=people).exists()


def is_erasure_held(run: ErasureRun) -> bool:
    """Whether a deletion is of somebody, or follows from a request, held by a pause."""
    kind, _colon, pk = run.basis.partition(":")
    request = Request.objects.filter(pk=int(pk)).first() if kind == Request.kind and pk.isdigit() else None
    if request is not None and is_held_back(request):
        return True
    return standing_pauses(contact=b"", subjects=[run.subject_ref]).exists()


def held_requests(pause: PausedAddress) -> QuerySet[Request]:
    """Open requests a pause holds."""
    wanted = Q(contact_index=pause.contact_index)
    if pause.subject_id is not None:
        wanted |= Q(subject_id=pause.subject_id) | Q(about_id=pause.subject_id)
    return Request.objects.filter(wanted, status__in=OPEN_STATES)


def is_address_paused(contact: str) -> bool:
    """Whether requests from an address are held for now."""
    return standing_pauses(contact=contact_index(contact)).exists()


def held_contact(verification: Verification) -> str:
    """The held address or number a check goes to, in clear; empty when it is gone."""
    if verification.about_id is None:
        return ""
    if verification.held_item is not None:
        return _value_of(verification.held_item, verification.about_id)
    return address_of(verification.about_id) or _address_of_case(verification.about_id)


def address_of_represented(request: Request, *, at: datetime) -> str:
    """The address held on whose data a request is about, its sign-in address first; empty when none is held."""
    known = contacts_of(request.about_id, at=at) if request.about_id is not None else []
    return next((contact.value for contact in known if contact.kind == FieldKind.EMAIL), "")


def address_for_results(request: Request) -> str:
    """Where a code to fetch a result goes: the held address that proved the person, else the one of the request."""
    passed = request.verifications.filter(passed_at__isnull=False, method=Method.CODE_MAIL).order_by("-passed_at")
    proof = passed.first()
    if proof is not None and (held := held_contact(proof)):
        return held
    if request.contact_kind != ContactKind.EMAIL or request.verified_at is None:
        return ""
    try:
        return sealing.contact_of(request, key=sealing.evidence_key(request.subject_id))
    except ContentGone:
        return ""


def running_check(request: Request, *, at: datetime) -> Verification | None:
    """The check that still waits for its code, the newest first."""
    rows = request.verifications.filter(passed_at=None, ended_at=None, expires_at__gt=at)
    found: Verification | None = rows.order_by("-begun_at", "-id").first()
    return found


def check_ran_out(request: Request, *, at: datetime) -> bool:
    """Whether the check that established who asks is too old for anything to follow by itself."""
    passed = request.verifications.filter(passed_at__isnull=False).order_by("-passed_at").first()
    return passed is None or passed.expires_at < at


def calls_to_make(request: Request, *, at: datetime) -> list[Verification]:
    """Checks by phone of one request that wait for a colleague's call."""
    return list(awaited_calls(at=at).filter(case=request))


def awaited_calls(*, at: datetime) -> QuerySet[Verification]:
    """Checks by phone that wait for a colleague's call; only those of a number that is really held."""
    return Verification.objects.filter(
        method=Method.CODE_PHONE, passed_at=None, ended_at=None, expires_at__gt=at, about__isnull=False
    )


def open_demands(request: Request) -> QuerySet[EvidenceDemand]:
    """What staff asked for and did not get yet."""
    return request.evidence_demands.filter(met_at=None)


def opens_no_page(request: Request) -> bool:
    """Whether whoever sent it can open no page of ours: no account, and no e-mail address a code could go to."""
    return request.from_guest and request.contact_kind != ContactKind.EMAIL


def takes_evidence(request: Request) -> bool:
    """Whether a file may be sent now: a mandate not decided yet, or something staff asked for."""
    if not request.is_open:
        return False
    mandate = getattr(request, "representative", None)
    waits = mandate is not None and mandate.checked_at is None and mandate.refused_at is None
    return waits or open_demands(request).exists()


def _value_of(item_id: UUID, subject_id: UUID) -> str:
    item = DataItem.objects.filter(pk=item_id, subject_id=subject_id).first()
    try:
        return read_value(item, key=keys.data_key(subject_id)) if item is not None else ""
    except (KeyDestroyed, CannotOpen):
        return ""


def _address_of_case(subject_id: UUID) -> str:
    for model in case_kinds().values():
        case: Case | None = model._default_manager.filter(
            subject_id=subject_id, from_guest=True, verified_at__isnull=False, contact_kind=ContactKind.EMAIL
        ).first()
        if case is not None:
            try:
                return sealing.contact_of(case, key=sealing.evidence_key(subject_id))
            except ContentGone:
                continue
    return ""

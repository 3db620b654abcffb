"""Somebody asks for somebody else: the mandate is examined before anything is known to be about anybody.

The person represented is found by the contact the request names, or chosen by an officer. With a power of attorney
the result goes to the person represented, at the address held, who is told of the request first; its holder learns that
it is done. For a child the representative gets it, and a child of 7 or older agrees itself.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from cases import sealing
from cases.enums import AuthorRole, IntakeChannel
from cases.errors import OwnCase, ReasonMissing
from cases.guards import check_is_open
from cases.permissions import WORKING_ROLES, check_can_work_on, check_is_sender
from cases.services.messaging import add_message, note_first_reply
from cases.services.recording import note
from cases.services.telling import tell_person
from core.actors import Actor
from core.clock import local_date
from dsr_requests.enums import Method, RepresentativeKind, RequestEvent, RequestKind, Strength
from dsr_requests.errors_identity import (
    ChildMustAgree,
    MandateDecided,
    MandateEnded,
    MandateTooNarrow,
    NoMandate,
    OfficerOnly,
    PersonUnknown,
)
from dsr_requests.models import Representative, Request
from dsr_requests.sealing import represented_person
from dsr_requests.selectors_identity import person_with
from dsr_requests.services.examining import OFFICER, check_was_read
from dsr_requests.services.identifying import identified
from dsr_requests.services.locking import lock_request
from outbound.services.queueing import queue_notice
from personal_data.enums import SubjectState
from personal_data.holders import contacts_of
from personal_data.models import DataSubject
from personal_data.selectors_merged import is_own
from policies.enums import FieldKind


def check_mandate(
    *,
    request_id: int,
    scope: Collection[str],
    valid_until: date | None,
    about: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Request:
    """Accept the mandate: what it covers and until when, as its evidence says; the request is then about that person.

    Whoever checks has opened every file. Without `about` the person is found by the contact named; only an officer
    chooses one, and judges what staff took in. Raises NoMandate, MandateDecided, MandateEnded, MandateTooNarrow,
    ChildMustAgree, EvidenceMissing, EvidenceUnread, TakenInYourself, PersonUnknown, OfficerOnly, IdentifiedAlready,
    SubjectGone, CaseClosed, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        request, mandate = _undecided(request_id, by=by)
        _check_covers(request, mandate, scope=scope, valid_until=valid_until, now=now)
        check_was_read(request, by=by)
        person = _represented(request, mandate, about, by=by, now=now)
        mandate.scope = sorted(RequestKind(kind).value for kind in scope)
        mandate.valid_until = valid_until
        mandate.checked_at, mandate.checked_by = now, f"user:{by.pk}"
        mandate.save(update_fields=["scope", "valid_until", "checked_at", "checked_by"])
        note(request, RequestEvent.MANDATE_CHECKED, by=by, now=now, details={"scope": mandate.scope})
        if mandate.kind == RepresentativeKind.ATTORNEY:
            _tell_represented(request, person, now=now)
        identified(request=request, about=person, method=Method.MANDATE, strength=Strength.MEDIUM, by=by, now=now)
    return request


def refuse_mandate(*, request_id: int, words: str, form_token: UUID, by: Actor, now: datetime) -> Request:
    """Do not accept the mandate, with the words the representative reads. The request itself is decided apart.

    Raises NoMandate, MandateDecided, ReasonMissing, CaseClosed, NotYours, RoleRefused, OwnCase, ContentGone.
    """
    with transaction.atomic():
        request, mandate = _undecided(request_id, by=by)
        if not words.strip():
            raise ReasonMissing
        mandate.refused_at, mandate.checked_by = now, f"user:{by.pk}"
        mandate.save(update_fields=["refused_at", "checked_by"])
        note(request, RequestEvent.MANDATE_REFUSED, by=by, now=now)
        message = add_message(request, text=words, form_token=form_token, author_role=AuthorRole.STAFF, now=now)
        note_first_reply(request, now=now)
        tell_person(request, notice="case-message", context={}, now=now, dedup=f"message:{message.pk}")
    return request


def child_agrees(
    *, request_id: int, channel: str = IntakeChannel.PORTAL, words: str = "", by: Actor, now: datetime
) -> Request:
    """The child agreed itself, on the page of the request or in words a colleague wrote down. Twice changes nothing.

    Raises NoMandate, CaseClosed, ReasonMissing, NotSender, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        mandate = _mandate_of(request)
        if by.audit_role in WORKING_ROLES and channel != IntakeChannel.PORTAL:
            check_can_work_on(request, by=by)
            if not words.strip():
                raise ReasonMissing
        else:
            check_is_sender(request, by=by)
        check_is_open(request)
        if mandate.child_agreed_at is None:
            mandate.child_agreed_at = now
            mandate.save(update_fields=["child_agreed_at"])
            details = {"channel": IntakeChannel(channel).value}
            note(request, RequestEvent.CHILD_AGREED, by=by, now=now, details=details, words=words)
    return request


def _mandate_of(request: Request) -> Representative:
    if not hasattr(request, "representative"):
        raise NoMandate
    found: Representative = request.representative
    return found


def _undecided(request_id: int, *, by: Actor) -> tuple[Request, Representative]:
    request = lock_request(request_id)
    check_can_work_on(request, by=by)
    check_is_open(request)
    mandate = _mandate_of(request)
    if mandate.checked_at is not None or mandate.refused_at is not None:
        raise MandateDecided
    return request, mandate


def _check_covers(
    request: Request, mandate: Representative, *, scope: Collection[str], valid_until: date | None, now: datetime
) -> None:
    if request.asked_for not in scope:
        raise MandateTooNarrow
    # A power of attorney always says until when; a parent or guardian acts until that ends by law.
    if valid_until is None and mandate.kind == RepresentativeKind.ATTORNEY:
        raise MandateEnded
    if valid_until is not None and valid_until < local_date(now):
        raise MandateEnded
    if mandate.kind == RepresentativeKind.PARENT and mandate.child_is_seven and mandate.child_agreed_at is None:
        raise ChildMustAgree


def _represented(
    request: Request, mandate: Representative, about: UUID | None, *, by: Actor, now: datetime
) -> DataSubject:
    chosen = about
    if chosen is None:
        _, contact = represented_person(mandate, key=sealing.evidence_key(request.subject_id))
        found = person_with(contact, at=now)
        chosen = found.subject_id if found else None
    elif by.audit_role != OFFICER:
        raise OfficerOnly
    if is_own([chosen], by=by):
        raise OwnCase
    people = DataSubject.objects.filter(state=SubjectState.ACTIVE).exclude(pk=request.subject_id)
    person = people.filter(pk=chosen).first() if chosen is not None else None
    if person is None:
        raise PersonUnknown
    return person


def _tell_represented(request: Request, person: DataSubject, *, now: datetime) -> None:
    """The person represented learns of it at every address already held, never at one the request names."""
    for contact in contacts_of(person.pk, at=now):
        if contact.kind == FieldKind.EMAIL:
            queue_notice(
                notice="request-in-your-name",
                to=contact.value,
                language=person.language,
                context={},
                now=now,
                subject_id=person.pk,
            )

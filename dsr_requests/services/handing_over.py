"""Handing the copy over to the person entitled: after signing in again, or by a code to an address held before.

A power of attorney lets its holder ask; the copy goes to whoever is represented, so the code does. The legal
representative of a child, and a guardian, act in that person's place and get the code themselves.

Where no code can be sent, since neither an account nor an address is held, an officer hands the copy over: once, and
with a record of the person it was for and of how that person was known.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases.enums import CodeAnswer, CodePurpose
from cases.errors import ReasonMissing
from cases.models import OneTimeCode
from cases.services import codes
from cases.services.recording import note
from core.actors import Actor
from core.errors import allows
from dsr_requests.enums import RequestEvent, ShownBy
from dsr_requests.errors import Frozen, HeldBack
from dsr_requests.errors_copy import CopyHeld, FetchedByPerson, NoAddressHeld
from dsr_requests.guards import check_mandate_lasts
from dsr_requests.models import Request
from dsr_requests.permissions import check_can_hand_over
from dsr_requests.selectors_holding import is_copy_held
from dsr_requests.selectors_identity import address_for_results, address_of_represented, is_frozen, is_held_back
from dsr_requests.services.locking import lock_request
from outbound.services.queueing import queue_notice
from personal_data.errors import CopyGone, CopyNotReady
from personal_data.models import DataSubject, Package
from personal_data.services import packaging
from personal_data.services.packaging import Fetched


def begin_fetch(*, request_id: int, now: datetime) -> OneTimeCode:
    """Send a code for the copy of a request to the address of the person entitled.

    Raises CopyNotReady, CopyGone, MandateOver, HeldBack, Frozen, CopyHeld, NoAddressHeld, TooManyCodes.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        package = _fetchable(request, now=now)
        address = _address(request, now=now)
        if not address:
            raise NoAddressHeld
        row, code = codes.code_for_case(request, purpose=CodePurpose.FETCH, now=now)
        queue_notice(
            notice="copy-code",
            to=address,
            language=request.language,
            context={"code": code},
            now=now,
            subject_id=package.subject_id,
        )
    return row


def fetch_with_code(
    *, request_id: int, code_id: UUID, typed: str, by: Actor, now: datetime
) -> tuple[CodeAnswer, Fetched | None]:
    """Answer the code; when it is right, the copy.

    Raises CopyNotReady, CopyGone, MandateOver, HeldBack, Frozen, CopyHeld, SubjectGone.
    """
    request = Request.objects.get(pk=request_id)
    package = _fetchable(request, now=now)
    if not OneTimeCode.objects.filter(pk=code_id, case_ref=request.target).exists():
        return CodeAnswer.SPENT, None
    outcome = codes.answer(code_id=code_id, purpose=CodePurpose.FETCH, typed=typed, now=now)
    if outcome != CodeAnswer.RIGHT:
        return outcome, None
    return outcome, packaging.fetch(package_id=package.pk, by=by, now=now)


def fetch_own(*, package_id: UUID, subject_id: UUID, by: Actor, now: datetime) -> Fetched:
    """A member, who has just shown the password or a passkey, takes the own copy.

    Raises CopyNotReady, CopyGone, HeldBack, Frozen, CopyHeld, SubjectGone.
    """
    package = Package.objects.filter(pk=package_id, subject_id=subject_id).first()
    if package is None:
        raise CopyGone
    request = request_of(package)
    if request is not None and is_held_back(request):
        raise HeldBack
    if is_frozen(subject_id, now):
        raise Frozen
    if is_copy_held(package):
        raise CopyHeld
    return packaging.fetch(package_id=package.pk, by=by, now=now)


def hand_over(*, request_id: int, shown: ShownBy, words: str, by: Actor, now: datetime) -> Fetched:
    """The copy for an officer who hands it over, at the desk or by registered letter; `words` say what was shown.

    Raises OfficerHandsOver, FetchedByPerson, ReasonMissing, CopyNotReady, CopyGone, MandateOver, HeldBack, Frozen,
    CopyHeld, RoleRefused, OwnCase, SubjectGone.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        package = check_hands_over(request, by=by, now=now)
        if not words.strip():
            raise ReasonMissing
        fetched = packaging.fetch(package_id=package.pk, by=by, now=now)
        details = {"to": str(entitled_of(request)), "shown": ShownBy(shown).value, "package": str(package.pk)}
        note(request, RequestEvent.COPY_HANDED_OVER, by=by, now=now, details=details, words=words)
    return fetched


def check_hands_over(request: Request, *, by: Actor, now: datetime) -> Package:
    """The copy an officer may hand over now. Raises as `hand_over`."""
    check_can_hand_over(request, by=by)
    package = _fetchable(request, now=now)
    if not is_handed_over(request, now=now):
        raise FetchedByPerson
    return package


can_hand_over = allows(check_hands_over)


def is_handed_over(request: Request, *, now: datetime) -> bool:
    """Whether neither an account nor a code leads the person entitled to the copy of a request."""
    if not request.is_identified or hasattr(DataSubject.objects.get(pk=entitled_of(request)), "user"):
        return False
    return not _address(request, now=now)


def entitled_of(request: Request) -> UUID:
    """Whose hands the copy is for: the person it is about, or who acts in the place of that person."""
    if hasattr(request, "representative") and not request.is_by_attorney:
        return UUID(str(request.subject_id))
    assert request.about_id is not None
    return request.about_id


def request_of(package: Package) -> Request | None:
    """The request a copy answers."""
    kind, _colon, pk = package.basis.partition(":")
    return Request.objects.filter(pk=int(pk)).first() if kind == Request.kind and pk.isdigit() else None


def _fetchable(request: Request, *, now: datetime) -> Package:
    package = packaging.package_of(request.target)
    if package is None:
        raise CopyNotReady
    check_mandate_lasts(request, now=now)
    if is_held_back(request):
        raise HeldBack
    if is_frozen(package.subject_id, now):
        raise Frozen
    if is_copy_held(package):
        raise CopyHeld
    if not packaging.is_fetchable(package, now=now):
        raise CopyGone if package.ready_at else CopyNotReady
    return package


def _address(request: Request, *, now: datetime) -> str:
    if request.is_by_attorney:
        return address_of_represented(request, at=now)
    return address_for_results(request)

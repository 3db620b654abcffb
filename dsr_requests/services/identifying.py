"""Who is asking, established: the one place that sets whose data a request is about.

1. Nothing identifies but a check that passed: a fresh sign-in, a code to what was held before, evidence an officer
   examined, a mandate a colleague checked. No member of staff can say so without one.
2. It happens once, under the request's lock, and is recorded with method and strength.
3. What may follow without anybody's judgement follows in the same transaction (`deciding.decide_by_itself`).
"""

from datetime import datetime, timedelta

from django.db import transaction

from cases import sealing
from cases.enums import CaseStatus, ContactKind
from cases.guards import check_is_open
from cases.permissions import check_is_sender
from cases.services.open_mark import mark_open_cases
from cases.services.recording import note
from cases.services.scheduling import schedule
from core.actors import GUEST, SYSTEM, Actor
from core.clock import local_date
from core.rules import request_terms
from dsr_requests.enums import BY_ITSELF, Method, RequestEvent, RequestKind, Strength
from dsr_requests.errors_identity import AddressUnproved, IdentifiedAlready, MadeForAnother
from dsr_requests.models import Request, Verification
from dsr_requests.selectors_identity import is_held_back, person_at_address
from dsr_requests.services import deciding
from dsr_requests.services.locking import lock_request
from personal_data.enums import LimitKind
from personal_data.errors import SubjectGone
from personal_data.models import DataSubject
from personal_data.services import limiting
from personal_data.services.holds import follow_case
from personal_data.services.subjects import hold_active


def identified(
    *,
    request: Request,
    about: DataSubject,
    method: str,
    strength: str,
    by: Actor,
    now: datetime,
    check: Verification | None = None,
    words: str = "",
) -> Verification:
    """Note that it is established whose data a request is about, and let follow what follows by itself.

    In the caller's transaction. `check` is the check that passed, where one was begun before; `words` are what staff
    say about it, sealed beside the entry.
    Raises IdentifiedAlready, SubjectGone.
    """
    if not Request.objects.select_for_update(of=("self",)).filter(pk=request.pk, identified_at=None).exists():
        raise IdentifiedAlready
    hold_active(about.pk)
    passed = check or Verification(case=request, method=method, strength=strength, begun_at=now)
    passed.about, passed.passed_at = about, now
    passed.expires_at = now + timedelta(hours=request_terms(on=local_date(now)).identified_hours)
    passed.save()
    request.verifications.filter(passed_at=None, ended_at=None).update(ended_at=now)
    request.about, request.identified_at = about, now
    schedule(request, now=now, save=False)
    request.save(update_fields=["about", "identified_at", "next_mark", "next_mark_at"])
    mark_open_cases(request, now=now)
    follow_case(case_ref=request.target, subject_id=about.pk, by=SYSTEM, now=now)
    details = {"method": method, "strength": strength}
    note(request, RequestEvent.IDENTIFIED, by=by, now=now, details=details, words=words)
    _stop_objected_uses(request, now=now)
    go_on(request=request, now=now)
    return passed


def go_on(*, request: Request, by: Actor = SYSTEM, now: datetime) -> None:
    """Let a locked, identified request take what effect it may have by itself; say so when it is held."""
    if is_held_back(request):
        note(request, RequestEvent.HELD_BACK, by=by, now=now)
    elif request.status != CaseStatus.RECEIVED:  # else once the receipt is confirmed, by `go_on_waiting`
        deciding.decide_by_itself(request=request, now=now)


def go_on_waiting(*, now: datetime) -> int:
    """Let take effect by itself what waited for its receipt to be confirmed, or for a time without changed contact
    details. Safe to run any number of times at once. How many took effect.
    """
    waiting = Request.objects.filter(
        status=CaseStatus.ACKNOWLEDGED,
        asked_for__in=BY_ITSELF,
        identified_at__isnull=False,
        representative__isnull=True,
    ).exclude(decisions__dropped_at__isnull=True, decisions__isnull=False)
    done = 0
    for request_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            request = lock_request(request_id)
            if request.status == CaseStatus.ACKNOWLEDGED and not is_held_back(request):
                done += deciding.decide_by_itself(request=request, now=now) is not None
    return done


def identify_member(*, request_id: int, by: Actor, now: datetime) -> Request:
    """The sender has just signed in or proved it again; the page checked that. Doing so twice changes nothing.

    Not for somebody else's data. A request sent as somebody who proved to be the same is about the person it is now.
    Raises NotSender, CaseClosed.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_is_sender(request, by=by)
        own = DataSubject.objects.get(pk=by.subject_id)  # type: ignore[attr-defined]
        not_by_account = request.from_guest and request.subject_id == own.pk
        if request.is_identified or not_by_account or hasattr(request, "representative"):
            return request
        check_is_open(request)
        identified(
            request=request,
            about=own,
            method=Method.SESSION,
            strength=Strength.STRONG,
            by=by,
            now=now,
        )
    return request


def identify_by_proved_address(request: Request, *, now: datetime) -> None:
    """The guest has just proved the address of a locked request: if it was held before, that is who asks."""
    if request.is_identified or not request.is_open or hasattr(request, "representative"):
        return
    if request.contact_kind != ContactKind.EMAIL:
        return
    address = sealing.contact_of(request, key=sealing.evidence_key(request.subject_id))
    found = person_at_address(address, at=now, other_than=request.subject_id)
    if found is None:
        return
    check = Verification(case=request, method=Method.CODE_MAIL, strength=Strength.MEDIUM, begun_at=now)
    check.held_item = found.item_id
    try:
        identified(
            request=request,
            about=DataSubject.objects.get(pk=found.subject_id),
            method=Method.CODE_MAIL,
            strength=Strength.MEDIUM,
            by=GUEST,
            now=now,
            check=check,
        )
    except SubjectGone:
        # The deletion of that person began a moment ago; the address is proved all the same.
        return


def ask_for_sender_alone(*, request_id: int, by: Actor, now: datetime) -> Request:
    """A guest who proved the address says: nothing else, only what was sent under it. Twice changes nothing.

    The request is then about the sender as this portal knows one: by this address and nothing more.
    Raises NotSender, AddressUnproved, MadeForAnother, CaseClosed.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_is_sender(request, by=by)
        if request.is_identified:
            return request
        check_is_open(request)
        if hasattr(request, "representative"):
            raise MadeForAnother
        if request.verified_at is None:
            raise AddressUnproved
        identified(
            request=request,
            about=request.subject,
            method=Method.CODE_MAIL,
            strength=Strength.MEDIUM,
            by=by,
            now=now,
        )
    return request


def _stop_objected_uses(request: Request, *, now: datetime) -> None:
    """A purpose objected to is used for nothing while the objection is examined."""
    if request.asked_for != RequestKind.OBJECT or request.about_id is None:
        return
    for purpose in [""] if request.everything else request.purposes:
        limiting.set_limit(
            subject_id=request.about_id,
            kind=LimitKind.OBJECTION,
            purpose=purpose,
            basis=request.target,
            by=SYSTEM,
            now=now,
        )

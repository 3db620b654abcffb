"""A code to an address or number that is already held, never to one given in the request.

1. Asking does the same work whether anything is held or not: the same reads, one code row, one check, one entry. The
   worker writes the mail, to the value that is held, in the spelling it is held in. Whatever is typed, the page says
   the same.
2. A code lives ten minutes, takes three tries, and works for one request only. A number is called by a colleague, who
   reads the code out; until then none exists. A wrong code gets the same words before and after the call.
3. The person types the code on the page of the request, which opened by a code to the address given or by signing in.
   Nobody of the staff can type it: there is no such page.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from audit.services.recording import record
from cases.enums import CodeAnswer, CodePurpose
from cases.errors import ContentGone, ReasonMissing, TooManyCodes
from cases.guards import check_is_open
from cases.models import OneTimeCode
from cases.permissions import check_can_work_on, check_is_sender
from cases.services import codes
from cases.services.recording import note
from core.actors import Actor
from core.queue import enqueue_on_commit
from dsr_requests.enums import Method, RequestEvent, Strength
from dsr_requests.errors_identity import IdentifiedAlready, MadeForAnother, NoCallNeeded, TooManyChecks
from dsr_requests.models import Request, Verification
from dsr_requests.selectors_identity import (
    Found,
    held_contact,
    is_address_paused,
    person_at_address,
    person_at_number,
    standing_pauses,
)
from dsr_requests.services.identifying import identified
from dsr_requests.services.locking import lock_request
from outbound.services.queueing import queue_notice
from personal_data.enums import AuditEvent
from personal_data.models import DataItem
from personal_data.permissions import check_is_unrestricted

CALLED_WITHIN = timedelta(days=3)
MOST_A_DAY = 6  # checks of one request: a second chance, and some more
MOST_TO_ONE = 10  # codes to one person a day, from all requests together
SEND_TASK = "dsr_requests.send_identity_codes"
DAY = timedelta(days=1)


def begin_code(*, request_id: int, method: Method, typed: str, by: Actor, now: datetime) -> Verification:
    """Ask for a code to an address or number already held. Whether it is held shows neither in the answer nor in time.

    Raises IdentifiedAlready, MadeForAnother, TooManyCodes, TooManyChecks, NotSender, CaseClosed.
    """
    by_mail = method == Method.CODE_MAIL
    with transaction.atomic():
        request = lock_request(request_id)
        check_is_sender(request, by=by)
        _check_may_ask(request, now=now)
        other = request.subject_id
        found = person_at_address(typed, at=now, other_than=other) if by_mail else person_at_number(typed, at=now)
        paused = is_address_paused(typed) or _is_paused(found)
        known = None if paused else found
        request.verifications.filter(passed_at=None, ended_at=None).update(ended_at=now)
        check = Verification.objects.create(
            case=request,
            method=method,
            strength=Strength.MEDIUM,
            about_id=known.subject_id if known else None,
            held_item=known.item_id if known else None,
            code_id=_empty_code(request, now=now).pk,
            begun_at=now,
            expires_at=now + (codes.LIFETIME if by_mail else CALLED_WITHIN),
        )
        note(request, RequestEvent.IDENTITY_BEGUN, by=by, now=now, details={"method": method.value})
        enqueue_on_commit(SEND_TASK)
    return check


def answer_code(*, request_id: int, verification_id: UUID, typed: str, by: Actor, now: datetime) -> CodeAnswer:
    """Compare what the person typed on the page of the request. Three tries in all, whatever comes of them.

    Raises NotSender, CaseClosed.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_is_sender(request, by=by)
        check_is_open(request)
        check = request.verifications.filter(pk=verification_id, passed_at=None, ended_at=None).first()
        if check is None or request.is_identified or check.code_id is None:
            return CodeAnswer.SPENT
        outcome = codes.answer(code_id=check.code_id, purpose=CodePurpose.IDENTIFY, typed=typed, now=now)
        check.attempts += 1
        if outcome == CodeAnswer.RIGHT and check.about is not None and not _is_paused_person(check):
            identified(
                request=request,
                about=check.about,
                method=check.method,
                strength=check.strength,
                by=by,
                now=now,
                check=check,
            )
            return CodeAnswer.RIGHT
        over = check.attempts >= codes.MAX_ATTEMPTS or check.expires_at <= now
        check.ended_at = now if over else None
        check.save(update_fields=["attempts", "ended_at"])
        note(request, RequestEvent.IDENTITY_FAILED, by=by, now=now, details={"method": check.method})
    return CodeAnswer.SPENT if over else CodeAnswer.WRONG


def send_codes(*, now: datetime) -> int:
    """Mail the codes asked for to what is held. Safe to run any number of times at once. How many were written."""
    sent = 0
    waiting = OneTimeCode.objects.filter(purpose=CodePurpose.IDENTIFY, sent_at=None, expires_at__gt=now)
    mailed = Verification.objects.filter(
        method=Method.CODE_MAIL, about__isnull=False, passed_at=None, ended_at=None, expires_at__gt=now
    )
    for code_id in list(mailed.filter(code_id__in=waiting.values("pk")).values_list("code_id", flat=True)):
        with transaction.atomic():
            row = waiting.select_for_update(skip_locked=True).filter(pk__in=[code_id]).first()
            check = mailed.filter(code_id=code_id).select_related("case").first()
            if row is not None and check is not None:
                sent += _mail(row, check, now=now)
    return sent


def read_out(*, verification_id: UUID, reason: str, by: Actor, now: datetime) -> tuple[str, str]:
    """The number held and a fresh code, for a colleague who calls it. Each look makes a new code.

    Raises ReasonMissing, Restricted, NoCallNeeded, TooManyCodes, NotYours, RoleRefused, OwnCase, CaseClosed.
    """
    with transaction.atomic():
        check = Verification.objects.filter(pk=verification_id, method=Method.CODE_PHONE).first()
        if check is None:
            raise NoCallNeeded
        request = lock_request(check.case_id)
        check_can_work_on(request, by=by)
        check_is_open(request)
        check.refresh_from_db()
        if not reason.strip():
            raise ReasonMissing
        check_is_unrestricted(by=by, subject_id=check.about_id)
        number = held_contact(check)
        if not number or check.passed_at or check.ended_at or check.expires_at <= now or _is_paused_person(check):
            raise NoCallNeeded
        if _sent_to(check, now=now) >= MOST_TO_ONE:
            raise TooManyCodes
        row = _empty_code(request, now=now)
        code = codes.fill(row, now=now)
        check.code_id = row.pk
        check.save(update_fields=["code_id"])
        note(
            request,
            RequestEvent.CODE_READ_OUT,
            by=by,
            now=now,
            details={"fields": ["phone"], "method": check.method},
            words=reason.strip(),
        )
        _tell_whose_number(check, reason=reason.strip(), by=by, now=now)
    return number, code


def _tell_whose_number(check: Verification, *, reason: str, by: Actor, now: datetime) -> None:
    """The look stands in the access log of the person the number is held on, who may be another than the sender."""
    assert check.held_item is not None
    item = DataItem.objects.get(pk=check.held_item)
    record(
        event=AuditEvent.ITEM_REVEALED,
        target=f"subject:{item.subject_id}",
        subject_id=item.subject_id,
        by=by,
        now=now,
        details={"field": item.field},
        note=reason,
    )


def _check_may_ask(request: Request, *, now: datetime) -> None:
    check_is_open(request)
    if request.is_identified:
        raise IdentifiedAlready
    if hasattr(request, "representative"):
        raise MadeForAnother
    if request.verifications.filter(begun_at__gt=now - DAY).count() >= MOST_A_DAY:
        raise TooManyChecks
    if codes.recent_codes(request.target, now=now) >= codes.MAX_PER_HOUR:
        raise TooManyCodes


def _empty_code(request: Request, *, now: datetime) -> OneTimeCode:
    """A row that no code is right for until one is made."""
    return OneTimeCode.objects.create(
        purpose=CodePurpose.IDENTIFY, case_ref=request.target, created_at=now, expires_at=now + codes.LIFETIME
    )


def _mail(row: OneTimeCode, check: Verification, *, now: datetime) -> int:
    """Fill a locked row and write the mail. A code nobody gets is not made: it could still be guessed."""
    try:
        address = held_contact(check)
    except ContentGone:
        address = ""
    if not address or not address.isascii() or _sent_to(check, now=now) >= MOST_TO_ONE:
        row.sent_at = now
        row.save(update_fields=["sent_at"])
        return 0
    code = codes.fill(row, now=now)
    queue_notice(
        notice="identity-code",
        to=address,
        language=check.case.language,
        context={"code": code},
        now=now,
        subject_id=check.about_id,
    )
    return 1


def _sent_to(check: Verification, *, now: datetime) -> int:
    lately = Verification.objects.filter(about_id=check.about_id, begun_at__gt=now - DAY).values("code_id")
    return OneTimeCode.objects.filter(pk__in=lately, code_hash__isnull=False).count()


def _is_paused(found: Found | None) -> bool:
    # Asked also for nobody, so that nobody takes the same time as somebody.
    return standing_pauses(contact=b"", subjects=[found.subject_id if found else None]).exists()


def _is_paused_person(check: Verification) -> bool:
    return standing_pauses(contact=b"", subjects=[check.about_id]).exists()

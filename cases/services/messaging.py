"""The thread: what staff and the person write to each other, and what staff write down for the person."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cases import sealing
from cases.enums import SETTLED_STATES, AuthorRole, CaseEvent, CaseStatus, IntakeChannel
from cases.errors import NothingWritten, TooManyMessages
from cases.guards import check_is_not_over, check_is_open, check_is_past_receipt, check_receipt, may_move
from cases.models import Case, CaseMessage
from cases.permissions import check_can_work_on, check_is_sender
from cases.services.filing import Upload, attach
from cases.services.locking import lock_case
from cases.services.moving import move
from cases.services.recording import note
from cases.services.scheduling import schedule
from cases.services.telling import tell_person, tell_staff
from cases.staff import responsible_for, working_staff
from core.actors import Actor
from core.clock import local_date

LONGEST_MESSAGE = 10_000
MOST_AN_HOUR = 30  # of one person in one case: each may bring files, and each is told to staff


def write_as_staff(
    *,
    kind: str,
    case_id: int,
    text: str,
    form_token: UUID,
    awaits_answer: bool,
    uploads: Sequence[Upload] = (),
    by: Actor,
    now: datetime,
) -> CaseMessage:
    """Write to the person; with `awaits_answer` the case waits for an answer while its clock goes on.

    The first message begins the examination. After the answer the thread goes on, but nothing is asked any more.
    The same form sent twice writes once.
    Raises NothingWritten, AcknowledgeFirst, CaseClosed, NotYours, RoleRefused, OwnCase, ContentGone, TooManyFiles,
    OSError.
    """
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_work_on(case, by=by)
        known = _written_already(case, form_token)
        if known is not None:
            return known
        check_is_past_receipt(case)
        check_is_open(case) if awaits_answer else check_is_not_over(case)
        message = add_message(
            case, text=text, form_token=form_token, author_role=AuthorRole.STAFF, uploads=uploads, now=now
        )
        note_first_reply(case, now=now)
        wanted = CaseStatus.WAITING if awaits_answer else CaseStatus.INVESTIGATING
        # More words while an answer is awaited end no waiting; only the answer does, or going on without it.
        # Nor do they stop what is being carried out.
        if case.status not in (CaseStatus.WAITING, CaseStatus.FULFILLING) and may_move(case, to=wanted):
            move(case, to=wanted, now=now)
        event = CaseEvent.ANSWER_AWAITED if awaits_answer else CaseEvent.STAFF_WROTE
        note(case, event, by=by, now=now, details={"files": len(uploads)})
        tell_person(
            case,
            notice="case-question" if awaits_answer else "case-message",
            context={},
            now=now,
            dedup=f"message:{message.pk}",
        )
    return message


def write_as_person(
    *,
    kind: str,
    case_id: int,
    text: str,
    form_token: UUID,
    uploads: Sequence[Upload] = (),
    by: Actor,
    now: datetime,
) -> CaseMessage:
    """Add what the person writes until the case is over; the same form sent twice writes once.

    Raises NothingWritten, TooManyMessages, CaseClosed, NotSender, ContentGone, TooManyFiles, OSError.
    """
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_is_sender(case, by=by)
        known = _written_already(case, form_token)
        if known is not None:
            return known
        check_is_not_over(case)
        _check_not_too_many(case, now=now)
        message = add_message(
            case, text=text, form_token=form_token, author_role=AuthorRole.PERSON, uploads=uploads, now=now
        )
        _go_on(case, resumed_at=now, now=now)
        note(case, CaseEvent.PERSON_WROTE, by=by, now=now, details={"files": len(uploads)})
        _tell_staff(case, message, now=now)
    return message


def write_for_person(
    *,
    kind: str,
    case_id: int,
    text: str,
    channel: str,
    received_at: datetime,
    form_token: UUID,
    uploads: Sequence[Upload] = (),
    by: Actor,
    now: datetime,
) -> CaseMessage:
    """Add what the person said by phone, letter or otherwise, with the moment it really came in.

    Raises NothingWritten, ReceiptImpossible, CaseClosed, NotYours, RoleRefused, OwnCase, ContentGone, TooManyFiles,
    OSError.
    """
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_work_on(case, by=by)
        known = _written_already(case, form_token)
        if known is not None:
            return known
        check_is_not_over(case)
        check_receipt(received_at, earliest=case.received_at, now=now)
        message = add_message(
            case,
            text=text,
            form_token=form_token,
            author_role=AuthorRole.PERSON,
            channel=IntakeChannel(channel),
            sent_at=received_at,
            uploads=uploads,
            now=now,
        )
        _go_on(case, resumed_at=received_at, now=now)
        note(case, CaseEvent.WRITTEN_FOR_PERSON, by=by, now=now, details={"channel": channel, "files": len(uploads)})
    return message


def add_message(
    case: Case,
    *,
    text: str,
    form_token: UUID,
    author_role: str,
    now: datetime,
    channel: str = IntakeChannel.PORTAL,
    sent_at: datetime | None = None,
    uploads: Sequence[Upload] = (),
) -> CaseMessage:
    """One sealed message with its files in a locked case; the caller records it.

    Raises NothingWritten, ContentGone, TooManyFiles, OSError.
    """
    if not text.strip():
        raise NothingWritten
    model: type[CaseMessage] = case.messages.model
    message = model(  # type: ignore[misc]
        case=case,
        form_token=form_token,
        author_role=author_role,
        channel=channel,
        sent_at=sent_at or now,
        filed_at=now,
    )
    key = sealing.evidence_key(case.subject_id)
    sealing.seal_message(message, text=text, key=key)
    message.save(force_insert=True)
    attach(case, uploads, key=key, now=now, message=message)
    return message


def note_first_reply(case: Case, *, now: datetime) -> None:
    """Store when staff first answered in this round of a locked case."""
    if case.first_reply_at is None:
        case.first_reply_at = now
        schedule(case, now=now, save=False)
        case.save(update_fields=["first_reply_at", "next_mark", "next_mark_at"])


def _go_on(case: Case, *, resumed_at: datetime, now: datetime) -> None:
    """The answer that was awaited came."""
    if case.status == CaseStatus.WAITING:
        move(case, to=CaseStatus.INVESTIGATING, now=now, resumed_at=resumed_at)


def _tell_staff(case: Case, message: CaseMessage, *, now: datetime) -> None:
    """Who has the case hears of each message; of an open one nobody has, all who could take it do, once a day."""
    nobody_has_it = case.assignee is None and case.status not in SETTLED_STATES
    tell_staff(
        case,
        notice="staff-case-answered",
        people=working_staff() if nobody_has_it else responsible_for(case),
        now=now,
        dedup=f"answered:{case.target}:{local_date(now):%Y%m%d}" if nobody_has_it else f"answered:{message.pk}",
    )


def _check_not_too_many(case: Case, *, now: datetime) -> None:
    lately = case.messages.filter(author_role=AuthorRole.PERSON, filed_at__gt=now - timedelta(hours=1))
    if lately.count() >= MOST_AN_HOUR:
        raise TooManyMessages


def _written_already(case: Case, form_token: UUID) -> CaseMessage | None:
    found: CaseMessage | None = case.messages.filter(form_token=form_token).first()
    return found

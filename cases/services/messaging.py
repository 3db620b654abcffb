"""The thread: what staff and the person write to each other."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services.recording import record
from cases import sealing
from cases.enums import IN_HAND, AuthorRole, CaseEvent, CaseStatus
from cases.errors import MoveNotAllowed, NothingWritten
from cases.guards import check_is_open
from cases.models import Case, CaseMessage
from cases.permissions import check_can_work_on
from cases.services.locking import lock_case
from cases.services.moving import move
from cases.services.telling import tell_person, tell_staff
from core.actors import Actor

LONGEST_MESSAGE = 10_000


def write_as_staff(
    *, kind: str, case_id: int, text: str, form_token: UUID, awaits_answer: bool, by: Actor, now: datetime
) -> CaseMessage:
    """Write to the person; with `awaits_answer` the case waits for an answer while its clock goes on.

    The same form sent twice writes once.
    Raises NothingWritten, CaseClosed, MoveNotAllowed, NotYours, RoleRefused, OwnCase, ContentGone.
    """
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_work_on(case, by=by)
        known = _written_already(case, form_token)
        if known is not None:
            return known
        check_is_open(case)
        if case.status not in IN_HAND:
            raise MoveNotAllowed
        message = add_message(case, text=text, form_token=form_token, author_role=AuthorRole.STAFF, now=now)
        wanted = CaseStatus.WAITING if awaits_answer else CaseStatus.IN_PROGRESS
        if case.status != wanted:
            move(case, to=wanted, now=now)
        note_first_reply(case, now=now)
        _record(case, CaseEvent.ANSWER_AWAITED if awaits_answer else CaseEvent.STAFF_WROTE, by, now)
        tell_person(
            case,
            notice="case-question" if awaits_answer else "case-message",
            context={},
            now=now,
            dedup=f"message:{message.pk}",
        )
    return message


def write_as_person(*, kind: str, case_id: int, text: str, form_token: UUID, by: Actor, now: datetime) -> CaseMessage:
    """Add what the person writes to an open case; the same form sent twice writes once.

    Raises NothingWritten, CaseClosed, ContentGone.
    """
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        known = _written_already(case, form_token)
        if known is not None:
            return known
        check_is_open(case)
        message = add_message(case, text=text, form_token=form_token, author_role=AuthorRole.PERSON, now=now)
        if case.status == CaseStatus.WAITING:
            move(case, to=CaseStatus.IN_PROGRESS, now=now)
        _record(case, CaseEvent.PERSON_WROTE, by, now)
        if case.assignee is not None:
            tell_staff(
                case, notice="staff-case-answered", people=[case.assignee], now=now, dedup=f"answered:{message.pk}"
            )
    return message


def add_message(case: Case, *, text: str, form_token: UUID, author_role: str, now: datetime) -> CaseMessage:
    """One sealed message in a locked case; the caller records it. Raises NothingWritten, ContentGone."""
    if not text.strip():
        raise NothingWritten
    model: type[CaseMessage] = case.messages.model
    message = model(case=case, form_token=form_token, author_role=author_role, sent_at=now)  # type: ignore[misc]
    sealing.seal_message(message, text=text, key=sealing.evidence_key(case.subject_id))
    message.save(force_insert=True)
    return message


def note_first_reply(case: Case, *, now: datetime) -> None:
    """Store when staff first answered a locked case."""
    if case.first_reply_at is None:
        case.first_reply_at = now
        case.save(update_fields=["first_reply_at"])


def _written_already(case: Case, form_token: UUID) -> CaseMessage | None:
    found: CaseMessage | None = case.messages.filter(form_token=form_token).first()
    return found


def _record(case: Case, event: str, by: Actor, now: datetime) -> None:
    record(event=case.event(event), target=case.target, subject_id=case.subject_id, by=by, now=now)

"""The answer to a complaint: what was found, what was done, and what becomes of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext, override

from cases import sealing
from cases.enums import AuthorRole, CaseEvent, CaseStatus
from cases.errors import NothingWritten
from cases.guards import check_may_move
from cases.permissions import check_can_work_on, check_is_sender
from cases.services.filing import Upload
from cases.services.messaging import add_message, note_first_reply
from cases.services.moving import move
from cases.services.recording import note
from cases.services.telling import tell_person
from complaints.enums import FINDINGS, Outcome
from complaints.errors import UnknownChoice
from complaints.guards import check_may_answer
from complaints.models import Complaint, ComplaintAnswer
from complaints.selectors import may_reopen_until, reopening_is_used_up
from complaints.services.locking import lock_complaint
from core.actors import Actor
from core.encryption import normalise_display
from core.templatetags.portal import day


def answer(
    *,
    complaint_id: int,
    outcome: Outcome,
    finding: str,
    done: str,
    form_token: UUID,
    uploads: Sequence[Upload] = (),
    by: Actor,
    now: datetime,
) -> ComplaintAnswer:
    """Answer the round that runs; its clock stops. The same form sent twice answers once.

    Raises UnknownChoice, NothingWritten, SortFirst, CaseClosed, NotYours, RoleRefused, OwnCase, ContentGone,
    TooManyFiles, OSError.
    """
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        check_can_work_on(complaint, by=by)
        known = complaint.answers.filter(form_token=form_token).first()
        if known is not None:
            return known
        check_may_answer(complaint)
        if outcome not in FINDINGS:
            raise UnknownChoice
        if not finding.strip() or (not done.strip() and outcome != Outcome.NOT_UPHELD):
            raise NothingWritten
        given = give_answer(complaint, outcome=outcome, finding=finding, done=done, form_token=form_token, now=now)
        if uploads:
            _add_files(complaint, uploads, now=now)
        move(complaint, to=CaseStatus.ANSWERED, now=now, outcome=given.outcome)
        note(
            complaint,
            CaseEvent.ANSWERED,
            by=by,
            now=now,
            details={"outcome": given.outcome, "round": given.round, "files": len(uploads)},
        )
        tell_outcome(complaint, notice="complaint-answered", now=now)
    return given


def accept(*, complaint_id: int, by: Actor, now: datetime) -> Complaint:
    """The person is content with the answer; saying so twice changes nothing. Raises MoveNotAllowed, NotSender."""
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        check_is_sender(complaint, by=by)
        given = complaint.answers.filter(round=complaint.round).first()
        if given is not None and given.accepted_at is not None:
            return complaint
        check_may_move(complaint, to=CaseStatus.RESOLVED)
        assert given is not None
        given.accepted_at = now
        given.save(update_fields=["accepted_at"])
        move(complaint, to=CaseStatus.RESOLVED, now=now)
        note(complaint, CaseEvent.ACCEPTED, by=by, now=now, details={"round": complaint.round})
    return complaint


def resolve(*, complaint_id: int, by: Actor, now: datetime) -> Complaint:
    """What the answer promised is done; saying so twice changes nothing.

    Raises MoveNotAllowed, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        check_can_work_on(complaint, by=by)
        if complaint.status == CaseStatus.RESOLVED:
            return complaint
        move(complaint, to=CaseStatus.RESOLVED, now=now)
        note(complaint, CaseEvent.RESOLVED, by=by, now=now, details={"round": complaint.round})
        tell_outcome(complaint, notice="complaint-resolved", now=now)
    return complaint


def give_answer(
    complaint: Complaint, *, outcome: str, finding: str, done: str, form_token: UUID, now: datetime
) -> ComplaintAnswer:
    """Keep the answer of a round with the dates that held for it; the caller moves and records. Raises ContentGone."""
    note_first_reply(complaint, now=now)
    given = ComplaintAnswer(
        case=complaint,
        round=complaint.round,
        form_token=form_token,
        outcome=outcome,
        target_at=complaint.target_at,
        limit_at=complaint.limit_at,
        answered_at=now,
    )
    key = sealing.evidence_key(complaint.subject_id)
    given.sealed_finding = sealing.seal_text(key, normalise_display(finding), given.sealing_context_of("finding"))
    given.sealed_done = sealing.seal_text(key, normalise_display(done), given.sealing_context_of("done"))
    given.save(force_insert=True)
    return given


def tell_outcome(complaint: Complaint, *, notice: str, now: datetime) -> None:
    """Tell the person that something waits to be read, and until when it can be reopened; empty when it cannot."""
    with override(complaint.language):
        until = "" if reopening_is_used_up(complaint) else day(may_reopen_until(complaint))
    tell_person(
        complaint,
        notice=notice,
        context={"until": until},
        now=now,
        dedup=f"{notice}:{complaint.target}:{complaint.round}",
    )


def _add_files(complaint: Complaint, uploads: Sequence[Upload], *, now: datetime) -> None:
    """The files of an answer stand in the thread, where the person finds all others."""
    with override(complaint.language):
        words = gettext("The files to our answer:")
    add_message(complaint, text=words, form_token=uuid4(), author_role=AuthorRole.STAFF, uploads=uploads, now=now)

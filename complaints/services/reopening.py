"""Coming back once after an answer: a second round with a clock of its own."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases.enums import AuthorRole, CaseEvent, CaseStatus
from cases.permissions import check_is_sender
from cases.services.closing import end_keeping_period
from cases.services.messaging import add_message
from cases.services.moving import move
from cases.services.open_mark import mark_open_cases
from cases.services.recording import note
from cases.services.telling import tell_person, tell_staff
from cases.staff import officers, responsible_for
from complaints.guards import check_may_reopen
from complaints.models import Complaint
from complaints.services.dating import begin_round, dates_told
from complaints.services.locking import lock_complaint
from core.actors import Actor


def reopen(*, complaint_id: int, text: str, form_token: UUID, by: Actor, now: datetime) -> Complaint:
    """Reopen with the person's reasons. The colleague who had it keeps it; the first answer stays as it was given.

    The same form sent twice reopens once.
    Raises NothingWritten, MoveNotAllowed, ReopenedAlready, ReopenTooLate, NotSender, ContentGone.
    """
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        check_is_sender(complaint, by=by)
        if complaint.messages.filter(form_token=form_token).exists():
            return complaint
        check_may_reopen(complaint, now=now)
        add_message(complaint, text=text, form_token=form_token, author_role=AuthorRole.PERSON, now=now)
        before = complaint.outcome
        if complaint.closed_at is not None:
            end_keeping_period(complaint)
        move(
            complaint,
            to=CaseStatus.REOPENED,
            now=now,
            outcome="",
            first_reply_at=None,
            postponed_at=None,
            postpone_reason="",
            **begin_round(complaint, now=now),
        )
        mark_open_cases(complaint, now=now)
        note(complaint, CaseEvent.REOPENED, by=by, now=now, details={"round": complaint.round, "before": before})
        tell_person(
            complaint,
            notice="complaint-reopened",
            context=dates_told(complaint),
            now=now,
            dedup=f"reopened:{complaint.target}:{complaint.round}",
        )
        people = {user.pk: user for user in [*responsible_for(complaint), *officers()]}
        tell_staff(
            complaint,
            notice="staff-case-reopened",
            people=people.values(),
            now=now,
            dedup=f"reopened:{complaint.target}:{complaint.round}",
        )
    return complaint

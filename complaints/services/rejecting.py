"""Turning a complaint away because it is not a matter for this procedure, and saying where to go instead."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases.enums import CaseEvent, CaseStatus
from cases.errors import NothingWritten
from cases.permissions import check_can_work_on
from cases.services.moving import move
from cases.services.recording import note
from complaints.enums import Outcome, RejectionGround
from complaints.guards import check_may_reject
from complaints.models import Complaint
from complaints.services.answering import give_answer, tell_outcome
from complaints.services.locking import lock_complaint
from core.actors import Actor


def reject(
    *, complaint_id: int, ground: RejectionGround, text: str, form_token: UUID, by: Actor, now: datetime
) -> Complaint:
    """Turn a complaint away with a coded ground and words. The person may reopen it once, as after an answer.

    The same form sent twice does so once.
    Raises NothingWritten, AnswerInstead, CaseClosed, NotYours, RoleRefused, OwnCase, ContentGone.
    """
    with transaction.atomic():
        complaint = lock_complaint(complaint_id)
        check_can_work_on(complaint, by=by)
        if complaint.answers.filter(form_token=form_token).exists():
            return complaint
        check_may_reject(complaint)
        if not text.strip():
            raise NothingWritten
        ground = RejectionGround(ground)
        give_answer(complaint, outcome=Outcome.OUT_OF_SCOPE, finding=text, done="", form_token=form_token, now=now)
        move(complaint, to=CaseStatus.REJECTED, now=now, outcome=Outcome.OUT_OF_SCOPE, rejection_ground=ground)
        note(complaint, CaseEvent.REJECTED, by=by, now=now, details={"ground": ground.value})
        tell_outcome(complaint, notice="complaint-rejected", now=now)
    return complaint

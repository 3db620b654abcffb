"""Ending a case, and what begins with its end."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases.enums import FINAL_STATES, AuthorRole, CaseEvent, CaseStatus
from cases.errors import MoveNotAllowed
from cases.guards import check_is_open
from cases.models import Case
from cases.permissions import check_can_work_on
from cases.services.locking import lock_case
from cases.services.messaging import add_message, note_first_reply
from cases.services.moving import move
from cases.services.recording import note
from cases.services.telling import tell_person
from core.actors import Actor
from personal_data.errors import SubjectGone
from personal_data.models import RetentionEvent
from personal_data.services.subjects import hold_active

CASE_CLOSED = "case-closed"  # the event of this name in packs


def close(*, kind: str, case_id: int, outcome: str, text: str, form_token: UUID, by: Actor, now: datetime) -> Case:
    """Close with a code of the kind's outcomes and the words the person gets. The same form sent twice closes once.

    A kind that is answered first, so that the person can come back, is closed by its own package.
    Raises NothingWritten, CaseClosed, MoveNotAllowed, NotYours, RoleRefused, OwnCase, ContentGone.
    """
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_work_on(case, by=by)
        if CaseStatus.ANSWERED in case.transitions:
            raise MoveNotAllowed
        if case.messages.filter(form_token=form_token).exists():
            return case
        check_is_open(case)
        add_message(case, text=text, form_token=form_token, author_role=AuthorRole.STAFF, now=now)
        note_first_reply(case, now=now)
        end(case, to=CaseStatus.CLOSED, by=by, now=now, outcome=outcome)
        tell_person(case, notice="case-closed", context={}, now=now, dedup=f"closed:{kind}:{case_id}")
    return case


def end(case: Case, *, to: str, by: Actor, now: datetime, outcome: str = "", event: str = CaseEvent.CLOSED) -> None:
    """Bring a locked case to one of its last states, record it, and start the keeping period. Raises MoveNotAllowed.

    A case that was answered keeps the outcome of its answer.
    """
    assert to in FINAL_STATES
    move(case, to=to, now=now, outcome=outcome or case.outcome)
    _start_keeping_period(case, now=now)
    note(case, event, by=by, now=now, details={"outcome": case.outcome, "round": case.round})


def end_keeping_period(case: Case) -> None:
    """A reopened case is kept as long as it is open, and its period starts anew when it ends again."""
    RetentionEvent.objects.filter(subject_id=case.subject_id, event=CASE_CLOSED, reference=case.target).delete()


def _start_keeping_period(case: Case, *, now: datetime) -> None:
    """Retention after a closed case counts from here and reads this table alone."""
    try:
        hold_active(case.subject_id)
    except SubjectGone:
        # Nothing is added about a person whose data is gone; the case itself stays under the evidence key.
        return
    RetentionEvent.objects.create(subject_id=case.subject_id, event=CASE_CLOSED, reference=case.target, at=now)

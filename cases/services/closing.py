"""Ending a case, and what begins with its end."""

from datetime import datetime

from cases.enums import FINAL_STATES, CaseEvent
from cases.models import Case
from cases.services.moving import move
from cases.services.open_mark import mark_open_cases
from cases.services.recording import note
from core.actors import Actor
from personal_data.errors import SubjectGone
from personal_data.models import RetentionEvent
from personal_data.selectors_merged import every_reference, kept_of
from personal_data.services.subjects import hold_active

CASE_CLOSED = "case-closed"  # the event of this name in packs


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
    people = every_reference(case.subject_id)
    RetentionEvent.objects.filter(subject_id__in=people, event=CASE_CLOSED, reference=case.target).delete()


def _start_keeping_period(case: Case, *, now: datetime) -> None:
    """Retention after a closed case counts from here and reads this table alone, of whom the data stands under."""
    try:
        hold_active(case.subject_id)
    except SubjectGone:
        # Nothing is added about a person whose data is gone; the case itself stays under the evidence key.
        pass
    else:
        kept = kept_of(case.subject_id)
        RetentionEvent.objects.create(subject_id=kept, event=CASE_CLOSED, reference=case.target, at=now)
    mark_open_cases(case, now=now)

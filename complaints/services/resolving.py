"""Ending a complaint."""

from datetime import datetime
from uuid import UUID

from cases.services.closing import close
from complaints.enums import Outcome
from complaints.models import Complaint
from core.actors import Actor


def resolve(*, complaint_id: int, outcome: Outcome, text: str, form_token: UUID, by: Actor, now: datetime) -> Complaint:
    """Close a complaint with an outcome and the words the person gets. Raises as cases.services.closing.close."""
    case = close(
        kind=Complaint.kind, case_id=complaint_id, outcome=outcome, text=text, form_token=form_token, by=by, now=now
    )
    assert isinstance(case, Complaint)
    return case

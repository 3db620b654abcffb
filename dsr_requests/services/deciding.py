"""Ending a request by hand."""

from datetime import datetime
from uuid import UUID

from cases.services.closing import close
from core.actors import Actor
from dsr_requests.enums import Outcome
from dsr_requests.models import Request


def finish(*, request_id: int, outcome: Outcome, text: str, form_token: UUID, by: Actor, now: datetime) -> Request:
    """Close a request with an outcome and the words the person gets. Raises as cases.services.closing.close."""
    case = close(
        kind=Request.kind, case_id=request_id, outcome=outcome, text=text, form_token=form_token, by=by, now=now
    )
    assert isinstance(case, Request)
    return case

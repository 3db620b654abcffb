"""Looks by a second person. Each is recorded and stands in the person's access log."""

from datetime import datetime

from django.db import transaction

from audit.selectors import entries_about
from audit.services.recording import actor_reference
from cases.enums import CaseEvent
from cases.errors import OwnCase, RoleRefused
from cases.permissions import READING_ROLES, WORKING_ROLES
from cases.services.looking import SAME_LOOK
from cases.services.recording import note
from core.actors import Actor
from dsr_requests.models import Decision


def note_decision_look(*, decision: Decision, by: Actor, now: datetime) -> None:
    """Record that a colleague saw what was decided on a request. Raises RoleRefused, OwnCase."""
    request = decision.case
    if by.audit_role not in WORKING_ROLES | READING_ROLES:
        raise RoleRefused
    if request.concerns(by):
        raise OwnCase
    event = request.event(CaseEvent.READ)
    recent = entries_about(request.target).filter(event=event, actor=actor_reference(by), at__gt=now - SAME_LOOK)
    if recent.exists():
        return
    with transaction.atomic():
        note(request, CaseEvent.READ, by=by, now=now, details={"fields": ["decision"]})

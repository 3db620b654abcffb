"""Who gets new cases by themselves. Every change is recorded."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services.recording import record
from cases.enums import AssignmentMode, DeskEvent
from cases.errors import CannotReceive
from cases.models import AssignmentRule
from cases.permissions import check_can_arrange
from cases.staff import working_staff
from core.actors import Actor


def set_rule(
    *, kind: str, category: str, mode: AssignmentMode, colleague: UUID | None = None, by: Actor, now: datetime
) -> AssignmentRule:
    """Say who gets new cases of a kind and category; an empty category means every one without a rule of its own.

    Raises RoleRefused, CannotReceive.
    """
    check_can_arrange(by=by)
    named = colleague if mode == AssignmentMode.COLLEAGUE else None
    if mode == AssignmentMode.COLLEAGUE and not working_staff().filter(pk=named).exists():
        raise CannotReceive
    with transaction.atomic():
        rule, _made = AssignmentRule.objects.update_or_create(
            kind=kind, category=category, defaults={"mode": mode, "colleague_id": named}
        )
        _record(rule, mode, by, now, named)
    return rule


def remove_rule(*, rule_id: int, by: Actor, now: datetime) -> None:
    """Let the general rule of the kind apply again, or none. Raises RoleRefused."""
    check_can_arrange(by=by)
    with transaction.atomic():
        rule = AssignmentRule.objects.select_for_update(of=("self",)).filter(pk=rule_id).first()
        if rule is not None:
            _record(rule, "none", by, now)
            rule.delete()


def _record(rule: AssignmentRule, mode: str, by: Actor, now: datetime, colleague: UUID | None = None) -> None:
    details: dict[str, object] = {"mode": mode}
    if colleague is not None:
        details["to"] = f"user:{colleague}"
    target = f"assignment:{'.'.join(part for part in (rule.kind, rule.category) if part)}"
    record(event=DeskEvent.ASSIGNMENT_CHANGED, target=target, by=by, now=now, details=details)

"""The deadline sweep. A mark on the row says that something was done; it is set by compare-and-set in the transaction
that does it, so a sweep run twice, or by two workers at once, acts once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from audit.services.recording import record
from cases.enums import OPEN_STATES, CaseEvent
from cases.models import Case
from cases.registry import case_kinds
from cases.services.codes import remove_old
from cases.services.telling import tell_staff
from cases.staff import officers, working_staff
from core.actors import SYSTEM


@dataclass(frozen=True)
class Mark:
    """Something that happens to an open case once: `ahead` before its due moment `due`, noted in `field`."""

    field: str
    due: str
    ahead: timedelta
    event: str
    notice: str
    to_officers: bool


MARKS = (
    Mark("reminded_at", "target_at", timedelta(days=2), CaseEvent.REMINDED, "staff-case-due-soon", False),
    Mark("overdue_at", "target_at", timedelta(0), CaseEvent.OVERDUE, "staff-case-overdue", True),
    Mark("breached_at", "limit_at", timedelta(0), CaseEvent.LIMIT_MISSED, "staff-case-limit", True),
)


def sweep_deadlines(*, now: datetime) -> dict[str, int]:
    """Remind of what is due soon and mark what is late, once each. Returns how often each mark was set by this run."""
    done = {mark.field: 0 for mark in MARKS}
    for model in case_kinds().values():
        for mark in MARKS:
            for case_id in _unmarked(model, mark, now).values_list("pk", flat=True):
                done[mark.field] += mark_case(model, case_id, mark, now=now)
    remove_old(now=now)
    return done


def mark_case(model: type[Case], case_id: int, mark: Mark, *, now: datetime) -> bool:
    """Set one mark and do what goes with it. False when another run was first."""
    with transaction.atomic():
        if _unmarked(model, mark, now).filter(pk=case_id).update(**{mark.field: now}) != 1:
            return False
        case: Case = model._default_manager.select_related("assignee").get(pk=case_id)
        record(event=case.event(mark.event), target=case.target, subject_id=case.subject_id, by=SYSTEM, now=now)
        tell_staff(case, notice=mark.notice, people=_who(case, mark), now=now, dedup=f"{mark.field}:{case.target}")
    return True


def _unmarked(model: type[Case], mark: Mark, now: datetime) -> Any:
    return model._default_manager.filter(
        **{"status__in": OPEN_STATES, f"{mark.field}__isnull": True, f"{mark.due}__lte": now + mark.ahead}
    )


def _who(case: Case, mark: Mark) -> list[Any]:
    """The colleague who has the case; everybody who could take it while nobody has; officers too once it is late."""
    people = [case.assignee] if case.assignee is not None and case.assignee.is_active else list(working_staff())
    if mark.to_officers:
        people += list(officers())
    return list({user.pk: user for user in people}.values())

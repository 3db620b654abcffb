"""Who has a case. Two colleagues taking one at the same moment: the row lock lets one through, the other is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction

from cases.enums import OPEN_STATES, AssignmentMode, CaseEvent
from cases.errors import CannotReceive
from cases.guards import check_is_open, check_is_taken, check_is_untaken
from cases.kinds import facts_of
from cases.models import AssignmentRule, Case
from cases.permissions import check_can_assign, check_can_take, check_can_work_on
from cases.registry import case_kinds
from cases.services.locking import lock_case
from cases.services.recording import note
from cases.services.telling import tell_staff
from cases.staff import working_staff
from core import clock
from core.actors import SYSTEM, Actor


def take(*, kind: str, case_id: int, by: Actor, now: datetime) -> Case:
    """Take an unassigned case; taking the own one again changes nothing.

    Raises AlreadyTaken, CaseClosed, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_take(case, by=by)
        check_is_open(case)
        if case.assignee_id == by.pk:
            return case
        check_is_untaken(case)
        _give(case, by.pk, now=now)
        note(case, CaseEvent.TAKEN, by=by, now=now)
    return case


def assign(*, kind: str, case_id: int, to: UUID, by: Actor, now: datetime) -> Case:
    """Give a case to a colleague. Raises CannotReceive, CaseClosed, NotYours, RoleRefused, OwnCase, AlreadyTaken."""
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_assign(case, by=by)
        check_is_open(case)
        colleague = colleague_for(case, to)
        if case.assignee_id == colleague.pk:
            return case
        _give(case, colleague.pk, now=now)
        entry = note(case, CaseEvent.ASSIGNED, by=by, now=now, details={"to": f"user:{colleague.pk}"})
        tell_staff(case, notice="staff-case-given", people=[colleague], now=now, dedup=f"given:{entry}")
    return case


def colleague_for(case: Case, user_id: UUID | str) -> Any:
    """The colleague a case can be given to. Raises CannotReceive for nobody, and for whoever the case concerns."""
    colleague = working_staff().filter(pk=user_id).first()
    if colleague is None or case.concerns(colleague):
        raise CannotReceive
    return colleague


def auto_assign(case: Case, *, now: datetime) -> None:
    """Give a new case to whom the rules name, in the transaction of the caller, who holds or just made the case.

    A guest's case is given once its address is proved; until then it waits in its own list. The rule's row is locked,
    so that cases filed at the same moment go to one colleague after the other.
    """
    if case.assignee_id is not None or case.awaits_proof or case.status not in OPEN_STATES:
        return
    rule = _rule_for(case)
    if rule is None or rule.mode == AssignmentMode.BY_HAND:
        return
    colleague = _next_in_turn(rule, case) if rule.mode == AssignmentMode.ROUND_ROBIN else _named(rule, case)
    if colleague is None:
        return
    rule.last_given_id = colleague.pk
    rule.save(update_fields=["last_given"])
    _give(case, colleague.pk, now=now)
    entry = note(case, CaseEvent.ASSIGNED, by=SYSTEM, now=now, details={"to": f"user:{colleague.pk}"})
    tell_staff(case, notice="staff-case-given", people=[colleague], now=now, dedup=f"given:{entry}")


def release(*, kind: str, case_id: int, by: Actor, now: datetime) -> Case:
    """Put a case back into the queue. Raises MoveNotAllowed, NotYours, RoleRefused, CaseClosed."""
    with transaction.atomic():
        case = lock_case(kind=kind, case_id=case_id)
        check_can_work_on(case, by=by)
        check_is_open(case)
        check_is_taken(case)
        _give(case, None, now=now)
        note(case, CaseEvent.RELEASED, by=by, now=now)
    return case


def take_away(case: Case, *, by: Actor, now: datetime) -> None:
    """Put a locked case back into the queue because who has it may not."""
    _give(case, None, now=now)
    note(case, CaseEvent.RELEASED, by=by, now=now)


def release_all_of(subject_id: UUID) -> None:
    """Put back whatever a person who is being erased still has, and drop the link from closed cases. Safe to repeat."""
    users: Any = get_user_model()._default_manager
    user_ids = list(users.filter(subject_id=subject_id).values_list("pk", flat=True))
    now = clock.now()
    for kind, model in case_kinds().items():
        for case_id in list(model._default_manager.filter(assignee_id__in=user_ids).values_list("pk", flat=True)):
            with transaction.atomic():
                case = lock_case(kind=kind, case_id=case_id)
                _give(case, None, now=now)
                note(case, CaseEvent.RELEASED, by=SYSTEM, now=now)


def release_all_of_many(*, subject_ids: Sequence[UUID], now: datetime) -> None:
    """The same of many people erased again after a restore: only staff have cases."""
    users: Any = get_user_model()._default_manager
    for subject_id in users.filter(subject_id__in=subject_ids, is_staff=True).values_list("subject_id", flat=True):
        release_all_of(subject_id)


def _rule_for(case: Case) -> AssignmentRule | None:
    """The rule of the case's category, else that of its kind; locked until the transaction ends."""
    about = getattr(case, facts_of(case.kind).about_field)
    rules = AssignmentRule.objects.select_for_update(of=("self",)).filter(kind=case.kind, category__in=("", about))
    return rules.order_by("-category").first()


def _named(rule: AssignmentRule, case: Case) -> Any:
    found = working_staff().filter(pk=rule.colleague_id).first()
    return found if found is not None and not case.concerns(found) else None


def _next_in_turn(rule: AssignmentRule, case: Case) -> Any:
    """Whoever stands after the colleague who got the last one; joining and leaving moves nobody else's turn."""
    people = [user for user in working_staff().order_by("pk") if not case.concerns(user)]
    last = rule.last_given_id
    later = [user for user in people if last is not None and user.pk > last]
    return next(iter(later or people), None)


def _give(case: Case, user_id: Any, *, now: datetime) -> None:
    """Whose the case is. Who had it last stays to be seen on a case that is over."""
    case.assignee_id = user_id
    if case.status in OPEN_STATES:
        case.taken_at = now if user_id else None
    case.save(update_fields=["assignee_id", "taken_at"])

"""Staff hold one person's automatic copy back: an officer proposes it on a ground, another colleague approves.

While it stands nothing is made or handed over by itself, and a copy that lay ready goes. The clock of each request runs
on. Staff answer such a request with parts left out, or refuse it, which a second person approves like any other; or
they end the hold, and the copy is made.
"""

import contextlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services.recording import actor_reference, record
from cases import sealing
from cases.enums import CaseStatus
from cases.errors import ReasonMissing
from core.actors import Actor
from core.queue import enqueue_on_commit
from dsr_requests.enums import CopyHoldEvent, FulfilmentKind
from dsr_requests.errors import GroundImpossible
from dsr_requests.errors_copy import CopyHeldAlready, CopyHoldOver
from dsr_requests.models import CopyHold, Request
from dsr_requests.permissions import (
    check_can_hold_copy,
    check_can_judge_copy_hold,
    check_can_second_copy_hold,
)
from dsr_requests.sealing import seal_words
from dsr_requests.selectors_holding import copies_of, grounds_to_hold, hold_on, is_copy_held, requests_held
from dsr_requests.services.fulfilling import take_back_steps
from dsr_requests.services.identifying import go_on
from dsr_requests.services.locking import lock_request
from dsr_requests.services.telling_held import tell_held, tell_let_go
from personal_data.enums import PackageState, StepState
from personal_data.errors import SubjectGone
from personal_data.selectors_merged import every_reference
from personal_data.services import packaging
from personal_data.services.subjects import hold_active


def ask(*, subject_id: UUID, ground: str, words: str, by: Actor, now: datetime) -> CopyHold:
    """Propose to hold the copy of a person back. It stands once a second person approves.

    Raises OfficerHoldsBack, OwnCase, GroundImpossible, ReasonMissing, CopyHeldAlready, SubjectGone, ContentGone.
    """
    with transaction.atomic():
        check_can_hold_copy(subject_id, by=by)
        articles = grounds_to_hold(at=now)
        if ground not in articles:
            raise GroundImpossible
        if not words.strip():
            raise ReasonMissing
        hold_active(subject_id)
        people = every_reference(subject_id)
        if CopyHold.objects.filter(subject_id__in=people, ended_at=None, dropped_at=None).exists():
            raise CopyHeldAlready
        hold = CopyHold(
            subject_id=subject_id,
            ground=ground,
            article=articles[ground],
            asked_at=now,
            asked_by=actor_reference(by),
        )
        seal_words(hold, words=words, key=sealing.evidence_key(subject_id))
        hold.save(force_insert=True)
        _record(CopyHoldEvent.ASKED, hold, by=by, now=now)
    return hold


def second(*, hold_id: UUID, by: Actor, now: datetime) -> CopyHold:
    """Approve it: copies that lie ready go, and the person is told. Doing so twice changes nothing.

    A copy decided on by the portal and not made yet is examined by staff. Raises CopyHoldOver, CopyHoldSame,
    RoleRefused, OwnCase.
    """
    with transaction.atomic():
        hold = _locked(hold_id)
        check_can_second_copy_hold(hold, by=by)
        if hold.stands and hold.seconded_by == actor_reference(by):
            return hold
        if not hold.awaits_second:
            raise CopyHoldOver
        requests = [lock_request(pk) for pk in requests_held(hold).values_list("pk", flat=True)]
        for subject_id in every_reference(hold.subject_id):
            _hold_if_active(subject_id)
        hold.seconded_at, hold.seconded_by = now, actor_reference(by)
        hold.save(update_fields=["seconded_at", "seconded_by"])
        _record(CopyHoldEvent.SECONDED, hold, by=by, now=now)
        held = [request for request in requests if hold_on(request) is not None]
        examined = {request.target for request in held if _is_being_made(request)}
        for package in copies_of(every_reference(hold.subject_id)):
            if package.basis in examined or (package.state == PackageState.READY and is_copy_held(package)):
                packaging.put_back(package=package, is_asked=package.basis not in examined, by=by, now=now)
        for request in held:
            if request.target in examined:
                take_back_steps(request, by=by, now=now)
            tell_held(request, hold, by=by, now=now)
    return hold


def drop(*, hold_id: UUID, by: Actor, now: datetime) -> CopyHold:
    """Decline it, or take the own proposal back. Twice changes nothing. Raises CopyHoldOver, RoleRefused, OwnCase."""
    with transaction.atomic():
        hold = _locked(hold_id)
        check_can_judge_copy_hold(hold, by=by)
        if hold.dropped_at is not None:
            return hold
        if not hold.awaits_second:
            raise CopyHoldOver
        hold.dropped_at = now
        hold.save(update_fields=["dropped_at"])
        _record(CopyHoldEvent.DROPPED, hold, by=by, now=now)
    return hold


def end(*, hold_id: UUID, words: str, by: Actor, now: datetime) -> CopyHold:
    """End it; what waited for it goes on, and the person is told. `words` say why, for the record.

    Raises CopyHoldOver, ReasonMissing, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        hold = _locked(hold_id)
        check_can_judge_copy_hold(hold, by=by)
        if not hold.stands:
            raise CopyHoldOver
        if not words.strip():
            raise ReasonMissing
        requests = [lock_request(pk) for pk in requests_held(hold).values_list("pk", flat=True)]
        kept_back = [request for request in requests if hold_on(request) is not None]
        hold.ended_at, hold.ended_by = now, actor_reference(by)
        hold.save(update_fields=["ended_at", "ended_by"])
        _record(CopyHoldEvent.ENDED, hold, by=by, now=now, words=words)
        for package in copies_of(every_reference(hold.subject_id)).filter(state=PackageState.WAITING):
            enqueue_on_commit(packaging.TASK, package_id=str(package.pk))
        for request in kept_back:
            tell_let_go(request, hold, by=by, now=now)
            if request.is_open and request.status != CaseStatus.FULFILLING:
                go_on(request=request, now=now)
    return hold


def _is_being_made(request: Request) -> bool:
    """Whether the portal decided that a copy is made, and it is not yet: then staff decide what of it may be."""
    steps = request.steps.filter(kind=FulfilmentKind.PACKAGE)
    return request.status == CaseStatus.FULFILLING and steps.exclude(state=StepState.DONE).exists()


def _hold_if_active(subject_id: UUID) -> None:
    """Against a copy being called ready, or fetched, at this moment; of who was deleted nothing is left to hold."""
    with contextlib.suppress(SubjectGone):
        hold_active(subject_id)


def _locked(hold_id: UUID) -> CopyHold:
    """Raises CopyHold.DoesNotExist."""
    return CopyHold.objects.select_for_update().get(pk=hold_id)


def _record(event: str, hold: CopyHold, *, by: Actor, now: datetime, words: str = "") -> None:
    record(
        event=event,
        target=hold.target,
        subject_id=hold.subject_id,
        by=by,
        now=now,
        details={"ground": hold.ground},
        note=words.strip(),
    )

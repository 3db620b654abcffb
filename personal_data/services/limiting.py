"""Limits of use: set, ended with what they rest on, by the person, or lifted by two members of staff.

A limit never touches what is held or what the person agreed to: it stands in the way of every use while it stands, and
all is as before when it ends. A consent given meanwhile is recorded, and counts from the end of the limit. Recipients
who were ordered to stop because of it are told of its end.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.services.recording import actor_reference, record
from core.actors import Actor
from personal_data.enums import AuditEvent, LimitKind
from personal_data.errors import LiftedBySame, LiftingRefused, LiftNotAsked, LimitNotOwn
from personal_data.models import UseLimit
from personal_data.permissions import check_can_ask_to_lift, check_can_second_lift
from personal_data.services.announcing import Limited, announce
from personal_data.services.ordering import tell_it_ended
from personal_data.services.subjects import hold_active


def set_limit(*, subject_id: UUID, kind: LimitKind, purpose: str, basis: str, by: Actor, now: datetime) -> UseLimit:
    """Stop one purpose, or every one if it is empty. The limit that stands already is returned. Raises SubjectGone."""
    with transaction.atomic():
        hold_active(subject_id)
        limit, created = UseLimit.objects.get_or_create(
            subject_id=subject_id, kind=kind, purpose=purpose, basis=basis, ended_at=None, defaults={"since": now}
        )
        if created:
            _record(AuditEvent.LIMIT_SET, limit, by, now)
            _announce([limit], now=now, ended=False)
    return limit


def end_limits(
    *, subject_id: UUID, basis: str, by: Actor, now: datetime, purposes: Collection[str] | None = None
) -> int:
    """End what rests on a basis, all of it or some purposes; how many ended. Safe to repeat.

    For what ends by itself: a deletion called off, an objection examined.
    """
    with transaction.atomic():
        found = UseLimit.objects.select_for_update().filter(subject_id=subject_id, basis=basis, ended_at__isnull=True)
        limits = [limit for limit in found if purposes is None or limit.purpose in purposes]
        for limit in limits:
            limit.ended_at = now
            limit.lift_asked_by, limit.lift_asked_at = "", None
            limit.save(update_fields=["ended_at", "lift_asked_by", "lift_asked_at"])
            _record(AuditEvent.LIMIT_ENDED, limit, by, now)
        for limit in limits:
            tell_it_ended(limit=limit, by=by, now=now)
        _announce(limits, now=now, ended=True)
    return len(limits)


def end_own(*, limit_id: int, by: Actor, now: datetime) -> None:
    """The person ends a restriction of the own data; an objection is examined. Raises LimitNotOwn, LiftNotAsked."""
    with transaction.atomic():
        limit = _locked(limit_id)
        if limit.kind != LimitKind.RESTRICTION or limit.subject_id != getattr(by, "subject_id", None):
            raise LimitNotOwn
        limit.ended_at = now
        limit.lift_asked_by, limit.lift_asked_at = "", None
        limit.save(update_fields=["ended_at", "lift_asked_by", "lift_asked_at"])
        _record(AuditEvent.LIMIT_ENDED, limit, by, now)
        tell_it_ended(limit=limit, by=by, now=now)
        _announce([limit], now=now, ended=True)


def ask_to_lift(*, limit_id: int, words: str, by: Actor, now: datetime) -> None:
    """Propose to lift a limit; proposed already, the first proposal stands. Raises LiftingRefused, LiftNotAsked."""
    with transaction.atomic():
        limit = _locked(limit_id)
        check_can_ask_to_lift(subject_id=limit.subject_id, by=by)
        if limit.kind == LimitKind.COOLING_OFF:
            raise LiftingRefused(_("This limit ends with the deletion it belongs to, and cannot be lifted apart."))
        if limit.lift_asked_by:
            return
        limit.lift_asked_by, limit.lift_asked_at = actor_reference(by), now
        limit.save(update_fields=["lift_asked_by", "lift_asked_at"])
        _record(AuditEvent.LIMIT_LIFT_ASKED, limit, by, now, words)


def second_lift(*, limit_id: int, by: Actor, now: datetime) -> None:
    """Approve the proposal, and the limit ends. Raises LiftingRefused, LiftNotAsked, LiftedBySame."""
    with transaction.atomic():
        limit = _asked(limit_id)
        check_can_second_lift(subject_id=limit.subject_id, by=by)
        if limit.lift_asked_by == actor_reference(by):
            raise LiftedBySame
        limit.lift_seconded_by, limit.ended_at = actor_reference(by), now
        limit.save(update_fields=["lift_seconded_by", "ended_at"])
        _record(AuditEvent.LIMIT_ENDED, limit, by, now)
        tell_it_ended(limit=limit, by=by, now=now)
        _announce([limit], now=now, ended=True)


def drop_lift(*, limit_id: int, by: Actor, now: datetime) -> None:
    """Decline the proposal; the limit stands. Raises LiftingRefused, LiftNotAsked."""
    with transaction.atomic():
        limit = _asked(limit_id)
        check_can_second_lift(subject_id=limit.subject_id, by=by)
        limit.lift_asked_by, limit.lift_asked_at = "", None
        limit.save(update_fields=["lift_asked_by", "lift_asked_at"])
        _record(AuditEvent.LIMIT_LIFT_DROPPED, limit, by, now)


def _announce(limits: Sequence[UseLimit], *, now: datetime, ended: bool) -> None:
    """A cooling-off is not announced: it belongs to an erasure that a restored database may not know."""
    told = [one for one in limits if one.kind != LimitKind.COOLING_OFF]
    announce([Limited(one.subject_id, one.kind, one.purpose, one.basis, ended) for one in told], now=now)


def _locked(limit_id: int) -> UseLimit:
    limit = UseLimit.objects.select_for_update().filter(pk=limit_id, ended_at__isnull=True).first()
    if limit is None:
        raise LiftNotAsked
    return limit


def _asked(limit_id: int) -> UseLimit:
    limit = _locked(limit_id)
    if not limit.lift_asked_by:
        raise LiftNotAsked
    return limit


def _record(event: str, limit: UseLimit, by: Actor, now: datetime, words: str = "") -> None:
    record(
        event=event,
        target=f"subject:{limit.subject_id}",
        subject_id=limit.subject_id,
        by=by,
        now=now,
        details={"kind": limit.kind, "purpose": limit.purpose, "basis": limit.basis},
        note=words.strip(),
    )

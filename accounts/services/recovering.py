"""Letting back in someone of the staff who lost the second factor.

The password was right; two colleagues then say, each for themselves, that it is really this person. Only then do the
lost factors go, every session with them, and the next sign-in leads to setting up a new factor.
"""

from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from accounts.enums import AuditEvent
from accounts.errors import AlreadyApproved, NothingToRecover, NotStaff
from accounts.models import FactorRecovery, FactorRecoveryApproval, User
from accounts.notices import RECOVERY_ASKED, RECOVERY_DONE
from accounts.permissions import check_can_approve_recovery
from accounts.sealed_address import real_address
from accounts.selectors import approvals_missing, open_recovery
from accounts.services.ending import end_all_sessions
from audit.services.recording import record
from core.actors import Actor
from outbound.services.queueing import queue_notice

OPEN_FOR = timedelta(days=2)


@transaction.atomic
def ask(*, user_id: UUID, by: Actor, now: datetime) -> FactorRecovery:
    """Open a request, or find the open one. Raises NotStaff. `by` is the person, whose password was right."""
    user = User.objects.select_for_update().filter(pk=user_id, is_staff=True, is_active=True).first()
    if user is None:
        raise NotStaff
    found = open_recovery(user=user, at=now)
    if found is not None:
        return found
    FactorRecovery.objects.filter(user=user, closed_at=None).update(closed_at=now)
    recovery = FactorRecovery.objects.create(user=user, asked_at=now, expires_at=now + OPEN_FOR)
    record(event=AuditEvent.RECOVERY_ASKED, target=f"user:{user.pk}", by=by, now=now, subject_id=user.subject_id)
    _tell(user, RECOVERY_ASKED, now)
    return recovery


def approve(*, user_id: UUID, by: User, now: datetime) -> FactorRecovery:
    """Give one's word; the second word lets the person back in.

    Raises MayNotApproveRecovery, NothingToRecover, AlreadyApproved (the database refuses a second row by one person).
    """
    try:
        with transaction.atomic():
            return _approve(user_id=user_id, by=by, now=now)
    except IntegrityError as error:
        raise AlreadyApproved from error


def _approve(*, user_id: UUID, by: User, now: datetime) -> FactorRecovery:
    user = User.objects.select_for_update().filter(pk=user_id, is_staff=True).first()
    if user is None:
        raise NothingToRecover
    check_can_approve_recovery(by=by, user=user)
    recovery = open_recovery(user=user, at=now)
    if recovery is None:
        raise NothingToRecover
    FactorRecoveryApproval.objects.create(recovery=recovery, about=user, approver=by, approved_at=now)
    record(event=AuditEvent.RECOVERY_APPROVED, target=f"user:{user.pk}", by=by, now=now, subject_id=user.subject_id)
    if approvals_missing(recovery=recovery) == 0:
        Authenticator.objects.filter(user=user).delete()
        end_all_sessions(user=user, by=by, now=now)
        recovery.closed_at = now
        recovery.save(update_fields=["closed_at"])
        record(event=AuditEvent.RECOVERY_DONE, target=f"user:{user.pk}", by=by, now=now, subject_id=user.subject_id)
        _tell(user, RECOVERY_DONE, now)
    return recovery


def _tell(user: User, notice: str, now: datetime) -> None:
    queue_notice(
        notice=notice, to=real_address(user), language=user.language, context={}, now=now, subject_id=user.subject_id
    )

"""The end of an account: asked for by its owner, or never begun."""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import override, pgettext_lazy

from accounts import notices
from accounts.enums import AuditEvent
from accounts.models import User
from accounts.services.ending import end_all_sessions
from audit.services.recording import record
from core.actors import SYSTEM, Actor
from core.classification import Period
from core.templatetags.portal import moment
from outbound.services.queueing import queue_notice
from personal_data.enums import ErasureState
from personal_data.models import ErasureRun
from personal_data.own_records import Ages, Kind
from personal_data.planning import cooling_off
from personal_data.services.erasing import begin_erasure, progress_token
from personal_data.services.erasure_holding import everything_is_held, holds_on_run


@transaction.atomic
def close_account(*, user_id: UUID, address: str, by: Actor, now: datetime) -> ErasureRun:
    """Have a person erased at the person's own wish. Asked twice, the same run is returned.

    The account is shut when the deletion begins: while it cools off, or a legal hold stands, the person may sign in,
    and call it off. `address` is told that it can be, and in the end that it is done; empty, nobody is told.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    wait = cooling_off(now)
    if not wait and not everything_is_held(user.subject_id):
        shut(user=user, by=by, now=now)
    run = begin_erasure(subject_id=user.subject_id, address=address, cooling_off=wait, suppress=True, by=by, now=now)
    if address and run.state == ErasureState.COOLING:
        _tell_it_will_begin(run, address, now=now)
    return run


def _tell_it_will_begin(run: ErasureRun, address: str, *, now: datetime) -> None:
    """Once for each run. The mail carries no reference to the person, so the plan of the deletion stands as it was."""
    with override(run.language):
        link = settings.PORTAL_URL + reverse("accounts:erase_progress", kwargs={"token": progress_token(run)})
        begins = moment(run.starts_at)
    queue_notice(
        notice=notices.ERASURE_BEGINS,
        to=address,
        language=run.language,
        context={"begins": begins, "is_held": "yes" if holds_on_run(run) else "", "progress_url": link},
        now=now,
        dedup=f"erasure-begins:{run.pk}",
    )


@transaction.atomic
def remove_account(*, user: User, by: Actor, now: datetime) -> ErasureRun:
    """Shut an account nobody proved to be theirs and erase it at once; the address may belong to somebody else."""
    shut(user=user, by=by, now=now)
    return begin_erasure(subject_id=user.subject_id, address="", by=by, now=now)


@transaction.atomic
def shut(*, user: User, by: Actor, now: datetime) -> None:
    """End all sessions and rights of an account for good. Safe to repeat."""
    if not user.is_active and not user.groups.exists():
        return
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.groups.clear()
    end_all_sessions(user=user, by=by, now=now)
    record(event=AuditEvent.ACCOUNT_CLOSED, target=f"user:{user.pk}", by=by, now=now, subject_id=user.subject_id)


def remove_unverified(ages: Ages) -> int:
    """Erase accounts whose address nobody proved in time: someone else may have typed it. How many began."""
    now, begun = ages.now, 0
    for user in _unproved_over(ages).order_by("created_at")[:200]:
        with transaction.atomic():
            record(
                event=AuditEvent.UNVERIFIED_REMOVED,
                target=f"user:{user.pk}",
                by=SYSTEM,
                now=now,
                subject_id=user.subject_id,
            )
            remove_account(user=user, by=SYSTEM, now=now)
        begun += 1
    return begun


def _unproved() -> "QuerySet[User]":
    verified = EmailAddress.objects.filter(verified=True).values("user_id")
    return User.objects.filter(is_active=True, is_staff=False, last_login=None).exclude(pk__in=verified)


def _unproved_over(ages: Ages) -> "QuerySet[User]":
    return ages.over(_unproved(), "created_at", Period.ACCOUNTS)


UNPROVED = Kind(
    "unproved",
    pgettext_lazy("own record", "Accounts whose address nobody confirmed"),
    pgettext_lazy("own record", "%(accounts_days)s after they were made"),
    _unproved,
    _unproved_over,
    Period.ACCOUNTS,
)

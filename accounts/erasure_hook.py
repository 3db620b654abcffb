"""What the erasure of a person calls before it deletes rows and when it is done, however it was begun."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q
from django.urls import reverse
from django.utils.translation import override

from accounts import notices
from accounts.certificate import beyond_recall
from accounts.models import User
from accounts.services.closing import shut
from core import clock
from core.actors import SYSTEM
from core.templatetags.portal import day, moment
from outbound.services.queueing import queue_notice
from personal_data.models import ErasureRun
from personal_data.planning import KEPT
from personal_data.services.erasing import progress_token


def shut_before_rows_go(subject_id: UUID) -> None:
    """End the sessions of the person's account, and its role: the database lets a role go only with its entry."""
    user = User.objects.filter(subject_id=subject_id).first()
    if user is not None:
        shut(user=user, by=SYSTEM, now=clock.now())


def shut_when_it_starts(*, subject_id: UUID, now: datetime) -> None:
    """From the first moment of the deletion nobody signs in; until then the person may, to call it off."""
    user = User.objects.filter(subject_id=subject_id).first()
    if user is not None:
        shut(user=user, by=SYSTEM, now=now)


def shut_many_before_they_go(*, subject_ids: Sequence[UUID], now: datetime) -> None:
    """The same of many people erased again after a restore: of those who have a session or a role."""
    users = User.objects.filter(subject_id__in=subject_ids)
    for user in users.filter(Q(groups__isnull=False) | Q(usersession__isnull=False)).distinct():
        shut(user=user, by=SYSTEM, now=now)


def tell_it_is_done(run: ErasureRun, address: str, now: datetime) -> None:
    """The last mail. Its row carries no reference to the person and is blanked once it has left."""
    if not address:
        return
    with override(run.language):
        complaint_url = settings.PORTAL_URL + reverse("complaints:new")
        path = reverse("accounts:erase_certificate", kwargs={"token": progress_token(run)})
        final_at = moment(beyond_recall(run.scope, now))
        kept_until = run.plan.lines.filter(target=KEPT, left__gt=0).aggregate(last=Max("kept_until"))["last"]
    queue_notice(
        notice=notices.DATA_ERASED if run.basis else notices.ACCOUNT_ERASED,
        to=address,
        language=run.language,
        context={
            "complaint_url": complaint_url,
            "certificate_url": settings.PORTAL_URL + path,
            "final_at": final_at,
            "law_until": day(kept_until) if kept_until else "",
            "after_inactivity": "yes" if run.basis.startswith("retention:") else "",
        },
        now=now,
        dedup=f"erased:{run.pk}",
    )

"""How the packages below write to staff about what is kept and what goes."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from accounts.sealed_address import address_of_subject
from core.templatetags.portal import day
from outbound.services.queueing import queue_notice
from personal_data.enums import FuseReason
from personal_data.selectors_holds import who_may_answer
from personal_data.staff_telling import DISPOSAL_WAITS, HOLD_REVIEW

_ABOUT = {HOLD_REVIEW: ("legalhold", "hold"), DISPOSAL_WAITS: ("disposal", "disposal")}


def write_to_staff(*, notice: str, context: Mapping[str, str], dedup: str, now: datetime, to: str, but: str) -> int:
    """Queue a letter to a colleague, or to every officer and administrator but one. How many.

    The page it leads to follows from what it is about: `hold`, `disposal` or `run` of the context. A `day` and the
    `reasons` that stopped a run are written out in the language of the reader.
    """
    written = 0
    for user in _readers(to):
        address = address_of_subject(user.subject_id) if f"user:{user.pk}" != but else ""
        if address:
            queue_notice(
                notice=notice,
                to=address,
                language=user.language,
                context=_told(notice, context, user.language),
                now=now,
                subject_id=user.subject_id,
                dedup=f"{dedup}:{user.pk}",
            )
            written += 1
    return written


def _readers(to: str) -> "QuerySet[Any]":
    if not to:
        return who_may_answer()
    staff = User.objects.filter(is_staff=True, is_active=True)
    kind, _colon, pk = to.partition(":")
    return staff.filter(pk=pk) if kind == "user" else staff.none()


def _told(notice: str, context: Mapping[str, str], language: str) -> dict[str, str]:
    model, key = _ABOUT.get(notice, ("retentionrun", "run"))
    path = (
        reverse(f"admin:personal_data_{model}_change", args=[context[key]])
        if context.get(key)
        else reverse(f"admin:personal_data_{model}_changelist")
    )
    told = {**context, "link": settings.PORTAL_URL + path}
    with override(language):
        if "day" in told:
            told["day"] = day(date.fromisoformat(told["day"]))
        if "reasons" in told:
            told["reasons"] = "\n".join(f"- {FuseReason(one).label}" for one in told["reasons"].split(","))
    return told

"""The nightly digest: one mail a working day to each member of the working staff, before service opens.

The row says that a day's digest was written, so it is written once however often the sweep runs. After a night without
a worker it comes late, as long as service is open; yesterday's is never sent.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import override, pgettext_lazy

from cases.enums import OPEN_STATES, CaseStatus
from cases.explaining import last_day
from cases.models import Case, DeskDigest
from cases.registry import case_kinds
from cases.staff import mail_address, officers, working_staff
from core.calendars import WorkingCalendar
from core.classification import Period
from core.selectors import working_calendar
from core.templatetags.portal import day
from outbound.services.queueing import queue_notice
from personal_data.own_records import Ages, Kind

AHEAD = timedelta(hours=1)
SOON_DAYS = 3
MOST_LISTED = 20


@dataclass
class Digest:
    """What one member of staff finds on the desk in the morning."""

    counts: Counter[str] = field(default_factory=Counter)
    soon: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        return any(self.counts.values())


def write_digests(*, now: datetime) -> int:
    """Write the digests of today that are not written yet. Returns how many mails were queued."""
    calendar = working_calendar()
    if not _is_morning(calendar, now):
        return 0
    today = calendar.local_date(now)
    written = set(DeskDigest.objects.filter(day=today).values_list("user_id", flat=True))
    in_charge = set(officers().values_list("pk", flat=True))
    sent = 0
    for user in working_staff():
        if user.pk not in written:
            sent += _write(user, officer=user.pk in in_charge, calendar=calendar, now=now)
    return sent


def forget_digests(ages: Ages) -> int:
    """Which digests were written is of no use after some time. How many rows went."""
    return _digests_over(ages).delete()[0]


def digest_for(user: Any, *, officer: bool, calendar: WorkingCalendar, now: datetime) -> Digest:
    """What stands on a desk: an officer's shows every case, an agent's the own ones; what nobody has, both."""
    today = calendar.local_date(now)
    tomorrow, soon = calendar.end_of(today), calendar.end_of(today + timedelta(days=SOON_DAYS))
    found = Digest()
    for model in case_kinds().values():
        rows = model._default_manager.filter(status__in=OPEN_STATES).exclude(model.matters_of(user))
        found.counts["unassigned"] += rows.filter(assignee=None).count()
        mine = rows if officer else rows.filter(assignee_id=user.pk)
        found.counts["open"] += mine.count()
        found.counts["waiting"] += mine.filter(status=CaseStatus.WAITING).count()
        late = mine.filter(target_at__lte=now)
        found.counts["late"] += late.count()
        found.counts["today"] += mine.filter(target_at__gt=now, target_at__lte=tomorrow).count()
        found.counts["today"] += late.filter(limit_at__gt=now, limit_at__lte=tomorrow).count()
        found.soon += _soon(mine, now=now, until=soon)
    found.soon.sort()
    return found


def _soon(rows: Any, *, now: datetime, until: datetime) -> list[tuple[datetime, str]]:
    """The next date of each case, and its reference, where that date is near."""
    near: list[Case] = [
        *rows.filter(target_at__gt=now, target_at__lte=until).defer("sealed_text").order_by("target_at")[:MOST_LISTED],
        *rows.filter(target_at__lte=now, limit_at__gt=now, limit_at__lte=until)
        .defer("sealed_text")
        .order_by("limit_at")[:MOST_LISTED],
    ]
    return [(case.next_due(now=now), case.reference) for case in near]


def _is_morning(calendar: WorkingCalendar, now: datetime) -> bool:
    """From an hour before service opens until it closes, on a worked day."""
    today = calendar.local_date(now)
    opens = calendar.start_of_service(today)
    length = datetime.combine(today, calendar.closes) - datetime.combine(today, calendar.opens)
    return calendar.is_working(today) and opens - AHEAD <= now < opens + length


def _write(user: Any, *, officer: bool, calendar: WorkingCalendar, now: datetime) -> bool:
    today = calendar.local_date(now)
    with transaction.atomic():
        _row, fresh = DeskDigest.objects.get_or_create(user=user, day=today, defaults={"written_at": now})
        found = digest_for(user, officer=officer, calendar=calendar, now=now) if fresh else Digest()
        address = mail_address(user)
        if not (found.says_something and address):
            return False
        with override(user.language):
            lines = [f"{reference}: {day(last_day(due_at))}" for due_at, reference in found.soon[:MOST_LISTED]]
        queue_notice(
            notice="staff-digest",
            to=address,
            language=user.language,
            context={
                **{name: str(count) for name, count in found.counts.items()},
                "officer": "1" if officer else "",
                "soon": "\n".join(lines),
                "link": settings.PORTAL_URL + reverse("admin:index"),
            },
            now=now,
            subject_id=user.subject_id,
            dedup=f"digest:{today:%Y%m%d}:{user.pk}",
        )
    return True


def _digests_over(ages: Ages) -> "QuerySet[DeskDigest]":
    return ages.over(DeskDigest.objects.all(), "written_at", Period.DESK)


DIGESTS = Kind(
    "digests",
    pgettext_lazy("own record", "Which morning mails were written to staff"),
    pgettext_lazy("own record", "%(desk_days)s after they were written"),
    DeskDigest.objects.all,
    _digests_over,
    Period.DESK,
)

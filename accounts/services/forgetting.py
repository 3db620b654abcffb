"""What sign-in and the staff desk leave behind goes when its time is over."""

from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.core.cache import caches
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

from accounts.models import FactorRecovery, StaffInvitation
from audit.services.recording import Fact, record_many
from core.actors import SYSTEM
from core.classification import Period
from personal_data.enums import AuditEvent
from personal_data.own_records import Ages, Kind

BATCH = 500  # invitations in one run; an hour later the next ones follow
_COUNTER_OVER = "expires < %s"


def forget_invitations(ages: Ages) -> int:
    """Closed invitations; their address was blanked when they closed. How many."""
    with transaction.atomic():
        over = _invitations_over(ages).select_for_update()
        found = list(over.order_by("closed_at").values_list("pk", flat=True)[:BATCH])
        facts = [Fact(AuditEvent.RECORDS_ENDED, f"invitation:{pk}") for pk in found]
        record_many(facts, by=SYSTEM, now=ages.now)
        StaffInvitation.objects.filter(pk__in=found).delete()
    return len(found)


def forget_recoveries(ages: Ages) -> int:
    """Requests to be let back in after a lost second factor, and the colleagues' words. How many rows."""
    return _recoveries_over(ages).delete()[0]


def forget_desk_log(ages: Ages) -> int:
    """The staff site's own list of recent actions; the record of what was done is another. How many."""
    return _log_over(ages).delete()[0]


def forget_throttles(ages: Ages) -> int:
    """Counters of tries whose window is over by the database's own clock. How many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT LEAST(%s, now())", [ages.now])
        (until,) = cursor.fetchone()
        cursor.execute(f"DELETE FROM {_counters()} WHERE {_COUNTER_OVER}", [until])  # noqa: S608
        return int(cursor.rowcount)


def _invitations_over(ages: Ages) -> "QuerySet[StaffInvitation]":
    return ages.over(StaffInvitation.objects.all(), "closed_at", Period.DESK)


def _recoveries_over(ages: Ages) -> "QuerySet[FactorRecovery]":
    rows = FactorRecovery.objects.alias(over_at=Coalesce("closed_at", "expires_at"))
    return ages.over(rows, "over_at", Period.SECURITY)


def _log_over(ages: Ages) -> "QuerySet[LogEntry]":
    return ages.over(LogEntry.objects.all(), "action_time", Period.DESK)


def _counters() -> str:
    return str(connection.ops.quote_name(str(caches["default"]._table)))  # type: ignore[attr-defined]


def _count_counters(until: datetime | None = None) -> int:
    where = f" WHERE {_COUNTER_OVER}" if until else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {_counters()}{where}", [until] if until else [])  # noqa: S608
        return int(cursor.fetchone()[0])


INVITATIONS = Kind(
    "invitations",
    pgettext_lazy("own record", "Invitations of staff"),
    pgettext_lazy("own record", "%(desk_days)s after they were closed"),
    StaffInvitation.objects.all,
    _invitations_over,
    Period.DESK,
)
RECOVERIES = Kind(
    "recoveries",
    pgettext_lazy("own record", "Requests of staff to be let in again after losing the second factor"),
    pgettext_lazy("own record", "%(retention_days)s after they were closed or ran out"),
    FactorRecovery.objects.all,
    _recoveries_over,
    Period.SECURITY,
)
DESK_LOG = Kind(
    "desk-log",
    pgettext_lazy("own record", "The staff desk's list of recent actions"),
    pgettext_lazy("own record", "%(desk_days)s after the action"),
    LogEntry.objects.all,
    _log_over,
    Period.DESK,
)
THROTTLES = Kind(
    "throttles",
    pgettext_lazy("own record", "Counters of tries"),
    pgettext_lazy("own record", "%(codes_days)s after the last try at the latest"),
    _count_counters,
    lambda ages: _count_counters(ages.now),
)

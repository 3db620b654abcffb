"""What sign-in and the staff desk leave behind goes when its time is over."""

from django.contrib.admin.models import LogEntry
from django.core.cache import caches
from django.db import connection, transaction
from django.db.models.functions import Coalesce

from accounts.models import FactorRecovery, StaffInvitation
from audit.services.recording import Fact, record_many
from core.actors import SYSTEM
from core.classification import Period
from personal_data.enums import AuditEvent
from personal_data.own_records import Ages

BATCH = 500  # invitations in one run; an hour later the next ones follow


def forget_invitations(ages: Ages) -> int:
    """Closed invitations; their address was blanked when they closed. How many."""
    until = ages.before(Period.DESK)
    if until is None:
        return 0
    with transaction.atomic():
        over = StaffInvitation.objects.select_for_update().filter(closed_at__lt=until)
        found = list(over.order_by("closed_at").values_list("pk", flat=True)[:BATCH])
        facts = [Fact(AuditEvent.RECORDS_ENDED, f"invitation:{pk}") for pk in found]
        record_many(facts, by=SYSTEM, now=ages.now)
        StaffInvitation.objects.filter(pk__in=found).delete()
    return len(found)


def forget_recoveries(ages: Ages) -> int:
    """Requests to be let back in after a lost second factor, and the colleagues' words. How many rows."""
    until = ages.before(Period.SECURITY)
    if until is None:
        return 0
    over = FactorRecovery.objects.alias(over_at=Coalesce("closed_at", "expires_at")).filter(over_at__lt=until)
    return over.delete()[0]


def forget_desk_log(ages: Ages) -> int:
    """The staff site's own list of recent actions; the record of what was done is another. How many."""
    until = ages.before(Period.DESK)
    return LogEntry.objects.filter(action_time__lt=until).delete()[0] if until else 0


def forget_throttles(ages: Ages) -> int:
    """Counters of tries whose window is over by the database's own clock. How many."""
    table = connection.ops.quote_name(str(caches["default"]._table))  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < LEAST(%s, now())", [ages.now])  # noqa: S608
        return int(cursor.rowcount)

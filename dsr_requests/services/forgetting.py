"""What requests leave behind for their own sake: evidence of identity, and addresses that were paused once."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from audit.services.recording import record
from cases.services.emptying import MOST
from core.actors import SYSTEM
from core.classification import Period
from dsr_requests.enums import PauseEvent
from dsr_requests.models import PausedAddress, Request
from dsr_requests.services.demanding import delete_identity_files
from dsr_requests.services.locking import lock_request
from personal_data.own_records import Ages

# Nobody was ever found to be the sender, or the person the sender may act for.
NEVER_KNOWN = Q(identified_at__isnull=True)


def forget_identity_files(ages: Ages) -> int:
    """Evidence of identity goes with the decision; what is left of a request that is over goes here. How many files."""
    until = ages.before(Period.IDENTITY)
    if until is None:
        return 0
    left = Request.objects.filter(closed_at__lt=until, identity_files__isnull=False).distinct()
    return sum(_forget(pk, until, ages.now) for pk in list(left.order_by("pk").values_list("pk", flat=True)[:MOST]))


def forget_paused_addresses(ages: Ages) -> int:
    """Pauses of an address, long after they were lifted. How many."""
    over = PausedAddress.objects.filter(lifted_at__lt=ages.before(Period.EVIDENCE))
    gone = 0
    for pk in list(over.order_by("pk").values_list("pk", flat=True)[:MOST]):
        with transaction.atomic():
            row = over.select_for_update().filter(pk=pk).first()
            if row is not None:
                record(event=PauseEvent.FORGOTTEN, target=f"address-pause:{pk}", by=SYSTEM, now=ages.now)
                row.delete()
                gone += 1
    return gone


def _forget(request_id: int, until: datetime, now: datetime) -> int:
    with transaction.atomic():
        request = lock_request(request_id)
        if request.closed_at is None or request.closed_at >= until:
            return 0
        return delete_identity_files(request=request, now=now)

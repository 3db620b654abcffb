"""What requests leave behind for their own sake: evidence of identity, addresses paused and copies held once."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import pgettext_lazy

from audit.services.recording import record
from cases.services.emptying import MOST
from core.actors import SYSTEM
from core.classification import Period
from dsr_requests.enums import CopyHoldEvent, PauseEvent
from dsr_requests.models import CopyHold, IdentityFile, PausedAddress
from dsr_requests.services.demanding import delete_identity_files
from dsr_requests.services.locking import lock_request
from personal_data.own_records import Ages, Kind

# Nobody was ever found to be the sender, or the person the sender may act for.
NEVER_KNOWN = Q(identified_at__isnull=True)


def forget_identity_files(ages: Ages) -> int:
    """Evidence of identity goes with the decision; what is left of a request that is over goes here. How many files."""
    left = _files_over(ages).order_by("case_id").values_list("case_id", flat=True).distinct()
    return sum(_forget(request_id, ages) for request_id in list(left[:MOST]))


def forget_paused_addresses(ages: Ages) -> int:
    """Pauses of an address, long after they were lifted. How many."""
    over, gone = _pauses_over(ages), 0
    for pk in list(over.order_by("pk").values_list("pk", flat=True)[:MOST]):
        with transaction.atomic():
            row = over.select_for_update().filter(pk=pk).first()
            if row is not None:
                record(event=PauseEvent.FORGOTTEN, target=f"address-pause:{pk}", by=SYSTEM, now=ages.now)
                row.delete()
                gone += 1
    return gone


def forget_copy_holds(ages: Ages) -> int:
    """Holds on copies, long after they ended or were declined. How many."""
    over, gone = _copy_holds_over(ages), 0
    for pk in list(over.order_by("pk").values_list("pk", flat=True)[:MOST]):
        with transaction.atomic():
            row = over.select_for_update().filter(pk=pk).first()
            if row is not None:
                record(event=CopyHoldEvent.FORGOTTEN, target=row.target, by=SYSTEM, now=ages.now)
                row.delete()
                gone += 1
    return gone


def _forget(request_id: int, ages: Ages) -> int:
    with transaction.atomic():
        request = lock_request(request_id)
        if not _files_over(ages).filter(case_id=request_id).exists():
            return 0
        return delete_identity_files(request=request, now=ages.now)


def _files_over(ages: Ages) -> "QuerySet[IdentityFile]":
    return ages.over(IdentityFile.objects.all(), "case__closed_at", Period.IDENTITY)


def _pauses_over(ages: Ages) -> "QuerySet[PausedAddress]":
    return ages.over(PausedAddress.objects.all(), "lifted_at", Period.EVIDENCE)


def _copy_holds_over(ages: Ages) -> "QuerySet[CopyHold]":
    rows = CopyHold.objects.all()
    return ages.over(rows, "ended_at", Period.EVIDENCE) | ages.over(rows, "dropped_at", Period.EVIDENCE)


IDENTITY_FILES = Kind(
    "identity-files",
    pgettext_lazy("own record", "Evidence of identity"),
    pgettext_lazy("own record", "until the decision; %(identity_days)s after the end of the request at the latest"),
    IdentityFile.objects.all,
    _files_over,
    Period.IDENTITY,
)
PAUSES = Kind(
    "paused-addresses",
    pgettext_lazy("own record", "Addresses that were paused"),
    pgettext_lazy("own record", "%(evidence_years)s after the pause was lifted"),
    PausedAddress.objects.all,
    _pauses_over,
)
COPY_HOLDS = Kind(
    "copy-holds",
    pgettext_lazy("own record", "Holds on copies"),
    pgettext_lazy("own record", "%(evidence_years)s after the hold ended or was declined"),
    CopyHold.objects.all,
    _copy_holds_over,
)

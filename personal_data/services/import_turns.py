"""Whose turn it is to work on an import, and with what it goes on. One worker has a batch at a time."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from personal_data.enums import ImportState
from personal_data.models import ImportBatch
from personal_data.services.importing import check_batch, take_in
from personal_data.services.undoing import undo_more

LEASE = timedelta(minutes=1)  # much longer than a turn; of two workers on one batch the second changes nothing
_WAYS = {ImportState.CHECKING: check_batch, ImportState.RUNNING: take_in, ImportState.UNDOING: undo_more}


def run_due_imports(*, now: datetime) -> int:
    """Give every batch nobody is working on its turn. The number of turns.

    A batch that fails does not hold up the others; the failure is raised at the end, so that the job counts as failed.
    """
    turns, failed = 0, None
    for batch_id in list(_free(now).order_by("created_at").values_list("pk", flat=True)):
        try:
            turns += work_on(batch_id=batch_id, now=now)
        except Exception as error:  # noqa: BLE001  raised below
            failed = error
    if failed is not None:
        raise failed
    return turns


def work_on(*, batch_id: UUID, now: datetime) -> bool:
    """One turn of one batch; False when there is nothing to do or somebody else is at it."""
    if not _free(now).filter(pk=batch_id).update(leased_until=now + LEASE):
        return False
    state = ImportState(ImportBatch.objects.values_list("state", flat=True).get(pk=batch_id))
    try:
        if state in _WAYS:
            _WAYS[state](batch_id=batch_id, now=now)
    finally:
        ImportBatch.objects.filter(pk=batch_id, leased_until=now + LEASE).update(leased_until=None)
    return True


def _free(now: datetime) -> "QuerySet[ImportBatch]":
    return ImportBatch.objects.filter(state__in=list(_WAYS)).filter(Q(leased_until=None) | Q(leased_until__lt=now))

"""The person takes a request back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases.enums import CaseEvent, CaseStatus
from cases.permissions import check_is_sender
from cases.services.closing import end
from cases.services.telling import tell_person, tell_staff
from core.actors import SYSTEM, Actor
from dsr_requests.enums import Outcome
from dsr_requests.guards import check_may_take_back
from dsr_requests.models import Request
from dsr_requests.services.demanding import delete_identity_files
from dsr_requests.services.locking import lock_request
from dsr_requests.services.setting_aside import set_aside
from dsr_requests.services.snapshots import purge
from personal_data.enums import ErasureState
from personal_data.models import ErasureRun
from personal_data.services.erasing import cancel_erasure
from personal_data.services.limiting import end_limits


def take_back(*, request_id: int, by: Actor, now: datetime) -> Request:
    """End an open request at the person's wish; doing so twice changes nothing.

    Possible until something was done that cannot be undone; a deletion that can still be called off is called off, and
    what was limited because of the request is free again. Raises CaseClosed, TooLateToTakeBack, NotSender.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_is_sender(request, by=by)
        if request.status == CaseStatus.WITHDRAWN:
            return request
        check_may_take_back(request)
        end_request(request, by=by, now=now)
        dedup = f"withdrawn:{request.target}"
        tell_person(request, notice="request-withdrawn", context={}, now=now, dedup=dedup)
        if request.assignee is not None:
            tell_staff(request, notice="staff-case-withdrawn", people=[request.assignee], now=now, dedup=dedup)
    return request


def end_request(request: Request, *, by: Actor, now: datetime) -> None:
    """Bring a locked request to its end as taken back, with all that hangs on it."""
    for run_id in _cooling(request):
        cancel_erasure(run_id=run_id, by=by, now=now)
    if request.about_id is not None:
        end_limits(subject_id=request.about_id, basis=request.target, by=SYSTEM, now=now)
    for decision in request.decisions.filter(dropped_at__isnull=True, effective_at__isnull=True):
        set_aside(request, decision, by=by, now=now)
    delete_identity_files(request=request, now=now)
    purge(request, now=now)
    end(request, to=CaseStatus.WITHDRAWN, outcome=Outcome.TAKEN_BACK, event=CaseEvent.WITHDRAWN, by=by, now=now)


def _cooling(request: Request) -> list[UUID]:
    """Deletions begun for the request that can still be called off."""
    runs = ErasureRun.objects.filter(basis=request.target, state=ErasureState.COOLING)
    return list(runs.values_list("pk", flat=True))

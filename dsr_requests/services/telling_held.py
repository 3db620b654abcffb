"""The person is told, once for each request, that the copy is held back: in the case, and by mail with the ground."""

from datetime import datetime

from django.utils.translation import override

from audit.selectors import entries_about
from cases.services.recording import note
from cases.services.telling import tell_person
from core.actors import SYSTEM, Actor
from core.citations import cite
from dsr_requests.enums import Ground, RequestEvent
from dsr_requests.models import CopyHold, Request


def tell_held(request: Request, hold: CopyHold, *, by: Actor = SYSTEM, now: datetime) -> None:
    """Under the lock of the request. Told already, nothing happens. Raises ContentGone."""
    told = entries_about(request.target).filter(event=request.event(RequestEvent.COPY_HELD))
    if told.filter(details__hold=str(hold.pk)).exists():
        return
    details = {"hold": str(hold.pk), "ground": hold.ground}
    note(request, RequestEvent.COPY_HELD, by=by, now=now, details=details)
    with override(request.language):
        context = {"ground": str(Ground(hold.ground).label), "article": cite(hold.article)}
    context["is_open"] = "yes" if request.is_open else ""
    tell_person(request, notice="copy-held", context=context, now=now, dedup=f"copy-held:{hold.pk}:{request.pk}")


def tell_let_go(request: Request, hold: CopyHold, *, by: Actor, now: datetime) -> None:
    """Under the lock of the request. Raises ContentGone."""
    note(request, RequestEvent.COPY_LET_GO, by=by, now=now, details={"hold": str(hold.pk)})
    tell_person(request, notice="copy-let-go", context={}, now=now, dedup=f"copy-let-go:{hold.pk}:{request.pk}")

"""What a request needs next, and what it waits for when nobody at the desk has to do anything."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from cases.desk_actions import Acknowledge, Begin, Reply, Take, WriteDown
from cases.enums import CaseStatus
from dsr_requests.desk_actions import Approve, Decide, Resume, SettleCorrection, waiting_decision
from dsr_requests.desk_actions_handing import TellErasure
from dsr_requests.desk_actions_identity import AcceptEvidence, AcceptMandate, ChildAgreed, LiftPause, TellPaused
from dsr_requests.enums import CorrectionState, FulfilmentKind
from dsr_requests.models import Request
from dsr_requests.person_part import run_of
from dsr_requests.selectors_identity import is_held_back
from personal_data.enums import ErasureState, StepState
from personal_data.models import RecipientTask


def wanted_next(request: Request) -> Iterator[str]:
    """The codes of actions a request needs, the most pressing first."""
    if not request.is_open:
        return
    if waiting_decision(request) is not None:
        yield Approve.code
    if request.assignee_id is None:
        yield Take.code
    yield from (Resume.code, TellErasure.code)
    if request.acknowledged_at is None:
        yield Acknowledge.code
    if is_held_back(request):
        yield from (TellPaused.code, LiftPause.code)
    yield from (ChildAgreed.code, AcceptMandate.code, AcceptEvidence.code)
    if request.status == CaseStatus.WAITING:
        yield WriteDown.code
    if request.status != CaseStatus.FULFILLING and waiting_decision(request) is None:
        yield from _wanted_of_answer(request)


def _wanted_of_answer(request: Request) -> Iterator[str]:
    if request.is_identified:
        if request.corrections.filter(state=CorrectionState.PROPOSED, by_staff=False).exists():
            yield SettleCorrection.code
        yield Decide.code
    if request.status == CaseStatus.ACKNOWLEDGED:
        yield Begin.code
    if request.first_reply_at is None:
        yield Reply.code


def waits_for(request: Request, *, now: datetime) -> str:
    """What an open request waits for beyond whoever has it, in words; empty when it waits for that colleague."""
    if not request.is_open:
        return ""
    if waiting_decision(request) is not None:
        return _("It is decided and waits for a second person.")
    if request.status != CaseStatus.FULFILLING:
        return ""
    steps = request.steps.exclude(state=StepState.DONE)
    if steps.filter(state=StepState.STUCK).exists():
        return _("A step did not work. The data protection officer sets it going again.")
    step = steps.first()
    run = run_of(request) if step is not None and step.kind == FulfilmentKind.ERASE else None
    if run is not None and run.state == ErasureState.COOLING:
        return _("The time in which the deletion can be called off is running. Then it goes on by itself.")
    if run is not None and run.state == ErasureState.STUCK:
        return _("The deletion waits for the data protection officer: one of its steps did not work.")
    if step is not None and step.kind == FulfilmentKind.CONFIRMED:
        return _awaited_confirmations(request, now=now)
    return _("It is being carried out by itself. “Steps” shows how far it is.")


def _awaited_confirmations(request: Request, *, now: datetime) -> str:
    awaited = RecipientTask.objects.filter(basis=request.target, confirmed_at__isnull=True)
    if awaited.filter(due_at__lte=now).exists():
        return _("A recipient is late to confirm. Ask it again, and record its answer under “Orders to recipients”.")
    if awaited.filter(told_at__isnull=True).exists():
        return _("Tell the recipients under “Orders to recipients”, and record there what they confirm.")
    return _("The recipients have to confirm. Record each answer under “Orders to recipients”.")

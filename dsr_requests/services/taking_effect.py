"""A decision, stored with its plan and its hash, and what begins when it takes effect. Callers hold the request."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from cases import sealing
from cases.enums import CaseStatus
from cases.services.closing import end
from cases.services.messaging import note_first_reply
from cases.services.moving import move
from cases.services.recording import note
from cases.services.telling import tell_person
from core.actors import SYSTEM, Actor
from core.rules import RefusalGround
from dsr_requests.enums import CorrectionState, Outcome, RequestEvent, Verdict
from dsr_requests.models import Decision, Request
from dsr_requests.planning import Plan, digest_of
from dsr_requests.sealing import seal_words
from dsr_requests.services.demanding import delete_identity_files
from dsr_requests.services.fulfilling import begin_fulfilment
from dsr_requests.services.setting_aside import set_aside
from personal_data.services.limiting import end_limits


@dataclass(frozen=True)
class Judgement:
    """What was decided, before it is stored."""

    verdict: Verdict
    words: str = ""
    ground: RefusalGround | None = None
    fields: Sequence[str] = ()
    purposes: Sequence[str] = ()
    plan: Plan = field(default_factory=list)
    needs_second: bool = False


def store(
    request: Request, judgement: Judgement, *, by: Actor, now: datetime, form_token: UUID | None = None
) -> Decision:
    """Keep a decision and record it. One that still waited for its second person is overtaken. Raises ContentGone."""
    for earlier in request.decisions.filter(dropped_at__isnull=True, effective_at__isnull=True):
        set_aside(request, earlier, by=by, now=now)
    account: Any = by.pk
    row = Decision(
        case=request,
        form_token=form_token or uuid4(),
        verdict=judgement.verdict.value,
        ground=judgement.ground.code if judgement.ground else "",
        article=judgement.ground.article if judgement.ground else "",
        refused_fields=sorted(judgement.fields),
        refused_purposes=sorted(judgement.purposes),
        plan=judgement.plan,
        digest=digest_of(judgement.plan, request),
        needs_second=judgement.needs_second,
        decided_at=now,
        decided_by_id=account,
    )
    seal_words(row, words=judgement.words, key=sealing.evidence_key(request.subject_id))
    row.save(force_insert=True)
    details = {"verdict": row.verdict, "ground": row.ground, "second": row.needs_second, "digest": row.digest.hex()}
    note(request, RequestEvent.DECIDED, by=by, now=now, details=details)
    return row


def take_effect(request: Request, decision: Decision, *, by: Actor, now: datetime) -> None:
    """Set going what was decided, or end the request with a refusal; the person is told either way.

    What the portal does by itself tells the person once it is done.
    """
    decision.effective_at = now
    decision.save(update_fields=["effective_at"])
    delete_identity_files(request=request, now=now)
    note_first_reply(request, now=now)
    note(request, RequestEvent.IN_EFFECT, by=by, now=now, details={"verdict": decision.verdict})
    _settle_corrections(request, decision, now=now)
    if decision.verdict == Verdict.REFUSE:
        _let_go_on(request, now=now)
        end(request, to=CaseStatus.CLOSED, outcome=Outcome.REFUSED, by=by, now=now)
        _tell(request, decision, "request-refused", now=now)
        return
    move(request, to=CaseStatus.FULFILLING, now=now)
    begin_fulfilment(request=request, decision=decision, now=now)
    if decision.decided_by_id is not None:
        _tell(request, decision, "request-decided", now=now)


def _settle_corrections(request: Request, decision: Decision, *, now: datetime) -> None:
    """What a decision says of each value that was still open."""
    open_ones = request.corrections.filter(state=CorrectionState.PROPOSED)
    if decision.verdict == Verdict.REFUSE:
        open_ones = request.corrections.filter(state__in=(CorrectionState.PROPOSED, CorrectionState.ACCEPTED))
    refused = open_ones if decision.verdict == Verdict.REFUSE else open_ones.filter(field__in=decision.refused_fields)
    refused.update(state=CorrectionState.REFUSED, ground=decision.ground, decided_at=now)
    request.corrections.filter(state=CorrectionState.PROPOSED).update(state=CorrectionState.ACCEPTED, decided_at=now)


def _let_go_on(request: Request, *, now: datetime) -> None:
    """What was stopped while an objection was examined."""
    if request.about_id is not None:
        end_limits(subject_id=request.about_id, basis=request.target, by=SYSTEM, now=now)


def _tell(request: Request, decision: Decision, notice: str, *, now: datetime) -> None:
    context = {"part": "1" if decision.verdict == Verdict.PART else ""}
    tell_person(request, notice=notice, context=context, now=now, dedup=f"{notice}:{decision.pk}")

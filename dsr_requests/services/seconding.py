"""The second person: approves the hash of what will run, or declines it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cases.errors import ReasonMissing
from cases.guards import check_is_open
from cases.services.recording import note
from cases.services.telling import tell_staff
from core.actors import Actor
from dsr_requests.enums import RequestEvent, Verdict
from dsr_requests.errors import NothingToSecond, PlanChanged
from dsr_requests.models import Decision
from dsr_requests.permissions import check_can_drop, check_can_second
from dsr_requests.planning import digest_of
from dsr_requests.services.deciding import check_nothing_hinders, planned
from dsr_requests.services.locking import lock_request
from dsr_requests.services.setting_aside import set_aside
from dsr_requests.services.taking_effect import take_effect


def second(*, decision_id: UUID, seen_digest: bytes, by: Actor, now: datetime) -> Decision:
    """Approve a decision another made; it takes effect. Approving twice changes nothing.

    What runs is what was seen: its hash must be the one decided on, of the plan stored, and of the data now. Raises
    NothingToSecond, PlanChanged, SameTwice, NotIdentified, MandateOver, HeldBack, Frozen, EndHoldFirst, OfferWaits,
    CaseClosed, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        decision = _locked(decision_id)
        check_can_second(decision, by=by)
        request = decision.case
        if decision.seconded_by_id is not None and decision.seconded_by_id == by.pk:
            return decision
        check_is_open(request)
        if not decision.awaits_second:
            raise NothingToSecond
        if decision.verdict != Verdict.REFUSE:
            check_nothing_hinders(request, verdict=decision.verdict, now=now)
        plan = planned(request, decision.verdict, decision.refused_fields, decision.refused_purposes, now=now)
        stored = digest_of(decision.plan, request)
        if not bytes(seen_digest) == bytes(decision.digest) == stored == digest_of(plan, request):
            raise PlanChanged
        account: Any = by.pk
        decision.seconded_at, decision.seconded_by_id = now, account
        decision.save(update_fields=["seconded_at", "seconded_by"])
        details = {"verdict": decision.verdict, "digest": bytes(decision.digest).hex()}
        note(request, RequestEvent.SECONDED, by=by, now=now, details=details)
        take_effect(request, decision, by=by, now=now)
    return decision


def drop(*, decision_id: UUID, words: str, by: Actor, now: datetime) -> Decision:
    """Decline what another decided, or take the own decision back before it was approved; `words` say why.

    Doing so twice changes nothing. Raises ReasonMissing, NothingToSecond, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        decision = _locked(decision_id)
        check_can_drop(decision, by=by)
        if decision.dropped_at is not None:
            return decision
        if not decision.awaits_second:
            raise NothingToSecond
        if not words.strip():
            raise ReasonMissing
        set_aside(decision.case, decision, by=by, now=now, words=words)
        if decision.decided_by is not None and decision.decided_by_id != by.pk:
            tell_staff(
                decision.case,
                notice="staff-request-declined",
                people=[decision.decided_by],
                now=now,
                dedup=f"declined:{decision.pk}",
            )
    return decision


def _locked(decision_id: UUID) -> Decision:
    """The decision under the lock of its request. Raises Decision.DoesNotExist."""
    request = lock_request(Decision.objects.values_list("case_id", flat=True).get(pk=decision_id))
    decision: Decision = request.decisions.get(pk=decision_id)
    decision.case = request
    return decision

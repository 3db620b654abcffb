"""Deciding a request: by staff with the plan before their eyes, or by the portal where nobody's judgement is needed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases.permissions import check_can_work_on
from cases.services.telling import tell_staff
from cases.staff import working_staff
from core.actors import SYSTEM, Actor
from core.clock import local_date
from core.rules import refusal_grounds
from dsr_requests.enums import BY_ITSELF, CorrectionState, RequestKind, Verdict
from dsr_requests.errors import Frozen, HeldBack, OfferWaits, PlanChanged
from dsr_requests.errors_copy import EndHoldFirst
from dsr_requests.guards import check_ground, check_may_be_done, check_may_decide, check_part
from dsr_requests.models import Decision, Request
from dsr_requests.planning import Plan, digest_of, what_will_run
from dsr_requests.selectors_holding import hold_on
from dsr_requests.selectors_identity import check_ran_out, is_frozen, is_held_back
from dsr_requests.services.locking import lock_request
from dsr_requests.services.taking_effect import Judgement, store, take_effect
from dsr_requests.services.telling_held import tell_held
from dsr_requests.wishes import consent_key
from policies import selectors as policies

# Nothing of these leaves or goes while a contact detail was changed lately.
_FREEZES = frozenset({RequestKind.VIEW.value, RequestKind.COPY.value})


def decide(
    *,
    request_id: int,
    verdict: Verdict,
    ground: str = "",
    refused_fields: Collection[str] = (),
    refused_purposes: Collection[str] = (),
    words: str = "",
    seen_digest: bytes,
    form_token: UUID,
    by: Actor,
    now: datetime,
) -> Decision:
    """Decide on a request. It takes effect at once, or when a second person approves it. The same form decides once.

    `seen_digest` is the hash of the plan the decider looked at (`planning.digest_of`); if anything of it has changed,
    nothing is decided. Raises PlanChanged, NotIdentified, MandateOver, HeldBack, Frozen, EndHoldFirst, OfferWaits,
    GroundMissing, GroundImpossible, WordsMissing, PartImpossible, DecidedAlready, AcknowledgeFirst, CaseClosed,
    NotYours, RoleRefused, OwnCase, ContentGone.
    """
    verdict = Verdict(verdict)
    with transaction.atomic():
        request = lock_request(request_id)
        check_can_work_on(request, by=by)
        known: Decision | None = request.decisions.filter(form_token=form_token).first()
        if known is not None:
            return known
        check_may_decide(request)
        if verdict != Verdict.REFUSE:
            check_nothing_hinders(request, verdict=verdict, now=now)
        # A field refused one by one is a refusal: it needs its ground and a second person like any other.
        fields = refused_fields if verdict == Verdict.REFUSE else sorted({*refused_fields, *_refused_before(request)})
        check_part(request, verdict, fields=fields, purposes=refused_purposes, now=now)
        found = check_ground(request, verdict, ground, words, now=now)
        plan = planned(request, verdict, fields, refused_purposes, now=now)
        if digest_of(plan, request) != bytes(seen_digest):
            raise PlanChanged
        judgement = Judgement(
            verdict,
            words=words,
            ground=found,
            fields=sorted(fields),
            purposes=sorted(refused_purposes),
            plan=plan,
            needs_second=needs_second(request, verdict),
        )
        decision = store(request, judgement, by=by, now=now, form_token=form_token)
        if decision.needs_second:
            _ask_for_second(request, decision, by=by, now=now)
        else:
            take_effect(request, decision, by=by, now=now)
    return decision


def decide_by_itself(*, request: Request, now: datetime) -> Decision | None:
    """Let a locked request the portal may fulfil by itself take effect; None where staff have to look.

    They have to when somebody asks for somebody else, when a contact detail was changed lately, when the address is
    paused, when the copy is held back, when the check of who asks has run out meanwhile, and when what is named is of a
    version long past.
    """
    hold = hold_on(request)
    if hold is not None:
        tell_held(request, hold, now=now)
        return None
    if request.asked_for not in BY_ITSELF or not request.is_identified or _needs_judgement(request, now=now):
        return None
    if request.decisions.filter(dropped_at__isnull=True).exists():
        return None
    plan = what_will_run(request, at=now)
    decision = store(request, Judgement(Verdict.ACCEPT, plan=plan), by=SYSTEM, now=now)
    take_effect(request, decision, by=SYSTEM, now=now)
    return decision


def decide_as_accepted(*, request: Request, by: Actor, now: datetime) -> Decision:
    """The person accepted what staff proposed, and nothing else is open: it takes effect. Under the request's lock."""
    judgement = Judgement(Verdict.ACCEPT, plan=what_will_run(request, at=now))
    decision = store(request, judgement, by=SYSTEM, now=now)
    take_effect(request, decision, by=by, now=now)
    return decision


def refuse_by_itself(*, request: Request, ground: str, words: str, now: datetime) -> Decision:
    """Refuse a locked request because of a fact, not of a judgement: nobody could establish who asks (R6)."""
    found = next(one for one in refusal_grounds(request.asked_for, on=local_date(now)) if one.code == ground)
    decision = store(request, Judgement(Verdict.REFUSE, words=words, ground=found), by=SYSTEM, now=now)
    take_effect(request, decision, by=SYSTEM, now=now)
    return decision


def planned(
    request: Request,
    verdict: str,
    refused_fields: Collection[str] = (),
    refused_purposes: Collection[str] = (),
    *,
    now: datetime,
) -> Plan:
    """What a verdict would set going: nothing, where all is refused."""
    if verdict == Verdict.REFUSE:
        return []
    return what_will_run(request, at=now, refused_fields=refused_fields, refused_purposes=refused_purposes)


def needs_second(request: Request, verdict: str) -> bool:
    """Whether staff alone may not decide it: a refusal, whole or in part, and the deletion of everything."""
    return verdict != Verdict.ACCEPT or (request.asked_for == RequestKind.DELETE and request.everything)


def check_nothing_hinders(request: Request, *, verdict: str, now: datetime) -> None:
    """Raises NotIdentified, MandateOver, HeldBack, Frozen, EndHoldFirst, OfferWaits: before anything is done."""
    check_may_be_done(request, now=now)
    if is_held_back(request):
        raise HeldBack
    everything_goes = request.asked_for == RequestKind.DELETE and request.everything
    assert request.about_id is not None
    if (request.asked_for in _FREEZES or everything_goes) and is_frozen(request.about_id, now):
        raise Frozen
    if verdict == Verdict.ACCEPT and hold_on(request) is not None:
        raise EndHoldFirst
    if request.corrections.filter(state=CorrectionState.OFFERED).exists():
        raise OfferWaits


def _refused_before(request: Request) -> list[str]:
    """Fields whose correction was refused one by one."""
    return list(request.corrections.filter(state=CorrectionState.REFUSED).values_list("field", flat=True))


def _needs_judgement(request: Request, *, now: datetime) -> bool:
    assert request.about_id is not None
    return (
        hasattr(request, "representative")
        or is_held_back(request)
        or is_frozen(request.about_id, now)
        or check_ran_out(request, at=now)
        or _names_what_is_gone(request, now=now)
    )


def _names_what_is_gone(request: Request, *, now: datetime) -> bool:
    """Whether a consent named belongs to a purpose the policy in force no longer has."""
    version = policies.version_in_force(now)
    keys = [consent_key(code) for code in request.consents]
    return version is None or any(key is None or policies.purpose(version, key.purpose) is None for key in keys)


def _ask_for_second(request: Request, decision: Decision, *, by: Actor, now: datetime) -> None:
    people = [user for user in working_staff() if user.pk != by.pk]
    tell_staff(request, notice="staff-request-second", people=people, now=now, dedup=f"second:{decision.pk}")

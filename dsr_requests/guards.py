"""In which state something may be done with a request, and what a wish or a decision may name."""

from collections.abc import Collection
from datetime import datetime

from cases.enums import ClockKind
from cases.errors import MoveNotAllowed
from cases.explaining import last_day
from cases.guards import check_is_open, check_is_past_receipt
from core.clock import local_date
from core.deadlines import PeriodRule
from core.errors import allows
from core.rules import RefusalGround, refusal_grounds
from dsr_requests.enums import FulfilmentKind, Ground, RequestKind, Verdict
from dsr_requests.errors import (
    DaysImpossible,
    DecidedAlready,
    ExtendedAlready,
    FirstDatePassed,
    GroundImpossible,
    GroundMissing,
    MandateOver,
    NoProcessorPeriod,
    NothingNamed,
    NotIdentified,
    PartImpossible,
    ProcessorSet,
    TooLateToTakeBack,
    UnknownChoice,
    WordsMissing,
)
from dsr_requests.models import Request
from dsr_requests.selectors import asked_of
from dsr_requests.wishes import Wish, consent_key
from personal_data.enums import ErasureState, StepState
from personal_data.models import ErasureRun
from policies.enums import FILE_KINDS
from policies.pack_types import Pack

# What each kind can name; the others concern all of it.
NAMES_FIELDS = frozenset({RequestKind.CORRECT, RequestKind.DELETE})
NAMES_PURPOSES = frozenset({RequestKind.RESTRICT, RequestKind.OBJECT})
NAMES_CONSENTS = frozenset({RequestKind.WITHDRAW})
# A file is not typed in, nor are the facts of a device.
NOT_TYPED = frozenset({*FILE_KINDS, "device"})
# Once one of these is done, or a deletion has begun, what was asked for cannot be taken back any more.
LASTING = (FulfilmentKind.WITHDRAW, FulfilmentKind.CORRECT, FulfilmentKind.ORDER, FulfilmentKind.ERASE)
NOT_BEGUN = (ErasureState.COOLING, ErasureState.CANCELLED)


def check_wish(wish: Wish, *, pack: Pack, answered: Collection[str] = ()) -> None:
    """Raises UnknownChoice for what the policy does not know or the kind cannot name, NothingNamed.

    `answered` are consents the person gave under a version long past; they can be withdrawn although the policy in
    force does not name them.
    """
    _check_kind_names(wish)
    fields = {spec.code: spec for spec in pack.fields}
    if not {*wish.fields, *wish.values} <= set(fields):
        raise UnknownChoice
    if any(fields[code].kind in NOT_TYPED for code in wish.values):
        raise UnknownChoice
    if not all(pack.purpose(code) for code in wish.purposes):
        raise UnknownChoice
    for code in wish.consents:
        key = consent_key(code)
        if key is None or (pack.purpose(key.purpose) is None and code not in answered):
            raise UnknownChoice


def _check_kind_names(wish: Wish) -> None:
    named = {
        NAMES_FIELDS: bool(wish.fields or wish.values),
        NAMES_PURPOSES: bool(wish.purposes),
        NAMES_CONSENTS: bool(wish.consents),
    }
    for kinds, given in named.items():
        if given and wish.kind not in kinds:
            raise UnknownChoice
    if wish.values and wish.kind != RequestKind.CORRECT:
        raise UnknownChoice
    if wish.kind == RequestKind.CORRECT and wish.everything:
        raise UnknownChoice
    can_name = wish.kind in NAMES_FIELDS | NAMES_PURPOSES | NAMES_CONSENTS
    if can_name and wish.everything == any(named.values()):
        raise NothingNamed


def check_may_decide(request: Request) -> None:
    """Raises CaseClosed, AcknowledgeFirst, DecidedAlready."""
    check_is_open(request)
    check_is_past_receipt(request)
    if request.decisions.filter(effective_at__isnull=False).exists():
        raise DecidedAlready


def check_may_be_done(request: Request, *, now: datetime) -> None:
    """Raises NotIdentified, MandateOver: before anything is done with a person's data."""
    if not request.is_identified:
        raise NotIdentified
    check_mandate_lasts(request, now=now)


def check_mandate_lasts(request: Request, *, now: datetime) -> None:
    """Raises MandateOver when the request was made for somebody and the mandate has ended since."""
    mandate = getattr(request, "representative", None)
    if mandate is not None and mandate.valid_until is not None and mandate.valid_until < local_date(now):
        raise MandateOver


def check_ground(request: Request, verdict: str, ground: str, words: str, *, now: datetime) -> RefusalGround | None:
    """The ground of a refusal, whole or in part. Raises GroundMissing, GroundImpossible, WordsMissing."""
    if verdict == Verdict.ACCEPT:
        if ground:
            raise GroundImpossible
        if request.asked_for == RequestKind.PROTECT and not words.strip():
            raise WordsMissing
        return None
    if not ground:
        raise GroundMissing
    known = {one.code: one for one in refusal_grounds(request.asked_for, on=local_date(now))}
    if ground not in known or (ground == Ground.UNVERIFIED and request.is_identified):
        raise GroundImpossible
    if not words.strip():
        raise WordsMissing
    return known[ground]


def check_part(
    request: Request, verdict: str, *, fields: Collection[str], purposes: Collection[str], now: datetime
) -> None:
    """Raises PartImpossible unless a partial acceptance names some, and not all, of what was asked for."""
    if verdict != Verdict.PART:
        if fields or purposes:
            raise PartImpossible
        return
    if request.asked_for == RequestKind.PROTECT:
        return
    asked_fields, asked_purposes = asked_of(request, at=now)
    within = set(fields) <= asked_fields and set(purposes) <= asked_purposes
    named = len(set(fields)) + len(set(purposes))
    if not within or not 0 < named < len(asked_fields) + len(asked_purposes):
        raise PartImpossible


def check_may_extend(request: Request, *, days: int, rule: PeriodRule, now: datetime) -> None:
    """Raises CaseClosed, ExtendedAlready, FirstDatePassed, DaysImpossible."""
    check_is_open(request)
    if request.clock_events.filter(kind=ClockKind.EXTENSION).count() >= rule.extension_count:
        raise ExtendedAlready
    if now >= request.target_at:
        raise FirstDatePassed(last_day(request.target_at))
    if not 1 <= days <= rule.extension_days:
        raise DaysImpossible(rule.extension_days)


def check_may_set_processor(request: Request, *, rule: PeriodRule, now: datetime) -> None:
    """Raises CaseClosed, ProcessorSet, NoProcessorPeriod, FirstDatePassed."""
    check_is_open(request)
    if request.clock_events.filter(kind=ClockKind.PROCESSOR).exists():
        raise ProcessorSet
    if rule.processor <= rule.target:
        raise NoProcessorPeriod
    if now >= request.target_at:
        raise FirstDatePassed(last_day(request.target_at))


def check_may_take_back(request: Request) -> None:
    """Raises CaseClosed, TooLateToTakeBack."""
    check_is_open(request)
    if request.steps.filter(kind__in=LASTING, state=StepState.DONE).exists():
        raise TooLateToTakeBack
    if ErasureRun.objects.filter(basis=request.target).exclude(state__in=NOT_BEGUN).exists():
        raise TooLateToTakeBack


def check_may_offer(request: Request) -> None:
    """Raises CaseClosed, MoveNotAllowed, DecidedAlready: a correction is proposed on a request for one."""
    check_is_open(request)
    if request.asked_for != RequestKind.CORRECT:
        raise MoveNotAllowed
    if request.decisions.filter(dropped_at__isnull=True).exists():
        raise DecidedAlready


may_decide = allows(check_may_decide)
may_be_done = allows(check_may_be_done)
may_extend = allows(check_may_extend)
may_set_processor = allows(check_may_set_processor)
may_take_back = allows(check_may_take_back)
may_offer = allows(check_may_offer)

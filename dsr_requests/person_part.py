"""What the page of a request says beyond that of any case: who asks, what was decided, what is done and how far it is.

A value of the person stands on it only where its own person is signed in, or was established as the sender, or where a
parent or guardian acts in that person's place. The holder of a power of attorney reads none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.enums import ClockKind
from cases.errors import ContentGone
from cases.explaining import last_day
from cases.pages import Place
from cases.sealing import evidence_key
from core.citations import cite
from core.encryption import CannotOpen
from core.templatetags.portal import days
from dsr_requests import sealing
from dsr_requests.enums import (
    CorrectionState,
    DemandReason,
    ExtensionReason,
    FulfilmentError,
    FulfilmentKind,
    Ground,
    Method,
    RepresentativeKind,
    RequestKind,
    Verdict,
)
from dsr_requests.guards import may_take_back
from dsr_requests.models import CopyHold, Correction, Decision, FulfilmentStep, Representative, Request
from dsr_requests.person_shapes import (
    RequestPart,
    ShownCorrection,
    ShownDecision,
    ShownErasure,
    ShownHold,
    ShownOrder,
    ShownPackage,
    ShownStep,
    Who,
)
from dsr_requests.phrases import VERDICTS
from dsr_requests.selectors_holding import hold_on
from dsr_requests.selectors_identity import open_demands, takes_evidence
from dsr_requests.sign_in_kept import sign_in_path, sign_in_stays
from dsr_requests.staff_wording import target_words
from dsr_requests.wording import consent_words, names_of, words
from personal_data.enums import ErasureState, LimitKind, Order, PackageState, StepState
from personal_data.erasure_words import differences
from personal_data.errors import KeyDestroyed
from personal_data.fields import read_value
from personal_data.keys import data_key
from personal_data.models import DataItem, ErasureRun, Package, UseLimit
from personal_data.retention_pack import keeping_pack
from personal_data.selectors_limits import orders_on
from personal_data.services.erasing import progress_token
from personal_data.values import mask_value, show_value
from policies.pack_types import Pack

STEP_MARKS = {
    StepState.WAITING: ("neutral", pgettext_lazy("step of a request", "to come")),
    StepState.FAILED: ("waiting", pgettext_lazy("step of a request", "did not work yet, is tried again")),
    StepState.STUCK: ("overdue", pgettext_lazy("step of a request", "did not work; our staff look at it")),
    StepState.DONE: ("done", pgettext_lazy("step of a request", "done")),
}
CORRECTION_MARKS = {
    CorrectionState.PROPOSED: "waiting",
    CorrectionState.OFFERED: "waiting",
    CorrectionState.ACCEPTED: "active",
    CorrectionState.REFUSED: "stopped",
    CorrectionState.DECLINED: "stopped",
    CorrectionState.APPLIED: "done",
}
PACKAGE_MARKS = {
    PackageState.WAITING: "waiting",
    PackageState.BUILDING: "active",
    PackageState.READY: "done",
    PackageState.FETCHED: "done",
    PackageState.EXPIRED: "stopped",
    PackageState.STUCK: "overdue",
}
# Never shown to the person: only the outcome of such steps is.
_HOUSEKEEPING = frozenset({FulfilmentKind.SNAPSHOT.value})


def part_of(request: Request, key: bytes | None, place: Place, now: datetime) -> RequestPart:
    """Everything of one request; `key` is None once its content cannot be read any more."""
    pack = keeping_pack(request.policy_version)
    decision = request.decisions.filter(dropped_at=None).last()
    in_effect = decision if decision and decision.effective_at else None
    steps = [step for step in request.steps.all() if step.kind not in _HOUSEKEEPING]
    return RequestPart(
        wish=_wish(request, pack),
        who=_who(request, key),
        decision=_decision(decision, pack, key) if decision else None,
        plan=words(in_effect.plan, pack=pack) if in_effect else [],
        steps=[_step(step, pack) for step in steps],
        steps_done=sum(1 for step in steps if step.state == StepState.DONE),
        corrections=_corrections(request, key, place, pack),
        erasure=_erasure(request),
        package=_package(request, place),
        held=_held(request),
        orders=_orders(request, pack, now),
        limits=_limits(request, pack),
        longer=_longer(request),
        is_open=request.is_open,
        may_take_back=may_take_back(request),
        sign_in=sign_in_path() if sign_in_stays(request) and not hasattr(request, "representative") else "",
    )


def run_of(request: Request) -> ErasureRun | None:
    """The deletion a request set going last."""
    return ErasureRun.objects.filter(basis=request.target).select_related("plan").first()


def _wish(request: Request, pack: Pack) -> list[tuple[str, str]]:
    """What exactly was asked for: labels and words."""
    found = [
        (_("Which data"), names_of(pack, request.fields, of="field")),
        (_("Which uses"), names_of(pack, request.purposes, of="purpose")),
        (_("Which consents"), "; ".join(consent_words(code, pack) for code in request.consents)),
    ]
    if request.everything and request.asked_for not in _WHOLE_BY_NATURE:
        found.insert(0, (_("How much"), capfirst(_("all of it"))))
    return [(label, told) for label, told in found if told]


def _who(request: Request, key: bytes | None) -> Who:
    passed = request.verifications.filter(passed_at__isnull=False).last()
    how = str(Method(passed.method).label) if passed is not None else ""
    row = getattr(request, "representative", None)
    who = Who(
        is_known=request.is_identified,
        how=how,
        since=request.identified_at,
        demands=[str(DemandReason(row.reason).label) for row in open_demands(request)],
        takes_evidence=takes_evidence(request),
        gave_evidence=request.identity_files.count(),
    )
    if row is None:
        return who
    return replace(
        who,
        names=_both_names(row, key),
        mandate=_mandate_state(row),
        mandate_kind=str(RepresentativeKind(row.kind).label),
        until=row.valid_until,
        needs_child=row.child_is_seven and row.child_agreed_at is None,
    )


def _both_names(row: Representative, key: bytes | None) -> list[tuple[str, str]]:
    if key is None:
        return []
    return [
        (_("Who asks"), sealing.representative_name(row, key=key)),
        (_("For whom"), sealing.represented_person(row, key=key)[0]),
    ]


def _mandate_state(row: Representative) -> str:
    if row.refused_at:
        return "REFUSED"
    return "CHECKED" if row.checked_at else "WAITING"


def _refused(decision: Decision, pack: Pack) -> str:
    """Which data and uses a decision leaves out."""
    fields = names_of(pack, decision.refused_fields, of="field")
    purposes = names_of(pack, decision.refused_purposes, of="purpose")
    return ", ".join(part for part in (fields, purposes) if part)


def _decision(decision: Decision, pack: Pack, key: bytes | None) -> ShownDecision:
    if decision.effective_at is None:
        return ShownDecision(is_pending=True)
    return ShownDecision(
        is_pending=False,
        verdict=str(VERDICTS[Verdict(decision.verdict)]),
        kind=_VERDICT_MARKS[Verdict(decision.verdict)],
        ground=str(Ground(decision.ground).label) if decision.ground else "",
        article=cite(decision.article) if decision.article else "",
        refused=_refused(decision, pack),
        words=sealing.words_of(decision, key=key) if key else "",
        at=decision.effective_at,
        by_portal=decision.decided_by_id is None,
        may_contest=bool(decision.ground),
    )


def _step(step: FulfilmentStep, pack: Pack) -> ShownStep:
    kind, status = STEP_MARKS[StepState(step.state)]
    label = _("Compare with the plan and tell you") if step.kind == FulfilmentKind.FINISH else ""
    label = label or str(FulfilmentKind(step.kind).label)
    what = "" if step.kind == FulfilmentKind.ERASE else target_words(step.kind, step.target, pack)
    if what:
        label = _("%(step)s: %(what)s") % {"step": label, "what": what}
    if step.error:
        label = _("%(step)s: %(reason)s") % {"step": label, "reason": FulfilmentError(step.error).label}
    return ShownStep(kind, str(status), label)


def _corrections(request: Request, key: bytes | None, place: Place, pack: Pack) -> list[ShownCorrection]:
    rows = list(request.corrections.all())
    own = place.reads_back and not request.from_guest  # what the account, or a code to the address held, may read
    shown_key = key if request.is_identified or own else None
    about = _whose_values(request, is_own=own and place.is_account)
    present = _held_now(about, rows, pack) if rows and shown_key and about else {}
    shown = [_correction(row, shown_key, present, pack) for row in rows]
    return [replace(row, is_withheld=request.is_by_attorney) for row in shown]


def _whose_values(request: Request, *, is_own: bool) -> UUID | None:
    """Whose present values the page may show: never any to the holder of a power of attorney."""
    if request.is_by_attorney:
        return None
    if request.about_id is None and is_own and not hasattr(request, "representative"):
        return request.subject_id
    return request.about_id


def _correction(row: Correction, key: bytes | None, present: Mapping[str, str], pack: Pack) -> ShownCorrection:
    spec, state = pack.field(row.field), CorrectionState(row.state)
    proposed = sealing.proposed_value(row, key=key) if key else ""
    return ShownCorrection(
        code=row.field,
        label=str(spec.label) if spec else row.field,
        present=present.get(row.field, ""),
        proposed=show_value(spec, proposed) if spec and proposed else proposed,
        state=str(state.label),
        state_kind=CORRECTION_MARKS[state],
        ground=str(Ground(row.ground).label) if row.ground else "",
        is_offer=state == CorrectionState.OFFERED,
        by_staff=row.by_staff,
        is_over=state in _CORRECTION_OVER,
    )


def _held_now(about: UUID, rows: Sequence[Correction], pack: Pack) -> dict[str, str]:
    """What is held now under the fields to be corrected, sensitive values masked."""
    try:
        key = data_key(about)
        items = DataItem.objects.filter(subject_id=about, field__in=[row.field for row in rows])
        return {
            item.field: (mask_value if spec.is_sensitive else show_value)(spec, read_value(item, key=key))
            for item in items
            if (spec := pack.field(item.field))
        }
    except (KeyDestroyed, CannotOpen):
        return {}


def _erasure(request: Request) -> ShownErasure | None:
    run = run_of(request)
    if run is None:
        return None
    # With a power of attorney the link, and the certificate behind it, go to the person represented.
    token = "" if request.is_by_attorney else progress_token(run)
    return ShownErasure(
        url=reverse("accounts:erase_progress", args=[token]) if token else "",
        is_cooling=run.state == ErasureState.COOLING,
        is_done=run.is_done,
        is_cancelled=run.state == ErasureState.CANCELLED,
        starts_at=run.starts_at,
        certificate=reverse("accounts:erase_certificate", args=[token]) if token and run.is_done else "",
        differences=differences(list(run.plan.lines.all())) if run.is_done else [],
    )


def _package(request: Request, place: Place) -> ShownPackage | None:
    package = Package.objects.filter(basis=request.target).first()
    if package is None:
        return None
    state = PackageState(package.state)
    return ShownPackage(
        kind=PACKAGE_MARKS[state],
        label=str(state.label),
        is_ready=state == PackageState.READY,
        is_coming=state in (PackageState.WAITING, PackageState.BUILDING),
        done=package.parts_done,
        total=package.parts_total,
        until=package.expires_at,
        fetched_at=package.fetched_at,
        url=place.steps.get("copy", ""),
    )


def _held(request: Request) -> ShownHold | None:
    hold = hold_on(request)
    if hold is None or hold.seconded_at is None:
        return None
    said = "" if request.is_by_attorney else _words_of_hold(hold)
    return ShownHold(str(Ground(hold.ground).label), cite(hold.article), said, hold.seconded_at)


def _words_of_hold(hold: CopyHold) -> str:
    try:
        return sealing.words_of(hold, key=evidence_key(hold.subject_id))
    except ContentGone:
        return ""


def _orders(request: Request, pack: Pack, now: datetime) -> list[ShownOrder]:
    return [
        ShownOrder(
            recipient=names_of(pack, [row.recipient], of="recipient"),
            order=str(Order(row.order).label),
            due_on=last_day(row.due_at),
            confirmed_at=row.confirmed_at,
            is_late=row.confirmed_at is None and row.due_at <= now,
        )
        for row in orders_on(request.target)
    ]


def _limits(request: Request, pack: Pack) -> list[str]:
    """Limits of use the request set, that still stand."""
    return [limit_words(row, pack) for row in UseLimit.objects.filter(basis=request.target, ended_at=None)]


def limit_words(row: UseLimit, pack: Pack | None) -> str:
    """One limit of use in words for the person."""
    why = _LIMITS[LimitKind(row.kind)]()
    if row.purpose:
        purpose = names_of(pack, [row.purpose], of="purpose")
        return _("%(why)s: not used for “%(purpose)s”.") % {"why": why, "purpose": purpose}
    return _("%(why)s: stored, and used for nothing else.") % {"why": why}


def _longer(request: Request) -> str:
    """That the time was extended, and why; empty when it was not."""
    event = next((row for row in request.clock_events.all() if row.kind == ClockKind.EXTENSION), None)
    if event is None:
        return ""
    reason = str(ExtensionReason(event.reason).label) if event.reason in ExtensionReason.values else ""
    return _("We need another %(days)s. The reason: %(reason)s.") % {"days": days(event.days), "reason": reason}


_WHOLE_BY_NATURE = frozenset({RequestKind.VIEW.value, RequestKind.COPY.value, RequestKind.PROTECT.value})
_CORRECTION_OVER = frozenset({CorrectionState.REFUSED, CorrectionState.DECLINED, CorrectionState.APPLIED})
_LIMITS: dict[LimitKind, Callable[[], str]] = {
    LimitKind.RESTRICTION: lambda: _("You asked for the use to be restricted"),
    LimitKind.OBJECTION: lambda: _("You objected"),
    LimitKind.COOLING_OFF: lambda: _("You asked for everything to be deleted"),
}
_VERDICT_MARKS = {Verdict.ACCEPT: "done", Verdict.PART: "active", Verdict.REFUSE: "stopped"}

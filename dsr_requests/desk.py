"""What the staff desk shows of a request beyond any case: who asks, what will run, what was decided, how far it is."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cases.errors import ContentGone
from cases.sealing import key_of
from core.actors import Actor
from core.encryption import CannotOpen
from core.templatetags.portal import day, moment
from dsr_requests import sealing
from dsr_requests.desk_holding import copy_hold_link
from dsr_requests.enums import BY_ITSELF, CorrectionState, DemandReason, Ground, RequestKind
from dsr_requests.models import Decision, EvidenceDemand, FulfilmentStep, Representative, Request, Verification
from dsr_requests.person_part import CORRECTION_MARKS, STEP_MARKS, run_of
from dsr_requests.planning import digest_of, what_will_run
from dsr_requests.selectors_holding import hold_on
from dsr_requests.selectors_identity import is_frozen, is_held_back
from dsr_requests.services.demanding import file_name
from dsr_requests.staff_wording import asked_in_words, ground_in_words, refused_in_words, target_words
from dsr_requests.wording import words
from personal_data import keys
from personal_data.admin_limits import limit_link, person_url
from personal_data.admin_orders import order_mark, recipient_words
from personal_data.enums import PackageState, StepState
from personal_data.erasure_words import differences
from personal_data.errors import KeyDestroyed
from personal_data.fields import read_value
from personal_data.models import DataItem, Package
from personal_data.permissions import OPENS_RESTRICTED, SEES_EVERYBODY
from personal_data.retention_pack import keeping_pack
from personal_data.selectors_limits import is_restricted, limits_of, orders_on
from personal_data.values import mask_value, show_value
from policies.pack_types import Pack

Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class Mark:
    """A state in words with its symbol (templates/_components/status.html)."""

    kind: str
    label: str


@dataclass(frozen=True)
class ShownCheck:
    """One identity check."""

    method: str
    strength: str
    mark: Mark
    begun_at: datetime
    attempts: int


@dataclass(frozen=True)
class ShownEvidence:
    """One file that shows who asks."""

    name: str
    url: str
    added_at: datetime


@dataclass(frozen=True)
class ShownCorrection:
    """One field: what is held, masked, and what is proposed."""

    label: str
    present: str
    proposed: str
    mark: Mark
    ground: str
    by_staff: bool


@dataclass(frozen=True)
class ShownDecision:
    """One decision as staff read it."""

    verdict: str
    mark: Mark
    facts: Facts
    words: str
    plan: list[str]
    hash: str
    waits: bool


@dataclass(frozen=True)
class ShownStep:
    """One step of carrying it out."""

    label: str
    target: str
    mark: Mark
    error: str
    attempts: int
    at: str


@dataclass
class RequestDesk:
    """What templates/admin/dsr_requests/case.html draws."""

    is_identified: bool
    identified_at: datetime | None
    asked: Facts
    warnings: list[str] = field(default_factory=list)
    checks: list[ShownCheck] = field(default_factory=list)
    demands: list[tuple[str, Mark]] = field(default_factory=list)
    evidence: list[ShownEvidence] = field(default_factory=list)
    representative: Facts = field(default_factory=list)
    mandate: Mark | None = None
    corrections: list[ShownCorrection] = field(default_factory=list)
    plan: list[str] = field(default_factory=list)
    hash: str = ""
    decisions: list[ShownDecision] = field(default_factory=list)
    steps: list[ShownStep] = field(default_factory=list)
    orders: list[tuple[str, str, Mark]] = field(default_factory=list)
    limits: list[dict[str, str]] = field(default_factory=list)
    package: Facts = field(default_factory=list)
    package_url: str = ""
    erasure_url: str = ""
    copy_hold: tuple[str, str] = ("", "")
    differences: list[str] = field(default_factory=list)
    person_url: str = ""


def desk_of(request: Request, *, by: Actor, now: datetime) -> RequestDesk:
    """Everything of one request, for whoever may see its content."""
    pack = keeping_pack(request.policy_version)
    try:
        key: bytes | None = key_of(request)
    except ContentGone:
        key = None
    shown = RequestDesk(request.is_identified, request.identified_at, asked_in_words(request))
    shown.warnings = _warnings(request, now=now)
    _fill_identity(shown, request, key, now=now)
    shown.corrections = _corrections(request, key, pack, by=by)
    shown.decisions = [decision_for_staff(row, key) for row in request.decisions.select_related(*_DECIDERS)]
    if request.is_open and request.is_identified and not _standing(request):
        plan = what_will_run(request, at=now)
        shown.plan, shown.hash = words(plan, pack=pack), _short(digest_of(plan, request))
    _fill_fulfilment(shown, request, pack, by=by)
    shown.copy_hold = copy_hold_link(request, by=by)
    if request.about_id is not None and request.about_id != request.subject_id:
        shown.person_url = person_url(request.about_id, by=by)
    return shown


def decision_for_staff(row: Decision, key: bytes | None) -> ShownDecision:
    """One decision: who, when, on which ground, what will run, and in which words the person is told."""
    version, itself = row.case.policy_version, _("the portal itself")
    facts = [
        (_("Decided"), f"{moment(row.decided_at)}, {row.decided_by or itself}"),
        (_("Ground"), ground_in_words(row)),
        (_("Not done"), refused_in_words(row, version)),
        (_("Approved"), f"{moment(row.seconded_at)}, {row.seconded_by}" if row.seconded_at else ""),
        (_("In effect since"), moment(row.effective_at) if row.effective_at else ""),
        (_("Declined or overtaken"), moment(row.dropped_at) if row.dropped_at else ""),
    ]
    return ShownDecision(
        verdict=str(row.get_verdict_display()),
        mark=_decision_mark(row),
        facts=[(label, said) for label, said in facts if said],
        words=sealing.words_of(row, key=key) if key else "",
        plan=words(row.plan, pack=keeping_pack(version)),
        hash=_short(bytes(row.digest)),
        waits=row.awaits_second,
    )


def present_values(subject_id: UUID | None, fields: list[str], pack: Pack, *, by: Actor) -> dict[str, str]:
    """What is held now under some fields, masked; in clear only for a reason, on the person's page.

    What is restricted is read by the officer alone.
    """
    if subject_id is None or (by.audit_role not in OPENS_RESTRICTED and is_restricted(subject_id)):
        return {}
    try:
        key = keys.data_key(subject_id)
        items = DataItem.objects.filter(subject_id=subject_id, field__in=fields)
        return {
            item.field: mask_value(spec, read_value(item, key=key))
            for item in items
            if (spec := pack.field(item.field))
        }
    except (KeyDestroyed, CannotOpen):
        return {}


def _standing(request: Request) -> bool:
    return request.decisions.filter(dropped_at__isnull=True).exists()


def _warnings(request: Request, *, now: datetime) -> list[str]:
    """What keeps the request from taking effect, the most pressing first."""
    found: list[str] = []
    if not request.is_open:
        return found
    if not request.is_identified:
        found.append(_("It is not established who is asking. Hand out nothing and confirm nothing, not even that."))
    if is_held_back(request):
        found.append(_("Requests from this address are held because of a suspicion. The clock goes on."))
    if request.about_id is not None and is_frozen(request.about_id, now):
        found.append(_("A contact detail of the person was replaced lately: nothing is handed out or deleted yet."))
    if hold_on(request) is not None:
        found.append(_("The copy is held back; the clock goes on. Leave parts out, refuse it, or end the hold."))
    return found


def _fill_identity(shown: RequestDesk, request: Request, key: bytes | None, *, now: datetime) -> None:
    shown.checks = [_check(row, now=now) for row in request.verifications.all()]
    shown.demands = [_demand(row) for row in request.evidence_demands.all()]
    if key is not None:
        shown.evidence = [
            ShownEvidence(
                file_name(row, key=key),
                reverse("admin:dsr_requests_request_evidence", args=[request.pk, row.pk]),
                row.added_at,
            )
            for row in request.identity_files.all()
        ]
    mandate: Representative | None = getattr(request, "representative", None)
    if mandate is not None:
        shown.representative = _both_persons(mandate, key)
        shown.mandate = _mandate_mark(mandate)


def _check(row: Verification, *, now: datetime) -> ShownCheck:
    if row.passed_at is not None:
        mark = Mark("done", _passed(row, row.passed_at))
    elif row.ended_at is not None or row.expires_at <= now:
        mark = Mark("stopped", _("ended without success"))
    else:
        mark = Mark("waiting", _("waits until %(until)s") % {"until": moment(row.expires_at)})
    return ShownCheck(
        str(row.get_method_display()), str(row.get_strength_display()), mark, row.begun_at, int(row.attempts)
    )


def _passed(row: Verification, at: datetime) -> str:
    """For what the portal does by itself a check counts for a time; for what staff decide it counts for the request."""
    if row.case.asked_for not in BY_ITSELF:
        return _("passed on %(passed)s, counts for this request") % {"passed": moment(at)}
    return _("passed on %(passed)s; without a decision of ours it counts until %(until)s") % {
        "passed": moment(at),
        "until": moment(row.expires_at),
    }


def _demand(row: EvidenceDemand) -> tuple[str, Mark]:
    reason = str(DemandReason(row.reason).label)
    if row.met_at is not None:
        return reason, Mark("done", _("sent on %(day)s") % {"day": day(row.met_at)})
    return reason, Mark("waiting", _("asked on %(day)s, nothing came yet") % {"day": day(row.asked_at)})


def _both_persons(row: Representative, key: bytes | None) -> Facts:
    """Who asks, for whom, by what right and until when."""
    name, person, contact = "", "", ""
    if key is not None:
        name = sealing.representative_name(row, key=key)
        person, contact = sealing.represented_person(row, key=key)
    found = [
        (_("Who asks"), name),
        (_("For whom"), person),
        (_("Contact given for that person"), contact),
        (_("As"), str(row.get_kind_display())),
        (_("Mandate covers"), ", ".join(str(RequestKind(code).label) for code in row.scope)),
        (_("Mandate ends"), _day(row.valid_until) or _("no end named")),
    ]
    if row.child_is_seven:
        agreed = moment(row.child_agreed_at) if row.child_agreed_at else pgettext("of a child", "not yet")
        found.append((_("The child, 7 or older, agreed"), agreed))
    return [(label, said) for label, said in found if said]


def _mandate_mark(row: Representative) -> Mark:
    if row.refused_at is not None:
        return Mark("stopped", _("mandate not accepted on %(day)s") % {"day": day(row.refused_at)})
    if row.checked_at is not None:
        return Mark("done", _("mandate accepted on %(day)s") % {"day": day(row.checked_at)})
    return Mark("waiting", _("mandate not examined yet"))


def _corrections(request: Request, key: bytes | None, pack: Pack, *, by: Actor) -> list[ShownCorrection]:
    rows = list(request.corrections.all())
    present = present_values(request.about_id, [row.field for row in rows], pack, by=by) if rows else {}
    found = []
    for row in rows:
        spec, state = pack.field(row.field), CorrectionState(row.state)
        value = sealing.proposed_value(row, key=key) if key else ""
        found.append(
            ShownCorrection(
                label=str(spec.label) if spec else row.field,
                present=present.get(row.field, ""),
                proposed=show_value(spec, value) if spec and value else value,
                mark=Mark(CORRECTION_MARKS[state], str(_FOR_STAFF.get(state, state.label))),
                ground=str(Ground(row.ground).label) if row.ground else "",
                by_staff=row.by_staff,
            )
        )
    return found


def _decision_mark(row: Decision) -> Mark:
    if row.effective_at is not None:
        return Mark("done", _("in effect"))
    if row.dropped_at is not None:
        return Mark("stopped", _("does not count any more"))
    return Mark("waiting", _("waits for a second person"))


def _fill_fulfilment(shown: RequestDesk, request: Request, pack: Pack, *, by: Actor) -> None:
    shown.steps = [_step(row, pack) for row in request.steps.all()]
    shown.orders = [
        (
            f"{recipient_words(task)}: {task.get_order_display()}",
            reverse("admin:personal_data_recipienttask_change", args=[task.pk]),
            Mark(**order_mark(task)),
        )
        for task in orders_on(request.target)
    ]
    if request.about_id is not None:
        shown.limits = [limit_link(limit, by=by) for limit in limits_of(request.about_id)]
    package = Package.objects.filter(basis=request.target).first()
    if package is not None:
        shown.package = _package(package)
        if by.audit_role in SEES_EVERYBODY:
            shown.package_url = reverse("admin:personal_data_package_change", args=[package.pk])
    run = run_of(request)
    if run is not None:
        if by.audit_role in SEES_EVERYBODY:
            shown.erasure_url = reverse("admin:personal_data_erasurerun_change", args=[run.pk])
        shown.differences = differences(list(run.plan.lines.all())) if run.is_done else []


def _step(row: FulfilmentStep, pack: Pack) -> ShownStep:
    state = StepState(row.state)
    at = moment(row.done_at) if row.done_at else ""
    if not at and row.next_try_at:
        at = _("next try %(moment)s") % {"moment": moment(row.next_try_at)}
    return ShownStep(
        label=str(row.get_kind_display()),
        target=target_words(row.kind, row.target, pack),
        mark=Mark(STEP_MARKS[state][0], str(state.label)),
        error=str(row.get_error_display()) if row.error else "",
        attempts=int(row.attempts),
        at=at,
    )


def _package(package: Package) -> Facts:
    found = [
        (_("State"), str(PackageState(package.state).label)),
        (_("Ready since"), moment(package.ready_at) if package.ready_at else ""),
        (_("Can be fetched until"), moment(package.expires_at) if package.expires_at else ""),
        (_("Fetched"), moment(package.fetched_at) if package.fetched_at else ""),
    ]
    return [(label, said) for label, said in found if said]


def _day(found: date | None) -> str:
    return day(found) if found else ""


def _short(digest: bytes) -> str:
    """Enough of a hash to compare it by eye."""
    return digest.hex()[:16]


_DECIDERS = ("decided_by", "seconded_by", "case__policy_version")
_FOR_STAFF = {
    CorrectionState.OFFERED: gettext_lazy("proposed by us, waits for the person"),
    CorrectionState.DECLINED: gettext_lazy("declined by the person"),
}

"""Reading requests."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases import selectors as cases
from cases.clock import explained
from cases.describing import Description
from cases.enums import OPEN_STATES, CaseStatus
from consent.selectors import in_force
from core.actors import Actor
from core.templatetags.portal import day
from dsr_requests.enums import CorrectionState, Outcome, RequestKind
from dsr_requests.models import Decision, Request
from dsr_requests.planning import held_fields
from dsr_requests.wishes import consent_key
from personal_data.enums import LimitKind
from personal_data.models import UseLimit
from personal_data.selectors_holds import fields_with_something
from personal_data.selectors_limits import limits_of
from personal_data.selectors_merged import one_with
from personal_data.services.packaging import parts_of
from policies import selectors as policies


@dataclass(frozen=True)
class ShownRequest:
    """One request as a person's list shows it; no content."""

    id: int
    reference: str
    asked_for: str
    status_kind: str
    status_label: str
    outcome: str
    received_at: datetime
    reply_on: date
    target_on: date
    target_why: str
    limit_on: date
    limit_why: str
    closed_at: datetime | None
    is_open: bool
    is_waiting: bool
    is_verified: bool


def requests_of(subject_id: UUID) -> list[ShownRequest]:
    """A person's requests, newest first; the number of queries does not depend on how many there are."""
    return [shown(row) for row in of_subject(subject_id).prefetch_related("clock_events", "corrections")]


def sent_by_others(subject_id: UUID) -> list[ShownRequest]:
    """Requests about a person that came another way: from a representative, or from the person without signing in."""
    one = one_with(subject_id)
    rows = Request.objects.filter(about__in=one).exclude(subject__in=one).order_by("-received_at", "-id")
    return [shown(row) for row in rows.prefetch_related("clock_events", "corrections")]


def own_restrictions(subject_id: UUID) -> list[UseLimit]:
    """Restrictions that stand and that the person asked for; what a representative asked for is not for the person."""
    found = [row for row in limits_of(subject_id) if row.kind == LimitKind.RESTRICTION]
    asked = Request.objects.filter(about=subject_id, representative__isnull=True)
    own = {row.target for row in asked.filter(asked_for=RequestKind.RESTRICT)} if found else set()
    return [row for row in found if row.basis in own]


def of_subject(subject_id: UUID) -> QuerySet[Request]:
    """A person's requests, and those sent as somebody who proved to be the same, newest first."""
    return Request.objects.filter(subject_id__in=one_with(subject_id)).order_by("-received_at", "-id")


def shown(request: Request) -> ShownRequest:
    """A request with its dates explained."""
    kind, label = cases.status_mark(request)
    dates = explained(request)
    return ShownRequest(
        id=request.pk,
        reference=request.reference,
        asked_for=str(RequestKind(request.asked_for).label),
        status_kind=kind,
        status_label=label,
        outcome=str(Outcome(request.outcome).label) if request.outcome else "",
        received_at=request.received_at,
        reply_on=dates.first_reply_on,
        target_on=dates.target_on,
        target_why=dates.target_why,
        limit_on=dates.limit_on,
        limit_why=dates.limit_why,
        closed_at=request.closed_at,
        is_open=request.is_open,
        is_waiting=request.status == CaseStatus.WAITING or _has_offer(request),
        is_verified=request.is_verified,
    )


def _has_offer(request: Request) -> bool:
    """Whether a correction our staff proposed waits for the person."""
    return request.is_open and any(row.state == CorrectionState.OFFERED for row in request.corrections.all())


def waiting_for_second(*, by: Actor) -> QuerySet[Decision]:
    """Decisions somebody may approve or decline: not the own ones, and none of a matter of the own."""
    waiting = Decision.objects.filter(
        needs_second=True, seconded_at__isnull=True, dropped_at__isnull=True, case__status__in=OPEN_STATES
    )
    own, mine = Request.objects.filter(Request.matters_of(by)), Q(decided_by=by.pk)
    return waiting.exclude(mine).exclude(case__in=own).select_related("case").order_by("case__target_at")


def asked_of(request: Request, *, at: datetime) -> tuple[set[str], set[str]]:
    """The fields and the purposes of which a partial acceptance can refuse some; of a copy also its sections."""
    about = request.about_id
    if request.asked_for in (RequestKind.RESTRICT, RequestKind.OBJECT):
        return set(), set(request.purposes) if not request.everything else _every_purpose(at)
    if request.asked_for == RequestKind.WITHDRAW:
        given = in_force(about, at) if about is not None else {}
        named = {consent_key(code) for code in request.consents}
        return set(), {key.purpose for key in given if request.everything or key in named}
    if request.asked_for in (RequestKind.VIEW, RequestKind.COPY):
        return {*held_fields(about), *parts_of(about)} if about is not None else set(), set()
    if request.everything:
        return set(fields_with_something(about)) if about is not None else set(), set()
    return set(request.fields), set()


def _every_purpose(at: datetime) -> set[str]:
    version = policies.version_in_force(at)
    return {purpose.code for purpose in policies.purposes(version)} if version else set()


def describe(request: Request) -> Description:
    """A request in words for its sender."""
    found = shown(request)
    steps = [
        _first_step(request, found.reply_on),
        _("We aim to be done by %(target)s.") % {"target": day(found.target_on)},
        _("If it cannot be done, or only in part, or needs longer, we tell you in time and say why."),
        _("It costs you nothing."),
    ]
    if found.limit_on != found.target_on:
        steps[1] = _("We aim to be done by %(target)s; the legal limit is %(limit)s.") % {
            "target": day(found.target_on),
            "limit": day(found.limit_on),
        }
    return Description(
        heading=_("Your request"),
        about=found.asked_for,
        target_on=found.target_on,
        target_why=found.target_why,
        limit_on=found.limit_on,
        limit_why=found.limit_why,
        outcome=found.outcome,
        next_steps=steps,
    )


def _first_step(request: Request, reply_on: date) -> str:
    if request.replied_at is None:
        return _("By %(day)s at the latest we confirm the receipt and tell you how your request goes on.") % {
            "day": day(reply_on)
        }
    if not request.is_identified:
        return _("We have confirmed the receipt. It goes on as soon as we know that it is you.")
    return _("We have confirmed the receipt and are working on it.")

"""What holds the copy of a person's data back, beside a paused address and a contact detail replaced lately."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from cases.enums import OPEN_STATES
from core.actors import Actor
from core.clock import local_date
from core.rules import refusal_grounds
from dsr_requests.enums import Ground, RequestKind, Verdict
from dsr_requests.models import CopyHold, Request
from personal_data.enums import PackageState
from personal_data.models import Package
from personal_data.selectors_merged import every_reference, own_references

ANSWERED_BY_COPY = (RequestKind.VIEW.value, RequestKind.COPY.value)
# Neither is a reason to hold back what is held on somebody who is known.
_NO_GROUND = (Ground.UNVERIFIED, Ground.NOT_HELD)
_STANDS = Q(seconded_at__isnull=False, ended_at__isnull=True)
AWAITS_SECOND = Q(seconded_at__isnull=True, dropped_at__isnull=True)
_NOT_OVER = (PackageState.WAITING, PackageState.BUILDING, PackageState.READY, PackageState.STUCK)


def grounds_to_hold(*, at: datetime) -> dict[str, str]:
    """Codes of the grounds a copy may be held back on, with their articles."""
    found = refusal_grounds(RequestKind.COPY, on=local_date(at))
    return {one.code: one.article for one in found if one.code not in _NO_GROUND}


def standing_hold(subject_id: UUID) -> CopyHold | None:
    """What holds the copy of a person back; also when it was placed on who proved to be the same."""
    return CopyHold.objects.filter(_STANDS, subject_id__in=every_reference(subject_id)).order_by("seconded_at").first()


def latest_hold(subject_id: UUID) -> CopyHold | None:
    """The hold on a person's copy that stands, or waits for a second person."""
    open_ones = CopyHold.objects.filter(subject_id__in=every_reference(subject_id), ended_at=None, dropped_at=None)
    return open_ones.order_by("asked_at").first()


def hold_on(request: Request) -> CopyHold | None:
    """What holds the copy of a request back. What two people left parts out of since is let through."""
    if request.asked_for not in ANSWERED_BY_COPY or request.about_id is None:
        return None
    hold = standing_hold(request.about_id)
    if hold is None:
        return None
    looked_at = request.decisions.filter(
        verdict=Verdict.PART, effective_at__isnull=False, dropped_at__isnull=True, seconded_at__gte=hold.seconded_at
    )
    return None if looked_at.exists() else hold


def is_copy_held(package: Package) -> bool:
    """Whether a copy may be neither made nor handed over."""
    kind, _colon, pk = package.basis.partition(":")
    request = Request.objects.filter(pk=int(pk)).first() if kind == Request.kind and pk.isdigit() else None
    if request is not None and request.about_id is not None:
        return hold_on(request) is not None
    return standing_hold(package.subject_id) is not None


def requests_held(hold: CopyHold) -> QuerySet[Request]:
    """Requests whose copy a hold keeps back: not answered yet, or with a copy that was not fetched."""
    people = every_reference(hold.subject_id)
    coming = Package.objects.filter(subject_id__in=people, state__in=_NOT_OVER).values_list("basis", flat=True)
    waiting = [int(basis.removeprefix("request:")) for basis in coming if basis.startswith("request:")]
    found = Request.objects.filter(asked_for__in=ANSWERED_BY_COPY, about_id__in=people)
    return found.filter(Q(status__in=OPEN_STATES) | Q(pk__in=waiting)).order_by("pk")


def copies_of(subjects: Iterable[UUID]) -> QuerySet[Package]:
    """Copies of somebody that were not fetched and did not run out."""
    return Package.objects.filter(subject_id__in=list(subjects), state__in=_NOT_OVER)


def holds_seen(*, by: Actor) -> QuerySet[CopyHold]:
    """Holds on copies, none on the own."""
    return CopyHold.objects.exclude(subject_id__in=own_references(by))

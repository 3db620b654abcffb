"""The copies of a person's data, as the own page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr_requests.selectors_holding import is_copy_held
from dsr_requests.services.handing_over import request_of
from personal_data.enums import PackageError, PackageState
from personal_data.models import Package

# The mark each state wears (templates/_components/status.html).
MARKS = {
    PackageState.WAITING: "waiting",
    PackageState.BUILDING: "active",
    PackageState.READY: "done",
    PackageState.FETCHED: "done",
    PackageState.EXPIRED: "stopped",
    PackageState.STUCK: "overdue",
}
MOST_SHOWN = 10


@dataclass(frozen=True)
class ShownCopy:
    """One copy; `fetch_url` is empty unless it can be fetched."""

    mark: str
    label: str
    is_coming: bool
    done: int
    total: int
    asked_at: datetime
    ready_at: datetime | None
    fetched_at: datetime | None
    until: datetime | None
    size: int
    trouble: str
    reference: str
    fetch_url: str


def copies_of(subject_id: UUID, *, at: datetime) -> list[ShownCopy]:
    """The last copies, newest first."""
    return [_shown(row, at) for row in Package.objects.filter(subject_id=subject_id)[:MOST_SHOWN]]


def how_far(copies: Sequence[ShownCopy]) -> dict[str, object]:
    """How far the copy is that is being made, for the page and for what asks again; finished when none is."""
    coming = next((copy for copy in copies if copy.is_coming), None)
    if coming is None:
        return {"text": "", "done": 0, "total": 0, "finished": True}
    if not coming.total:
        text = _("The copy is about to be made.")
    else:
        words = ngettext("%(done)s of %(total)s part done.", "%(done)s of %(total)s parts done.", coming.total)
        text = words % {"done": coming.done, "total": coming.total}
    return {"text": text, "done": coming.done, "total": coming.total, "finished": False}


def is_held_back(row: Package) -> bool:
    """Whether a copy that was not fetched yet is held back by two members of staff."""
    return row.state not in (PackageState.FETCHED, PackageState.EXPIRED) and is_copy_held(row)


def _shown(row: Package, at: datetime) -> ShownCopy:
    state = PackageState(row.state)
    is_over = state == PackageState.READY and row.expires_at is not None and row.expires_at <= at
    shown, held = PackageState.EXPIRED if is_over else state, is_held_back(row)
    request = request_of(row)
    return ShownCopy(
        mark="waiting" if held else MARKS[shown],
        label=_("held back for now; the page of your request says why") if held else str(shown.label),
        is_coming=not held and shown in (PackageState.WAITING, PackageState.BUILDING),
        done=row.parts_done,
        total=row.parts_total,
        asked_at=row.asked_at,
        ready_at=row.ready_at,
        fetched_at=row.fetched_at,
        until=row.expires_at,
        size=row.size,
        trouble=str(PackageError(row.error).label) if row.error and not held else "",
        reference=request.reference if request else "",
        fetch_url=reverse("accounts:export_fetch", args=[row.pk]) if shown == PackageState.READY and not held else "",
    )

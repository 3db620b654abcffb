"""What a request still needs once the data is gone: where to confirm, and by what recipients know the person.

Sealed under the key of the installation, because the person's own goes first; made before the first step that destroys,
purged at the end.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases import sealing
from cases.enums import CaseEvent, ContactKind
from cases.errors import ContentGone, ReasonMissing
from cases.permissions import check_can_work_on
from cases.services.recording import note
from core.actors import Actor
from core.encryption import CannotOpen, unwrap, wrap
from dsr_requests.models import Request, Snapshot
from dsr_requests.selectors_identity import address_of_represented
from dsr_requests.services.locking import lock_request
from outbound.addresses import address_of
from personal_data import keys
from personal_data.fields import read_value
from personal_data.models import DataItem
from personal_data.permissions import check_is_unrestricted


@dataclass(frozen=True)
class Kept:
    """The content of a snapshot; `identifiers` are values by the code of their field.

    `address` is the sender's, `entitled` that of the person represented by power of attorney, where one is held.
    """

    address: str = ""
    entitled: str = ""
    identifiers: dict[str, str] = field(default_factory=dict)


def take_snapshot(request: Request, *, fields: Collection[str], now: datetime) -> int:
    """Keep the address and the values of some fields; how many values. Safe to repeat. Raises KeyDestroyed."""
    assert request.about_id is not None
    entitled = address_of_represented(request, at=now) if request.is_by_attorney else ""
    values = _values(request.about_id, fields)
    kept = {"address": address_for(request), "entitled": entitled, "identifiers": values}
    sealed = wrap(json.dumps(kept, ensure_ascii=False).encode(), context=sealing_context(request.pk))
    Snapshot.objects.update_or_create(case=request, defaults={"sealed": sealed, "made_at": now, "purged_at": None})
    return len(values)


def address_for(request: Request) -> str:
    """Where a mail on the request goes, without a word of who it is about; empty for other kinds of contact."""
    if request.contact_kind != ContactKind.EMAIL:
        return ""
    address = "" if request.from_guest else address_of(request.subject_id)
    try:
        return address or sealing.contact_of(request, key=sealing.evidence_key(request.subject_id))
    except ContentGone:
        return ""


def kept_of(request: Request) -> Kept:
    """The snapshot of a request; empty when there is none any more."""
    found = Snapshot.objects.filter(case=request).first()
    if found is None or found.sealed is None:
        return Kept()
    try:
        return Kept(**json.loads(unwrap(found.sealed, context=sealing_context(request.pk))))
    except CannotOpen:
        return Kept()


def has_identifiers(request: Request) -> bool:
    """Whether there is something by which to name the person to a recipient."""
    return bool(kept_of(request).identifiers)


def read_identifiers(*, request_id: int, reason: str, by: Actor, now: datetime) -> dict[str, str]:
    """By what to name the person to a recipient, for staff who work on the request; the look is recorded.

    Raises ReasonMissing, Restricted, NotYours, RoleRefused, OwnCase.
    """
    with transaction.atomic():
        request = lock_request(request_id)
        check_can_work_on(request, by=by)
        if not reason.strip():
            raise ReasonMissing
        check_is_unrestricted(by=by, subject_id=request.about_id)
        found = kept_of(request).identifiers
        details = {"fields": sorted(found)}
        note(request, CaseEvent.CONTACT_REVEALED, by=by, now=now, details=details, words=reason.strip())
    return found


def purge(request: Request, *, now: datetime) -> None:
    """Nothing is needed any more. Safe to repeat."""
    Snapshot.objects.filter(case=request, purged_at__isnull=True).update(sealed=None, purged_at=now)


def _values(subject_id: UUID, fields: Collection[str]) -> dict[str, str]:
    items = list(DataItem.objects.filter(subject_id=subject_id, field__in=fields))
    if not items:
        return {}
    key = keys.data_key(subject_id)
    return {item.field: read_value(item, key=key) for item in items}


def sealing_context(request_id: int) -> str:
    """What the sealed snapshot of a request is bound to."""
    return f"dsr_requests.Snapshot:sealed:{request_id}"

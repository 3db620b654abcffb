"""Finding cases, or the person something belongs to, by an exact address or phone number. Nothing held is shown.

Each search is recorded, also one that finds nothing, and nobody searches without end: trying addresses one after
another would tell who is known here. Each person found can read in the access log that staff looked, and why.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from audit.selectors import entries_about
from audit.services.recording import record
from cases.enums import DeskEvent
from cases.errors import ReasonMissing, TooManySearches
from cases.models import Case
from cases.permissions import check_can_see_queue, check_works_on_cases
from cases.queue import holders_of, listed, of_contact
from cases.registry import case_kinds
from core.actors import Actor
from personal_data.enums import AuditEvent, SubjectState
from personal_data.models import DataSubject
from personal_data.selectors_merged import own_references

MOST = 5
MOST_AN_HOUR = 60


@dataclass(frozen=True)
class FoundPerson:
    """Somebody known, without any value."""

    subject_id: UUID
    known_since: datetime
    has_account: bool
    values_held: int
    cases: int


def find_cases(*, model: type[Case], typed: str, by: Actor, now: datetime) -> list[int]:
    """The cases sent from an address or number, or by a person on whom it is held.

    Raises TooManySearches, RoleRefused.
    """
    check_can_see_queue(by=by)
    with transaction.atomic():
        _check_not_too_often(by=by, now=now)
        found = of_contact(model, typed, by=by, now=now)
        _note(model.kind, found=len(found), by=by, now=now)
    return found


def find_people(*, typed: str, reason: str, by: Actor, now: datetime) -> list[FoundPerson]:
    """The people on whom an address or number is held, or who proved it with a case; the own person is left out.

    Raises ReasonMissing, TooManySearches, RoleRefused.
    """
    check_works_on_cases(by=by)
    if not reason.strip():
        raise ReasonMissing
    _check_not_too_often(by=by, now=now)
    indexes, holders = holders_of(typed.strip(), now=now)
    for model in case_kinds().values():
        proved = model._default_manager.filter(contact_index__in=indexes, verified_at__isnull=False)
        holders.update(proved.values_list("subject_id", flat=True)[:MOST])
    holders.difference_update(own_references(by))
    found = described(holders, by=by)
    with transaction.atomic():
        _note("people", found=len(found), by=by, now=now)
        for person in found:
            record(
                event=AuditEvent.SUBJECT_OPENED,
                target=f"subject:{person.subject_id}",
                subject_id=person.subject_id,
                by=by,
                now=now,
                note=reason.strip(),
            )
    return found


def described(subject_ids: Iterable[Any], *, by: Actor) -> list[FoundPerson]:
    """Known people, at most `MOST`, those longest known first. Cases `by` may not know of are not counted."""
    rows = DataSubject.objects.filter(pk__in=list(subject_ids), state=SubjectState.ACTIVE)
    counted: Any = rows.annotate(values_held=Count("items")).select_related("user").order_by("created_at", "pk")[:MOST]
    return [
        FoundPerson(
            subject_id=row.pk,
            known_since=row.created_at,
            has_account=hasattr(row, "user"),
            values_held=row.values_held,
            cases=sum(listed(model, by=by).filter(subject_id=row.pk).count() for model in case_kinds().values()),
        )
        for row in counted
    ]


def _check_not_too_often(*, by: Actor, now: datetime) -> None:
    recent = entries_about(_target(by)).filter(event=DeskEvent.SEARCHED, at__gt=now - timedelta(hours=1))
    if recent.count() >= MOST_AN_HOUR:
        raise TooManySearches


def _note(among: str, *, found: int, by: Actor, now: datetime) -> None:
    record(event=DeskEvent.SEARCHED, target=_target(by), by=by, now=now, details={"among": among, "found": found})


def _target(by: Actor) -> str:
    """How the audit trail names the searches of a member of staff."""
    return f"search:{by.pk}"

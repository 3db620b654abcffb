"""What a complaint contests: a request or an answer on consent of the same person."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cases.references import as_written
from complaints.errors import NotOfThisPerson
from consent.models import LedgerEntry
from dsr_requests.models import Request


def contested(
    subject_id: UUID | None, *, request: str, consent: int | None, opened: int | None = None
) -> dict[str, Any]:
    """The two fields of a complaint; `opened` is the request whose sender a guest has just proved to be.

    Raises NotOfThisPerson for what is not the person's own.
    """
    found: dict[str, Any] = {"contested_request": None, "contested_consent": None}
    if request.strip():
        found["contested_request"] = _only(_own(subject_id, opened).filter(reference=as_written(request)))
    if consent is not None:
        answers = LedgerEntry.objects.filter(subject_ref=subject_id) if subject_id else LedgerEntry.objects.none()
        found["contested_consent"] = _only(answers.filter(pk=consent))
    return found


def _own(subject_id: UUID | None, opened: int | None) -> "QuerySet[Request]":
    if subject_id is not None:
        return Request.objects.filter(subject_id=subject_id)
    return Request.objects.none() if opened is None else Request.objects.filter(pk=opened)


def _only(rows: "QuerySet[Any]") -> Any:
    row = rows.first()
    if row is None:
        raise NotOfThisPerson
    return row

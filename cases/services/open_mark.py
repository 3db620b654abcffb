"""The note that a person has an open case, which postpones every deletion by itself of what is held on them."""

from datetime import datetime
from uuid import UUID

from cases.models import Case
from cases.people import has_open_case, people_of
from personal_data.enums import SubjectState
from personal_data.models import DataSubject, PurposeState
from personal_data.retention_dates import OPEN_CASE


def mark_open_cases(case: Case, *, now: datetime) -> None:
    """Note for the people of a case whether they have an open one; written when that changed. In the caller's
    transaction, after the case was saved.
    """
    for subject_id in people_of(case):
        _mark(subject_id, now)


def _mark(subject_id: UUID, now: datetime) -> None:
    row = PurposeState.objects.filter(subject_id=subject_id, purpose=OPEN_CASE).first()
    live = has_open_case(subject_id)
    if live == (row is not None and row.live):
        return
    # Nothing is added about a person whose data is gone.
    if DataSubject.objects.filter(pk=subject_id, state=SubjectState.ACTIVE).exists():
        PurposeState.objects.update_or_create(
            subject_id=subject_id, purpose=OPEN_CASE, defaults={"live": live, "since": now}
        )

"""The note that a person has an open case, which postpones every deletion by itself of what is held on them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from cases.models import Case
from cases.people import has_open_case, people_of
from personal_data.enums import SubjectState
from personal_data.models import DataSubject, PurposeState
from personal_data.retention_dates import OPEN_CASE
from personal_data.selectors_merged import every_reference


def mark_open_cases(case: Case, *, now: datetime) -> None:
    """Note for the people of a case whether they have an open one; written when that changed. In the caller's
    transaction, after the case was saved.
    """
    mark_people(subject_ids=people_of(case), now=now)


def mark_people(*, subject_ids: Iterable[UUID], now: datetime) -> None:
    """The same for some people, under each reference of theirs: a case of one joined with them counts for the other."""
    done: set[UUID] = set()
    for subject_id in subject_ids:
        if subject_id not in done:
            references = every_reference(subject_id)
            done.update(references)
            live = any(has_open_case(one) for one in references)
            for one in references:
                _mark(one, now, live=live)


def _mark(subject_id: UUID, now: datetime, *, live: bool) -> None:
    row = PurposeState.objects.filter(subject_id=subject_id, purpose=OPEN_CASE).first()
    if live == (row is not None and row.live):
        return
    # Nothing is added about a person whose data is gone.
    if DataSubject.objects.filter(pk=subject_id, state=SubjectState.ACTIVE).exists():
        PurposeState.objects.update_or_create(
            subject_id=subject_id, purpose=OPEN_CASE, defaults={"live": live, "since": now}
        )

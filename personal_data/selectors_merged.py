"""Who was found to be the same as a person: their cases and consents keep the reference they came under."""

from uuid import UUID

from django.db.models import UUIDField
from django.db.models.expressions import RawSQL

from personal_data.enums import MergeState
from personal_data.models import DataSubject, Merge

# The person, and whoever was merged in, directly or by way of another, and was not deleted apart. Within one query: the
# pages of an account ask for it in each list.
_ONE = """WITH RECURSIVE one (id) AS (
    SELECT %s::uuid
    UNION
    SELECT merged.other_id
    FROM one
    JOIN personal_data_merge merged ON merged.kept_id = one.id AND merged.state = 'MERGED'
    JOIN personal_data_datasubject other ON other.id = merged.other_id AND other.state <> 'ERASED'
) SELECT id FROM one"""


def one_with(subject_id: UUID) -> RawSQL:
    """A person, and everybody found to be the same whose data was not deleted apart; for a filter with `__in`."""
    return RawSQL(_ONE, [subject_id], output_field=UUIDField())  # noqa: S611  the text is ours, the value stays apart


def is_one_with(subject_id: UUID, *, kept: UUID) -> bool:
    """Whether somebody is a person, or was found to be that person."""
    return subject_id == kept or DataSubject.objects.filter(pk=subject_id, pk__in=one_with(kept)).exists()


def merged_into(subject_id: UUID) -> list[UUID]:
    """Everybody found to be the same as a person and not parted since, also once their data is deleted."""
    found: list[UUID] = []
    wave = [subject_id]
    while wave:
        rows = Merge.objects.filter(kept__in=wave, state=MergeState.MERGED).exclude(other__in=[subject_id, *found])
        wave = sorted(set(rows.order_by().values_list("other_id", flat=True)))
        found += wave
    return found


def kept_of(subject_id: UUID) -> UUID:
    """Under whom a person's data stands now: the person, or whoever the person was merged into."""
    known = {subject_id}
    while True:
        row = Merge.objects.filter(other=subject_id, state=MergeState.MERGED).first()
        if row is None or row.kept_id in known:
            return subject_id
        subject_id = row.kept_id
        known.add(subject_id)

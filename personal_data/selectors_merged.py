"""Who was found to be the same as a person: their cases and consents keep the reference they came under."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import UUIDField
from django.db.models.expressions import RawSQL

from core.actors import Actor
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

# The same, also once their data was deleted: whose matter it was does not change with that.
_EVER_ONE = """WITH RECURSIVE one (id) AS (
    SELECT own.id FROM (VALUES (%s::uuid)) AS own (id) WHERE own.id IS NOT NULL
    UNION
    SELECT merged.other_id
    FROM one
    JOIN personal_data_merge merged ON merged.kept_id = one.id AND merged.state = 'MERGED'
) SELECT id FROM one"""


def one_with(subject_id: UUID) -> RawSQL:
    """A person, and everybody found to be the same whose data was not deleted apart; for a filter with `__in`."""
    return RawSQL(_ONE, [subject_id], output_field=UUIDField())  # noqa: S611  the text is ours, the value stays apart


def is_one_with(subject_id: UUID, *, kept: UUID) -> bool:
    """Whether somebody is a person, or was found to be that person."""
    return subject_id == kept or DataSubject.objects.filter(pk=subject_id, pk__in=one_with(kept)).exists()


def own_references(by: Actor) -> list[UUID]:
    """The references under which there is anything about whoever acts: the own, and those found to be the same."""
    own: UUID | None = getattr(by, "subject_id", None)
    return [own, *merged_into(own)] if own is not None else []


def among_own_references(by: Actor) -> RawSQL:
    """The same for a filter with `__in`, within its query; nothing for somebody who is no data subject."""
    return RawSQL(_EVER_ONE, [getattr(by, "subject_id", None)], output_field=UUIDField())  # noqa: S611


def is_own(subject_ids: Iterable[UUID | None], *, by: Actor) -> bool:
    """Whether one of some references is whoever acts, or was found to be; nobody decides the own matter."""
    own, asked = getattr(by, "subject_id", None), {one for one in subject_ids if one is not None}
    return own is not None and bool(asked) and (own in asked or not asked.isdisjoint(merged_into(own)))


def every_reference(subject_id: UUID) -> list[UUID]:
    """All references of one person, whichever of them is asked with: that of the person kept first."""
    kept = subject_id
    while (row := Merge.objects.filter(other=kept, state=MergeState.MERGED).only("kept_id").first()) is not None:
        kept = row.kept_id
    return [kept, *merged_into(kept)]


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

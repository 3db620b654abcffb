"""Two people in the records who prove to be one.

The values, files and limits of the other move to the person kept, sealed anew under that person's key; where both hold
a different value of one entry, the other's is kept as an earlier value. Consents, cases and what is recorded of them
stay where they are: they are evidence of what was said under that reference, sealed under its key. The other remains,
empty of values, so that the two can be parted again and each gets back what was theirs.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models, transaction

from audit.services.recording import Fact, actor_reference, record, record_many
from core.actors import SYSTEM, Actor
from personal_data.enums import AuditEvent, MergeState, SubjectState
from personal_data.errors import GoesSoon, MergeNotOpen, OtherHasAccount, OwnMerge
from personal_data.merge_moves import Sides, move_all, move_back
from personal_data.models import DataSubject, Merge
from personal_data.permissions import check_can_import
from personal_data.selectors_limits import goes_soon
from personal_data.selectors_merged import is_own
from personal_data.services.erasing import begin_erasure
from personal_data.services.erasure_holding import check_may_be_joined
from personal_data.services.holds import follow_parting
from personal_data.services.subjects import hold_active

# Filled at start by upper packages.
_when_joined: list[Callable[..., None]] = []


def when_joined(call: Callable[..., None]) -> None:
    """Register what is noted anew once two people were joined or parted; called with `subject_ids` and `now`."""
    if call not in _when_joined:
        _when_joined.append(call)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who agree in some fields."""

    kept: UUID
    other: UUID
    fields: tuple[str, ...]


def propose_many(pairs: Sequence[Pair], *, by: Actor, now: datetime) -> None:
    """Put pairs before staff, in the caller's transaction; a pair already there is left as it is."""
    if not pairs:
        return
    record_many(
        [
            Fact(AuditEvent.MERGE_PROPOSED, f"subject:{pair.kept}", pair.kept, {"other": str(pair.other)})
            for pair in pairs
        ],
        by=by,
        now=now,
    )
    rows = [
        Merge(kept_id=pair.kept, other_id=pair.other, shared_fields=list(pair.fields), proposed_at=now)
        for pair in pairs
    ]
    Merge.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


@transaction.atomic
def propose(*, kept: UUID, other: UUID, by: Actor, now: datetime) -> Merge:
    """Put two people before staff who may be one. Raises ImportingRefused, SubjectGone, MergeNotOpen for one person."""
    check_can_import(by=by)
    if kept == other:
        raise MergeNotOpen
    _hold(kept, other)
    propose_many([Pair(kept, other, ())], by=by, now=now)
    return Merge.objects.get(kept=kept, other=other)


@transaction.atomic
def decline(*, merge_id: UUID, words: str, by: Actor, now: datetime) -> None:
    """These are two people. Raises ImportingRefused, MergeNotOpen, OwnMerge."""
    check_can_import(by=by)
    merge = _locked(merge_id, MergeState.PROPOSED)
    _check_not_own(merge, by)
    _decide(merge, MergeState.DECLINED, by, now)
    _record(AuditEvent.MERGE_DECLINED, merge, by, now, words)


@transaction.atomic
def decline_own(*, kept: UUID, other: UUID, by: Actor, now: datetime) -> None:
    """The person signed in as `other` says that `kept` is somebody else. Safe to repeat."""
    propose_many([Pair(kept, other, ())], by=by, now=now)
    merge = Merge.objects.select_for_update().get(kept=kept, other=other)
    if merge.state == MergeState.PROPOSED:
        _decide(merge, MergeState.DECLINED, by, now)
        _record(AuditEvent.MERGE_DECLINED, merge, by, now)


@transaction.atomic
def merge(*, merge_id: UUID, keep: UUID, words: str, by: Actor, now: datetime) -> Merge:
    """These are one person, whose data goes on under `keep`. `words` say on what evidence; they stand sealed.

    Raises ImportingRefused, MergeNotOpen, SubjectGone, GoesSoon, OtherHasAccount, OwnMerge.
    """
    check_can_import(by=by)
    row = _locked(merge_id, MergeState.PROPOSED, MergeState.PARTED, MergeState.DECLINED)
    _check_not_own(row, by)
    if keep == row.other_id:
        _swap(row, by, now)
    return _merge(row, words, by, now)


@transaction.atomic
def merge_own(*, kept: UUID, other: UUID, by: Actor, now: datetime) -> Merge:
    """The person signed in as `kept` takes over what is held on them as `other`, whose address they proved.

    Raises SubjectGone, GoesSoon, OtherHasAccount, MergeNotOpen.
    """
    propose_many([Pair(kept, other, ())], by=by, now=now)
    row = Merge.objects.select_for_update().get(kept=kept, other=other)
    if row.state == MergeState.MERGED:
        return row
    return _merge(row, "", by, now)


@transaction.atomic
def part(*, merge_id: UUID, words: str, by: Actor, now: datetime) -> int:
    """These are two people after all: each gets back what was theirs, and what a hold kept stays held on both. How many
    entries stay with the person kept, because they were changed or deleted since.

    Raises ImportingRefused, MergeNotOpen, SubjectGone, OwnMerge.
    """
    check_can_import(by=by)
    row = _locked(merge_id, MergeState.MERGED)
    _check_not_own(row, by)
    _hold(row.kept_id, row.other_id)
    _record(AuditEvent.SUBJECTS_PARTED, row, by, now, words, both=True)
    stayed, places = move_back(Sides.of(row), row.moved)
    follow_parting(kept=row.kept_id, other=row.other_id, by=by, now=now)
    row.state, row.parted_at, row.moved = MergeState.PARTED, now, places
    row.save()
    _note_anew(row, now)
    return stayed


def end_with_the_kept(*, subject_id: UUID, now: datetime) -> None:
    """With a person whose deletion begins goes everybody found to be the same."""
    others = Merge.objects.filter(kept=subject_id, state=MergeState.MERGED, other__state=SubjectState.ACTIVE)
    for other in others.values_list("other_id", flat=True):
        begin_erasure(subject_id=other, address="", by=SYSTEM, now=now)


def _merge(row: Merge, words: str, by: Actor, now: datetime) -> Merge:
    _hold(row.kept_id, row.other_id)
    if goes_soon(row.kept_id, row.other_id):
        raise GoesSoon
    if _has_account(row.other_id):
        raise OtherHasAccount
    check_may_be_joined(row.kept_id, row.other_id)
    row.moved = [*row.moved, *move_all(Sides.of(row), now=now)]
    row.parted_at = None
    _decide(row, MergeState.MERGED, by, now)
    _record(AuditEvent.SUBJECTS_MERGED, row, by, now, words, both=True)
    _note_anew(row, now)
    return row


def _note_anew(row: Merge, now: datetime) -> None:
    for call in _when_joined:
        call(subject_ids=(row.kept_id, row.other_id), now=now)


def _swap(row: Merge, by: Actor, now: datetime) -> None:
    """The one proposed as the other is the one to keep. Each side's entry covers the change of the row."""
    twin = Merge.objects.filter(kept=row.other_id, other=row.kept_id)
    if twin.exists():
        raise MergeNotOpen
    row.kept_id, row.other_id = row.other_id, row.kept_id
    row.save()
    record_many(
        [Fact(AuditEvent.MERGE_PROPOSED, f"subject:{one}", one) for one in (row.kept_id, row.other_id)], by=by, now=now
    )


def _decide(row: Merge, state: MergeState, by: Actor, now: datetime) -> None:
    row.state, row.decided_at, row.decided_by = state, now, actor_reference(by)
    row.save()


def _hold(*ids: UUID) -> None:
    for one in sorted(ids):
        hold_active(one)


def _locked(merge_id: UUID, *states: MergeState) -> Merge:
    row = Merge.objects.select_for_update().filter(pk=merge_id, state__in=states).first()
    if row is None:
        raise MergeNotOpen
    return row


def _check_not_own(row: Merge, by: Actor) -> None:
    """Raises OwnMerge when the member of staff is one of the two, or was found to be."""
    if is_own((row.kept_id, row.other_id), by=by):
        raise OwnMerge


def _has_account(subject_id: UUID) -> bool:
    """Whether somebody signs in as this person. Asked of the tables, since accounts stand above this package."""
    owned = [relation for relation in DataSubject._meta.related_objects if isinstance(relation, models.OneToOneRel)]
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: subject_id}).exists()
        for relation in owned
        if isinstance(relation.related_model, type)
    )


def _record(event: str, row: Merge, by: Actor, now: datetime, words: str = "", *, both: bool = False) -> None:
    sides: Iterable[tuple[UUID, UUID]] = [(row.kept_id, row.other_id)]
    if both:
        sides = [*sides, (row.other_id, row.kept_id)]
    for own, another in sides:
        record(
            event=event,
            target=f"subject:{own}",
            subject_id=own,
            by=by,
            now=now,
            details={"merge": str(row.pk), "other": str(another)},
            note=words if own == row.kept_id else "",
        )

"""What a decided deletion would do if its day were today: the search that would carry it out, counted. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from personal_data.enums import DisposalKind, SubjectState
from personal_data.models import DataSubject, Disposal, PurposeState
from personal_data.retention_pack import keeping_pack
from personal_data.retention_query import Moment
from personal_data.retention_rules import Trigger, decided_triggers
from personal_data.services.retention_looking import allowed, look
from policies import selectors as policies
from policies.pack_types import Pack


@dataclass(frozen=True)
class Effect:
    """How many people and entries go, and how many entries stay for now, by reason."""

    people: int = 0
    items: int = 0
    held_back: Mapping[str, int] = field(default_factory=dict)


def effect_left(row: Disposal, *, now: datetime) -> Effect:
    """What is still to go of a decision that is being carried out, and what stays and why, as the next run finds it."""
    version = policies.version_in_force(now)
    if version is None:
        return Effect()
    pack = keeping_pack(version)
    return _counted(pack, decided_triggers(pack, [row]), now)


def effect_of(row: Disposal, *, now: datetime) -> Effect:
    """The effect of a selection."""
    return _of_purpose(row) if row.kind == DisposalKind.PURPOSE else _of_fields(row, now)


def _of_purpose(row: Disposal) -> Effect:
    """For whom the purpose ends; it deletes nothing by itself."""
    people = DataSubject.objects.filter(state=SubjectState.ACTIVE)
    if row.subject_ref:
        people = people.filter(pk=row.subject_ref)
    ended = PurposeState.objects.filter(purpose=row.purpose, live=False).values("subject_id")
    return Effect(people.exclude(pk__in=ended).count())


def _of_fields(row: Disposal, now: datetime) -> Effect:
    version = policies.version_in_force(now)
    if version is None:
        return Effect()
    pack = keeping_pack(version)
    at_once = [replace(one, goes_on=date.min, warns=False) for one in decided_triggers(pack, [row])]
    return _counted(pack, at_once, now)


def _counted(pack: Pack, triggers: list[Trigger], now: datetime) -> Effect:
    due = look(pack, Moment(allowed(now)), triggers=triggers)
    back: dict[str, int] = {}
    for line in due.lines:
        for reason, count in line.held_back.items():
            back[reason] = back.get(reason, 0) + count
    return Effect(due.people, due.items, back)

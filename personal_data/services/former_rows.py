"""Where rows stood before two people were joined or parted: a backup of that time has them there, and nowhere else."""

import json
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from personal_data.merge_moves import now_at, stood_at
from personal_data.register.entries import Deleted, Entry

_MOVED = (
    "SELECT moved FROM public.personal_data_merge"
    " WHERE (kept_id = ANY(%(people)s) OR other_id = ANY(%(people)s)) AND moved <> '[]'::jsonb"
)
_Place = tuple[UUID, str, str]


def with_former_rows(entries: Sequence[Entry]) -> list[Entry]:
    """What is announced, and of deleted rows each name an older backup knows them by."""
    told = list(entries)
    wave = [(entry, str(ref)) for entry in entries if isinstance(entry, Deleted) for ref in entry.refs]
    seen: set[_Place] = {(entry.subject_id, entry.table, ref) for entry, ref in wave}
    asked: set[UUID] = set()
    places: dict[tuple[str, str], list[_Place]] = defaultdict(list)
    while wave:
        people = {entry.subject_id for entry, _ref in wave} - asked
        asked |= people
        for row, place in _former(people):
            places[row].append(place)
        former = []
        for entry, ref in wave:
            for place in places.get((entry.table, ref), ()):
                if place not in seen:
                    seen.add(place)
                    former.append((Deleted(place[0], place[1], (place[2],), entry.fields), place[2]))
        told += [entry for entry, _ref in former]
        wave = former
    return told


def _former(people: set[UUID]) -> list[tuple[tuple[str, str], _Place]]:
    """Of everything that moved between these people and others: the row as it is, and where it stood before."""
    if not people:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"people": list(people)})
        rows = [row if isinstance(row, list) else json.loads(row) for (row,) in cursor.fetchall()]
    return [(now_at(entry), place) for moved in rows for entry in moved for place in stood_at(entry)]

"""What moves when two people become one, and how it moves back. Each row moved is written down, by reference.

Entries of the list: `row` one that moved, `earlier` a value that became an earlier value of the person kept, `same` a
value both held alike, `file` a file sealed anew. Codes and dates beside them let a row be made again; no value stands
in the list. `was` says where the row stood before: an older backup has it there (`former_rows.py`). Of people parted
again that alone remains, under `parted`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db import models, transaction

from core.encryption import blind_index, seal, unseal
from personal_data import keys, storage
from personal_data.fields import read_file_name, read_value, seal_file_name, seal_value
from personal_data.models import (
    DataItem,
    FieldRefusal,
    ImportedPerson,
    Merge,
    PurposeState,
    RetentionEvent,
    StoredFile,
    UseLimit,
    ValueHistory,
)
from personal_data.retention_dates import OPEN_CASE

Moved = dict[str, Any]
PARTED = "parted"
_TABLES = {
    "earlier": ValueHistory._meta.label_lower,
    "same": DataItem._meta.label_lower,
    "file": StoredFile._meta.label_lower,
}
_DATES = ("held_since", "changed_at", "confirmed_at")
# Rows that hold nothing sealed, and what a person has only once of them.
_PLAIN: dict[type[models.Model], tuple[str, ...]] = {
    FieldRefusal: ("field",),
    ImportedPerson: ("batch_id", "line"),
    PurposeState: ("purpose",),
    RetentionEvent: ("id",),
    UseLimit: ("kind", "purpose", "basis"),
}


@dataclass(frozen=True)
class Sides:
    """Two people and the keys of what is held on each."""

    merge_id: UUID
    kept: UUID
    other: UUID
    kept_key: bytes
    other_key: bytes

    @classmethod
    def of(cls, row: Merge) -> "Sides":
        """Raises KeyDestroyed."""
        return cls(row.pk, row.kept_id, row.other_id, keys.data_key(row.kept_id), keys.data_key(row.other_id))


def move_all(sides: Sides, *, now: datetime) -> list[Moved]:
    """Move everything of the other to the person kept, in the caller's transaction. What was moved."""
    moved = [_move_value(sides, item, now) for item in DataItem.objects.filter(subject_id=sides.other)]
    moved += [_move_earlier(sides, row) for row in ValueHistory.objects.filter(subject_id=sides.other)]
    moved += [_move_file(sides, stored) for stored in StoredFile.objects.filter(subject_id=sides.other)]
    return [*moved, *_move_plain(sides)]


def move_back(sides: Sides, moved: list[Moved]) -> tuple[int, list[Moved]]:
    """Give the other back what was theirs, in the caller's transaction. How many entries stay with the person kept,
    because they were changed or deleted since, and where each row stood before.
    """
    stayed, places = 0, []
    for entry in moved:
        if entry["what"] == PARTED:
            places.append(entry)
            continue
        table, ref = now_at(entry)
        back = _BACK[entry["what"]](sides, entry)
        stayed += back is None
        # A value both held alike stays the value of the person kept.
        both = back is not None and entry["what"] != "same"
        was = [[str(sides.kept), table, ref], entry["was"]] if both else [entry["was"]]
        places.append({"what": PARTED, "table": entry["was"][1] if back else table, "ref": back or ref, "was": was})
    return stayed, places


def now_at(entry: Moved) -> tuple[str, str]:
    """Table and reference of the row an entry is about, as it is since."""
    return entry.get("table") or _TABLES[entry["what"]], entry["ref"]


def stood_at(entry: Moved) -> list[tuple[UUID, str, str]]:
    """The person, the table and the reference under which an older backup has it."""
    places = entry["was"] if entry["what"] == PARTED else [entry["was"]]
    return [(UUID(person), table, ref) for person, table, ref in places]


def _move_value(sides: Sides, item: DataItem, now: datetime) -> Moved:
    value = read_value(item, key=sides.other_key)
    held = DataItem.objects.filter(subject_id=sides.kept, field=item.field).first()
    entry = {"field": item.field, "source": item.source, **_dates(item), **_was(sides, item)}
    if held is None:
        item.subject_id, item.sealed_value = sides.kept, seal_value(item.pk, value, key=sides.kept_key)
        item.save()
        return {"what": "row", "table": item._meta.label_lower, "ref": str(item.pk), **entry}
    item.delete()
    if bytes(held.lookup) == bytes(item.lookup):
        return {"what": "same", "ref": str(held.pk), "seen": held.changed_at.isoformat(), **entry}
    row = ValueHistory(
        subject_id=sides.kept,
        field=item.field,
        held_since=item.held_since,
        replaced_at=now,
        basis=f"merge:{sides.merge_id}",
    )
    row.sealed_value = seal(sides.kept_key, value.encode(), context=_earlier(row.pk))
    row.save(force_insert=True)
    return {"what": "earlier", "ref": str(row.pk), **entry}


def _move_earlier(sides: Sides, row: ValueHistory) -> Moved:
    _seal_anew(row, sides.other_key, sides.kept_key, sides.kept)
    return {"what": "row", "table": row._meta.label_lower, "ref": str(row.pk), **_was(sides, row)}


def _move_file(sides: Sides, stored: StoredFile) -> Moved:
    was = _was(sides, stored)
    new = _file_anew(stored, sides.other_key, sides.kept_key, sides.kept)
    return {"what": "file", "ref": str(new.pk), **was}


def _move_plain(sides: Sides) -> Iterator[Moved]:
    for model, once in _PLAIN.items():
        for row in model._default_manager.filter(subject_id=sides.other):
            if isinstance(row, PurposeState) and row.purpose == OPEN_CASE:
                continue  # noted anew for both (`merging.when_joined`)
            same = {name: getattr(row, name) for name in once}
            if model._default_manager.filter(subject_id=sides.kept, **same).exists():
                continue
            model._default_manager.filter(pk=row.pk).update(subject_id=sides.kept)
            yield {"what": "row", "table": model._meta.label_lower, "ref": str(row.pk), **_was(sides, row)}


def _was(sides: Sides, row: models.Model) -> Moved:
    return {"was": [str(sides.other), row._meta.label_lower, str(row.pk)]}


def _row_back(sides: Sides, entry: Moved) -> str | None:
    model = apps.get_model(entry["table"])
    row = model._default_manager.filter(pk=entry["ref"], subject_id=sides.kept).first()
    if row is None:
        return None
    if isinstance(row, ValueHistory):
        _seal_anew(row, sides.kept_key, sides.other_key, sides.other)
        return str(row.pk)
    if isinstance(row, DataItem):
        if row.changed_at.isoformat() != entry["changed_at"] or _holds(sides.other, row.field):
            return None
        value = read_value(row, key=sides.kept_key)
        row.subject_id, row.sealed_value = sides.other, seal_value(row.pk, value, key=sides.other_key)
        row.save()
        return str(row.pk)
    model._default_manager.filter(pk=row.pk).update(subject_id=sides.other)
    return str(row.pk)


def _earlier_back(sides: Sides, entry: Moved) -> str | None:
    row = ValueHistory.objects.filter(pk=entry["ref"], subject_id=sides.kept).first()
    if row is None or _holds(sides.other, row.field):
        return None
    value = unseal(sides.kept_key, row.sealed_value, context=_earlier(row.pk)).decode()
    row.delete()
    return _item_again(sides, entry, value)


def _same_back(sides: Sides, entry: Moved) -> str | None:
    item = DataItem.objects.filter(pk=entry["ref"], subject_id=sides.kept).first()
    if item is None or item.changed_at.isoformat() != entry["seen"] or _holds(sides.other, item.field):
        return None
    return _item_again(sides, entry, read_value(item, key=sides.kept_key))


def _file_back(sides: Sides, entry: Moved) -> str | None:
    stored = StoredFile.objects.filter(pk=entry["ref"], subject_id=sides.kept).first()
    if stored is None:
        return None
    return str(_file_anew(stored, sides.kept_key, sides.other_key, sides.other).pk)


_BACK: dict[str, Callable[[Sides, Moved], str | None]] = {
    "row": _row_back,
    "earlier": _earlier_back,
    "same": _same_back,
    "file": _file_back,
}


def _item_again(sides: Sides, entry: Moved, value: str) -> str:
    item = DataItem(id=uuid4(), subject_id=sides.other, field=entry["field"], source=entry["source"])
    for name in _DATES:
        setattr(item, name, datetime.fromisoformat(entry[name]) if entry[name] else None)
    item.sealed_value = seal_value(item.pk, value, key=sides.other_key)
    item.lookup = blind_index(value, name=f"field:{item.field}")
    item.save(force_insert=True)
    return str(item.pk)


def _file_anew(stored: StoredFile, old_key: bytes, new_key: bytes, owner: UUID) -> StoredFile:
    """The same file under another key and a new name on disk; the old bytes go once this is committed."""
    name = read_file_name(stored, key=old_key)
    new = StoredFile(
        subject_id=owner,
        field=stored.field,
        mime=stored.mime,
        size=stored.size,
        source=stored.source,
        held_since=stored.held_since,
    )
    new.sealed_name = seal_file_name(new.pk, name, key=new_key)
    storage.write_blob(new.pk, storage.blob_pieces(stored.pk, key=old_key), key=new_key)
    new.save(force_insert=True)
    transaction.on_commit(partial(storage.remove_blob, stored.pk))
    stored.delete()
    return new


def _seal_anew(row: ValueHistory, old_key: bytes, new_key: bytes, owner: UUID) -> None:
    clear = unseal(old_key, row.sealed_value, context=_earlier(row.pk))
    row.subject_id, row.sealed_value = owner, seal(new_key, clear, context=_earlier(row.pk))
    row.save()


def _holds(subject_id: UUID, field: str) -> bool:
    return DataItem.objects.filter(subject_id=subject_id, field=field).exists()


def _earlier(pk: UUID) -> str:
    return f"personal_data.ValueHistory:value:{pk}"


def _dates(item: DataItem) -> dict[str, str]:
    return {name: moment.isoformat() if (moment := getattr(item, name)) else "" for name in _DATES}

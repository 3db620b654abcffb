"""Deleting again single rows that the erasure register names."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from audit.services.recording import Fact, record_many
from core.actors import SYSTEM
from personal_data import planning, storage
from personal_data.enums import AuditEvent
from personal_data.models import DataItem, DataSubject, Device, StoredFile
from personal_data.register.naming import names_of_rows

PEOPLE_AT_ONCE = 500
Wanted = MutableMapping[str, MutableMapping[UUID, set[bytes]]]
_Row = tuple[Any, UUID, str]

_FACTS: Mapping[type[models.Model], tuple[str, Callable[[Any, str], dict[str, object]]]] = {
    DataItem: (AuditEvent.ITEM_ERASED, lambda pk, field: {"field": field}),
    StoredFile: (AuditEvent.FILE_ERASED, lambda pk, field: {"field": field, "file": str(pk)}),
    Device: (AuditEvent.DEVICE_ERASED, lambda pk, field: {"device": str(pk)}),
}


def delete_rows(wanted: Wanted, *, now: datetime) -> int:
    """Delete rows by the names of tables, people and rows; how many were still there. Safe to repeat."""
    return sum(
        _delete(table, {person: names[person] for person in people}, now)
        for table, names in wanted.items()
        for people in _chunks(sorted(names))
    )


def _delete(table: str, names: Mapping[UUID, set[bytes]], now: datetime) -> int:
    with transaction.atomic():
        # The people's rows first, as every writer does.
        list(DataSubject.objects.select_for_update(no_key=True).filter(pk__in=names).order_by("pk"))
        rows = planning.rows_of_many(table, names)
        found = list(_named(table, rows, names))
        if not found:
            return 0
        for pk, _person, _field in found if planning.has_blobs(table) else ():
            storage.remove_blob(pk)
        record_many((_fact(rows.model, table, row) for row in found), by=SYSTEM, now=now)
        rows.filter(pk__in=[pk for pk, _person, _field in found]).delete()
    return len(found)


def _named(table: str, rows: "models.QuerySet[models.Model]", names: Mapping[UUID, set[bytes]]) -> Iterator[_Row]:
    has_field = any(field.name == "field" for field in rows.model._meta.fields)
    columns = ("pk", planning.person_of(table), *(["field"] if has_field else []))
    here = list(rows.values_list(*columns))
    for row, name in zip(here, names_of_rows(table, [row[0] for row in here]), strict=True):
        if name in names[row[1]]:
            yield row[0], row[1], row[2] if has_field else ""


def _fact(model: type[models.Model], table: str, row: _Row) -> Fact:
    pk, person, field = row
    event, details = _FACTS.get(model, (AuditEvent.ERASURE_STEP, lambda pk, field: {"table": table}))
    return Fact(event, f"subject:{person}", person, {**details(pk, field), "replayed": True})


def _chunks(people: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for begin in range(0, len(people), PEOPLE_AT_ONCE):
        yield people[begin : begin + PEOPLE_AT_ONCE]

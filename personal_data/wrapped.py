"""Everything that is sealed under the keys of the installation (`PORTAL_KEYS`) itself, so that it can be brought under
a new one.

What is sealed under a person's own key needs nothing: that key is brought over. Packages above this one register theirs
at start.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import connections, router, transaction
from django.db.models import BinaryField, Model
from django.db.models.functions import Substr
from psycopg import sql

from audit.services.recording import record
from core.actors import SYSTEM
from core.encryption import CannotOpen, newest_key_name, rewrap, wrapped_head
from personal_data.enums import AuditEvent

BATCH = 500


class Holder(Protocol):
    """One place where wrapped values stand."""

    @property
    def name(self) -> str:
        """What a report calls it."""
        ...

    def by_key(self) -> Counter[str]:
        """How many values stand under each key of the ring, by the key's name."""
        ...

    def rewrap_all(self, *, now: datetime) -> Iterator[int]:
        """Bring what stands under another key under the newest; the number of each batch, once it is committed."""
        ...


@dataclass(frozen=True)
class WrappedColumn:
    """A column of wrapped bytes. `target` names what the record calls a row, where the table is guarded."""

    model: type[Model]
    column: str
    context: Callable[[Any], str]
    target: Callable[[Any], str] | None = None

    @property
    def name(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def by_key(self) -> Counter[str]:
        """How many values stand under each key."""
        statement = sql.SQL(
            "SELECT pg_catalog.convert_from(substr({column}, 3, pg_catalog.get_byte({column}, 1)), 'UTF8'), count(*)"
            " FROM {table} WHERE {column} IS NOT NULL GROUP BY 1"
        ).format(column=sql.Identifier(self.column), table=sql.Identifier("public", self.model._meta.db_table))
        with connections[router.db_for_read(self.model)].cursor() as cursor:
            cursor.execute(statement.as_string())
            return Counter(dict(cursor.fetchall()))

    def rewrap_all(self, *, now: datetime) -> Iterator[int]:
        """Batch by batch, by primary key; rows that somebody works on are left to the next time."""
        last = None
        while True:
            last, done = self._batch(last, now=now)
            if last is None:
                return
            yield done

    def _batch(self, last: Any, *, now: datetime) -> tuple[Any, int]:
        head = wrapped_head(newest_key_name())
        begins = Substr(self.column, 1, len(head), output_field=BinaryField())
        rows = self.model._default_manager.exclude(**{self.column: None}).annotate(begins=begins).exclude(begins=head)
        if last is not None:
            rows = rows.filter(pk__gt=last)
        done = 0
        with transaction.atomic():
            batch = list(rows.order_by("pk").select_for_update(skip_locked=True)[:BATCH])
            for row in batch:
                done += self._rewrap(row, now=now)
        return (batch[-1].pk if batch else None), done

    def _rewrap(self, row: Model, *, now: datetime) -> int:
        try:
            fresh = rewrap(getattr(row, self.column), context=self.context(row))
        except CannotOpen:
            return 0  # counted at the end under the key nobody has
        self.model._default_manager.filter(pk=row.pk).update(**{self.column: fresh})
        if self.target is not None:
            details = {"table": self.model._meta.db_table, "key": newest_key_name()}
            record(event=AuditEvent.KEYS_ROTATED, target=self.target(row), by=SYSTEM, now=now, details=details)
        return 1


_holders: dict[str, Holder] = {}


def also_wrapped(*holders: Holder) -> None:
    """Register places; called once at start."""
    _holders.update({one.name: one for one in holders})


def holders() -> list[Holder]:
    """Every place, in the order of its name."""
    return [_holders[name] for name in sorted(_holders)]

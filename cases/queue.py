"""The queue of a desk: which cases stand in which list, in which order, and how many, never counting beyond a bound.

Every list is read in the order of an index of its own (cases.models.case), so that its length does not matter.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Q, QuerySet

from cases.enums import FINAL_STATES, OPEN_STATES, SETTLED_STATES, CaseStatus
from cases.kinds import facts_of
from cases.models import KNOWN, Case
from cases.permissions import reads_every_case
from cases.sealing import CONTACT_INDEX
from core.actors import Actor
from core.clock import local_date, midnight
from core.encryption import blind_index
from personal_data.errors import InvalidValue
from personal_data.models import DataItem
from personal_data.values import clean_value
from policies import selectors as policies
from policies.pack_types import FieldSpec

MOST_COUNTED = 1000
MOST_FOUND = 200
BY_DUE = ("target_at", "id")
BY_END = ("-settled_at", "-id")
BY_RECEIPT = ("-received_at", "-id")
OF_WHAT_IS_OVER = ("settled", "closed")
WINDOWS = ("overdue", "today", "3", "7", "later")


def listed(model: type[Case], *, by: Actor) -> "QuerySet[Any]":
    """The cases a member of staff may see in a list: never the own, nor one about the own conduct.

    Those are few and are left out by their keys, so that lists can be counted from their indexes alone.
    """
    barred = list(model._default_manager.filter(model.matters_of(by)).order_by().values_list("pk", flat=True))
    return model._default_manager.exclude(pk__in=barred) if barred else model._default_manager.all()


def told(rows: "QuerySet[Any]", *, by: Actor) -> "QuerySet[Any]":
    """The rows of which lists may tell `by` more than reference, category and dates: for an agent the own cases."""
    return rows if reads_every_case(by=by) else rows.filter(assignee_id=by.pk)


def in_list(rows: "QuerySet[Any]", name: str, *, by: Actor, now: datetime) -> "QuerySet[Any]":
    """The rows of one list. A case whose sender is not known well enough (`cases.kinds`) stands in a list of its own,
    and in those of what is late and of what one has.
    """
    still_open = rows.filter(status__in=OPEN_STATES)
    match name:
        case "mine":
            return still_open.filter(assignee_id=by.pk)
        case "untaken":
            return still_open.filter(KNOWN, assignee__isnull=True)
        case "late":
            return still_open.filter(target_at__lte=now)
        case "unverified":
            return still_open.filter(facts_of(rows.model.kind).unproved)
        case "settled":
            return told(rows, by=by).filter(status__in=SETTLED_STATES, settled_at__isnull=False)
        case "closed":
            return told(rows, by=by).filter(status__in=FINAL_STATES, settled_at__isnull=False)
        case "all":
            return rows
    return still_open.filter(facts_of(rows.model.kind).known)


def order_of(name: str, *, only_open: bool) -> tuple[str, ...]:
    """How a list is sorted: what is open by its due moment, what is over newest first."""
    if name in OF_WHAT_IS_OVER:
        return BY_END
    return BY_RECEIPT if name == "all" and not only_open else BY_DUE


def in_window(rows: "QuerySet[Any]", window: str, *, now: datetime) -> "QuerySet[Any]":
    """Open cases by when their target comes: passed, today, within three or seven days, or later."""
    rows = rows.filter(status__in=OPEN_STATES)
    if window == "overdue":
        return rows.filter(target_at__lte=now)
    days = {"today": 0, "3": 3, "7": 7, "later": 7}[window]
    end = midnight(local_date(now) + timedelta(days=days + 1))
    if window == "later":
        return rows.filter(target_at__gt=end)
    return rows.filter(target_at__gt=now, target_at__lte=end)


def tab_counts(rows: "QuerySet[Any]", *, by: Actor, now: datetime) -> dict[str, int]:
    """How many of the cases one may see stand in each list that waits for somebody. One query."""
    return capped_counts(
        {
            name: in_list(rows, name, by=by, now=now).order_by(*BY_DUE)
            for name in ("known", "mine", "untaken", "late", "unverified")
        }
    )


def waiting_work(model: type[Case], *, by: Actor, now: datetime) -> dict[str, int]:
    """How much waits for whom on one desk. Two queries."""
    rows = listed(model, by=by)
    lists = {name: in_list(rows, name, by=by, now=now) for name in ("mine", "untaken", "late", "unverified")}
    lists["today"] = in_window(rows, "today", now=now)
    lists["waiting"] = told(rows, by=by).filter(status=CaseStatus.WAITING)
    return capped_counts({name: found.order_by(*BY_DUE) for name, found in lists.items()})


def capped_counts(lists: "Mapping[str, QuerySet[Any]]") -> dict[str, int]:
    """How long each list is, at most one more than MOST_COUNTED. One query, whatever their length."""
    parts: list[str] = []
    params: list[Any] = []
    for rows in lists.values():
        text, values = rows.values("pk")[: MOST_COUNTED + 1].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({text}) AS counted)")  # noqa: S608  Django's own text; values stay apart
        params += values
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), params)
        found = cursor.fetchone()
    return dict(zip(lists, found, strict=True))


class CappedPaginator(Paginator):
    """Pages of a list whose end is not looked for: `more` says that there is more than the pages hold."""

    most = MOST_COUNTED

    @cached_property
    def _found(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.values("pk")[: self.most + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._found, self.most)

    @property
    def more(self) -> bool:
        return self._found > self.most


def of_contact(model: type[Case], typed: str, *, by: Actor, now: datetime) -> list[int]:
    """Cases sent from an address or phone number, or by a person on whom it is held; found by keyed hashes alone.

    Whose a case is, is told of those `by` has or may read.
    """
    indexes, subjects = holders_of(typed, now=now)
    found = told(listed(model, by=by), by=by).filter(Q(contact_index__in=indexes) | Q(subject_id__in=subjects))
    return list(found.order_by("-pk").values_list("pk", flat=True)[:MOST_FOUND])


def holders_of(typed: str, *, now: datetime) -> tuple[list[bytes], set[Any]]:
    """The look-up hashes of an address or phone number in cases, and the people on whom it is held as a value."""
    subjects: set[Any] = set()
    spellings = {typed}
    version = policies.version_in_force(now)
    for spec in policies.fields(version) if version else ():
        if spec.kind in ("email", "phone") and (value := _cleaned(spec, typed)):
            spellings.add(value)
            held = DataItem.objects.filter(field=spec.code, lookup=blind_index(value, name=f"field:{spec.code}"))
            subjects.update(held.values_list("subject_id", flat=True)[:MOST_FOUND])
    return [blind_index(spelling, name=CONTACT_INDEX) for spelling in spellings], subjects


def _cleaned(spec: FieldSpec, typed: str) -> str:
    try:
        return clean_value(spec, typed)
    except InvalidValue:
        return ""

"""What the rules would let go at a moment: found by one search, counted, and shown with masked samples. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.encryption import CannotOpen
from personal_data import keys
from personal_data.content import EXTENSIONS
from personal_data.enums import DisposalState
from personal_data.fields import read_value
from personal_data.models import DataItem, Disposal, StoredFile
from personal_data.retention_pack import keeping_pack, with_former
from personal_data.retention_query import Moment, Search, counted, searches
from personal_data.retention_rules import (
    WHOLE_PERSON,
    Trigger,
    changed_rules,
    decided_triggers,
    rules_told,
    triggers_of,
)
from personal_data.retention_tables import FILES, ITEMS
from personal_data.retention_whole import PEOPLE, emptied_people, whole_people
from personal_data.values import mask_value
from policies import selectors as policies
from policies.pack_types import Pack

SAMPLES = 3
LONGEST_SEARCH = "10min"


@dataclass(frozen=True)
class DueLine:
    """What one rule lets go of in one table, and what stays for now, by its first reason. `samples` are masked."""

    rule: str
    target: str
    people: int
    items: int
    held_back: Mapping[str, int] = field(default_factory=dict)
    samples: Sequence[str] = ()


@dataclass(frozen=True)
class Due:
    """All lines, and what goes in all: whom or what two rules let go counts once."""

    lines: Sequence[DueLine] = ()
    people: int = 0
    items: int = 0


def preview(*, now: datetime, horizon_days: int = 0, samples: bool = True) -> list[DueLine]:
    """What would go today, or within so many days, by rule and table. Changes nothing. Empty without a policy."""
    version = policies.version_in_force(now)
    if version is None:
        return []
    moment = Moment(allowed(now)).in_days(horizon_days)
    return list(look(keeping_pack(version), moment, samples=samples).lines)


def preview_everything(*, now: datetime, horizon_days: int = 0, samples: bool = True) -> list[DueLine]:
    """What `preview` finds, then the people who go whole. Changes nothing."""
    entries = preview(now=now, horizon_days=horizon_days, samples=samples)
    return [*entries, *preview_of_whole_people(now=now, horizon_days=horizon_days)]


def preview_of_whole_people(*, now: datetime, horizon_days: int = 0) -> list[DueLine]:
    """The people who would go whole, because nothing is held of them or nothing is left by then; a line when there are
    any. Changes nothing.
    """
    version = policies.version_in_force(now)
    if version is None:
        return []
    pack, moment = keeping_pack(version), Moment(allowed(now)).in_days(horizon_days)
    people = count_whole_people(pack, moment) + _count_emptied(pack, moment)
    return [DueLine(WHOLE_PERSON, PEOPLE, people, 0)] if people else []


def count_whole_people(pack: Pack, moment: Moment) -> int:
    """How many people go whole at a moment, of whom nothing is held now."""
    statement, params = whole_people(pack, moment)
    with transaction.atomic(), connection.cursor() as cursor:
        _take_time(cursor)
        cursor.execute(f"SELECT count(*) FROM ({statement}) whole", params)  # noqa: S608  constants and parameters
        (count,) = cursor.fetchone()
    return int(count)


def _count_emptied(pack: Pack, moment: Moment) -> int:
    """How many people go whole because the last of what is held of them goes."""
    found = searches(all_triggers(pack), pack, moment)
    if not found:
        return 0
    statement, params = emptied_people(pack, moment, found)
    with transaction.atomic(), connection.cursor() as cursor:
        without_compiling(cursor)
        cursor.execute(f"SELECT count(*) FROM ({statement}) emptied", params)  # noqa: S608  constants and parameters
        (count,) = cursor.fetchone()
    return int(count)


def look(pack: Pack, moment: Moment, *, triggers: Sequence[Trigger] | None = None, samples: bool = False) -> Due:
    """Search once for everything that goes by a pack at a moment, and count it."""
    found = searches(all_triggers(pack) if triggers is None else triggers, pack, moment)
    if not found:
        return Due()
    with transaction.atomic(), connection.cursor() as cursor:
        without_compiling(cursor)
        cursor.execute(*counted(found))
        rows = cursor.fetchall()
    people, items = next((row[3], row[2]) for row in rows if row[0] is None)
    lines = []
    for part, key in enumerate(dict.fromkeys(search.key for search in found)):
        line = _line(key, [row for row in rows if row[0] == part])
        if line.items and samples:
            line = replace(line, samples=_samples([search for search in found if search.key == key], pack))
        if line.items or line.held_back:
            lines.append(line)
    return Due(lines, people, items)


def effect_of_rules(before: Pack, after: Pack, *, now: datetime) -> list[str]:
    """What other rules would let go at once, beside those in force, in words for whoever publishes them."""
    changed = changed_rules(rules_told(before), rules_told(after))
    if not changed:
        return []
    moment = Moment(allowed(now))
    earlier = [policies.document(version) for version in policies.versions()]
    one, other = (look(with_former(pack, earlier), moment) for pack in (before, after))
    counts = {
        "items": other.items,
        "people": other.people,
        "items_before": one.items,
        "people_before": one.people,
    }
    return [
        _("The retention rules changed (%(codes)s): two people have to let the next run go on.")
        % {"codes": ", ".join(changed)},
        _(
            "Under these rules %(items)d entries of %(people)d people go at once; under those in force "
            "%(items_before)d entries of %(people_before)d people."
        )
        % counts,
    ]


def all_triggers(pack: Pack) -> list[Trigger]:
    """What people decided, then the rules of the pack."""
    return [*decided_triggers(pack, approved_disposals().order_by("pk")), *triggers_of(pack)]


def approved_disposals() -> "QuerySet[Disposal]":
    """Decided deletions still to be carried out."""
    return Disposal.objects.filter(state=DisposalState.APPROVED).exclude(fields=[])


def allowed(moment: datetime) -> datetime:
    """The moment up to which something may go: the earlier of the portal's clock and the database's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (own,) = cursor.fetchone()
    return min(moment, own)


def without_compiling(cursor: Any) -> None:
    """Let a search last longer than what answers a page, in this transaction; compiling it would last longer still.

    Nothing is known of how clear columns are spread (they take no statistics), so the database would read whole tables
    for a few rows: it is told to look each person up.
    """
    _take_time(cursor)
    cursor.execute(
        "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),"
        " set_config('random_page_cost', '0.1', true)"
    )


def _take_time(cursor: Any) -> None:
    cursor.execute(
        "SELECT set_config('jit', 'off', true), set_config('statement_timeout', %(most)s, true),"
        " set_config('transaction_timeout', %(most)s, true)",
        {"most": LONGEST_SEARCH},
    )


def _line(key: tuple[str, str], rows: Sequence[tuple[Any, ...]]) -> DueLine:
    going = next((row for row in rows if row[1] is None), (None, None, 0, 0))
    return DueLine(*key, going[3], going[2], {row[1]: row[2] for row in rows if row[1] is not None})


def _samples(found: Sequence[Search], pack: Pack) -> Sequence[str]:
    """A few of what goes, masked: values as staff see them, of files their type and size."""
    told: list[str] = []
    for search in found:
        with connection.cursor() as cursor:
            statement = search.samples
            cursor.execute(statement, {**search.params, "most": SAMPLES - len(told)})
            told += [words for pk, code in cursor.fetchall() if (words := _masked(search, pk, code, pack))]
        if len(told) >= SAMPLES:
            break
    return tuple(told[:SAMPLES])


def _masked(search: Search, pk: UUID, code: str, pack: Pack) -> str:
    if search.target is ITEMS:
        item, spec = DataItem.objects.filter(pk=pk).first(), pack.field(code)
        try:
            key = keys.data_keys([item.subject_id]).get(item.subject_id) if item else None
            return mask_value(spec, read_value(item, key=key)) if item and spec and key else ""
        except CannotOpen:
            return ""
    if search.target is FILES:
        stored = StoredFile.objects.filter(pk=pk).first()
        kind = EXTENSIONS.get(stored.mime, "").removeprefix(".").upper() if stored else ""
        return f"{kind} {max(1, stored.size // 1024)} kB" if stored else ""
    return str(pk)[:8]

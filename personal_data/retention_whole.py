"""The search for people of whom nothing is left and who go whole, with their account."""

# ruff: noqa: S608  the statement is made of constants, names of tables and parameters, never of values

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.contrib.auth import get_user_model

from personal_data.enums import MergeState
from personal_data.models import DataSubject
from personal_data.retention_query import ACTIVE, Moment, Params, Search
from personal_data.retention_rules import interval_of, longest_inactivity, over_since
from personal_data.retention_tables import ITEMS, TARGETS
from personal_data.telling_sql import LAST_ACTIVE, reachable_sql, told_sql
from policies.enums import FieldKind
from policies.pack_types import Pack, RetentionSpec

PEOPLE = DataSubject._meta.label_lower
_HELD, _EARLIER = tuple(target.table for target in TARGETS), "personal_data_valuehistory"


def whole_people(
    pack: Pack, moment: Moment, *, most: int | None = None, after: UUID | None = None, only: UUID | None = None
) -> tuple[str, Params]:
    """People of whom nothing is left and who can go whole: those without account and case, and those long inactive.

    In the order of their references, those beyond `after`; with `only` the question is whether this person is one of
    them. Of a day to come nobody need have been told yet.
    """
    params: Params = {"most": most, "after": after, "only": only}
    left = " AND ".join(
        f"NOT EXISTS (SELECT FROM public.{one} x WHERE x.subject_id = s.id)" for one in (*_HELD, _EARLIER)
    )
    return (
        "SELECT s.id FROM public.personal_data_datasubject s"
        f" WHERE {_may_go(pack, moment, params)} AND {left}"
        f"{' AND %(as_of)s <= now()' if moment.checked else ''}{' AND s.id > %(after)s' if after else ''}"
        f"{' AND s.id = %(only)s' if only else ''} ORDER BY s.id LIMIT %(most)s",
        params,
    )


def emptied_people(pack: Pack, moment: Moment, found: Sequence[Search]) -> tuple[str, Params]:
    """People of whom something is left, all of which some searches let go, and who can go whole after it.

    A value takes its earlier ones along, so an earlier value counts as gone where its field's value is.
    """
    parts = " UNION ".join(
        f"SELECT '{one.target.label}' AS target, f.id::text AS id, f.subject_id, f.field FROM ({one.found}) f"
        " WHERE f.stays IS NULL"
        for one in found
    )
    params: Params = {name: value for one in found for name, value in one.params.items()}
    held = " + ".join(f"(SELECT count(*) FROM public.{one} x WHERE x.subject_id = g.subject_id)" for one in _HELD)
    return (
        f"WITH going AS MATERIALIZED ({parts}), emptied AS MATERIALIZED ("
        f" SELECT g.subject_id FROM going g GROUP BY g.subject_id HAVING count(DISTINCT (g.target, g.id)) = {held})"
        " SELECT s.id FROM emptied JOIN public.personal_data_datasubject s ON s.id = emptied.subject_id"
        f" WHERE {_may_go(pack, moment, params)}"
        f" AND NOT EXISTS (SELECT FROM public.{_EARLIER} x WHERE x.subject_id = s.id AND NOT EXISTS ("
        f"  SELECT FROM going g WHERE g.subject_id = s.id AND g.target = '{ITEMS.label}' AND g.field = x.field))",
        params,
    )


def _may_go(pack: Pack, moment: Moment, params: Params) -> str:
    """Whether a person, `s`, has no reason to be known but what is held."""
    accounts = get_user_model()._meta.db_table
    rule = longest_inactivity(pack)
    params |= {"as_of": moment.as_of, "known_before": moment.as_of - timedelta(days=1)}
    nobody = (
        f"NOT EXISTS (SELECT FROM public.{accounts} a WHERE a.subject_id = s.id)"
        " AND NOT EXISTS (SELECT FROM public.personal_data_retentionevent e"
        "  WHERE e.subject_id = s.id AND e.reference <> '')"
        " AND s.created_at < %(known_before)s"
    )
    ways = [f"({nobody})", *([_long_inactive(pack, rule, moment, params)] if rule else [])]
    return (
        f"s.state = '{ACTIVE}' AND ({' OR '.join(ways)})"
        " AND NOT EXISTS (SELECT FROM public.personal_data_legalhold h"
        "  WHERE h.subject_ref = s.id AND h.released_at IS NULL)"
        f" AND NOT EXISTS (SELECT FROM public.personal_data_purposestate o WHERE o.subject_id = s.id AND o.live)"
        f" AND NOT EXISTS (SELECT FROM public.{accounts} a WHERE a.subject_id = s.id AND a.is_staff)"
        # Under whoever was found to be another stand cases and consents; they go with the one kept.
        " AND NOT EXISTS (SELECT FROM public.personal_data_merge m"
        f"  WHERE m.other_id = s.id AND m.state = '{MergeState.MERGED}')"
    )


def _long_inactive(pack: Pack, rule: RetentionSpec, moment: Moment, params: Params) -> str:
    """Inactive for longer than any rule asks, and told in time where the person can be reached."""
    params["start"], params["period"] = over_since(rule, moment.today), interval_of(rule)
    if not moment.checked:
        return f"{LAST_ACTIVE} < %(start)s"
    params["email_fields"] = [spec.code for spec in pack.fields if spec.kind == FieldKind.EMAIL]
    day = f"(({LAST_ACTIVE} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + %(period)s::interval)"
    told = told_sql("s.id", day, "%(as_of)s::timestamptz")
    return f"({LAST_ACTIVE} < %(start)s AND NOT ({reachable_sql('s.id')} AND NOT {told}))"

"""The search for people of whom nothing is left and who go whole, with their account."""

# ruff: noqa: S608  the statement is made of constants, names of tables and parameters, never of values

from datetime import timedelta
from uuid import UUID

from django.contrib.auth import get_user_model

from personal_data.enums import MergeState
from personal_data.models import DataSubject
from personal_data.retention_query import ACTIVE, Moment, Params
from personal_data.retention_rules import interval_of, longest_inactivity, over_since
from personal_data.retention_tables import TARGETS
from personal_data.telling_sql import LAST_ACTIVE, reachable_sql, told_sql
from policies.enums import FieldKind
from policies.pack_types import Pack, RetentionSpec

PEOPLE = DataSubject._meta.label_lower


def whole_people(
    pack: Pack, moment: Moment, *, most: int | None = None, after: UUID | None = None, only: UUID | None = None
) -> tuple[str, Params]:
    """People of whom nothing is left and who can go whole: those without account and case, and those long inactive.

    In the order of their references, those beyond `after`; with `only` the question is whether this person is one of
    them. Of a day to come nobody need have been told yet.
    """
    accounts = get_user_model()._meta.db_table
    rule = longest_inactivity(pack)
    params: Params = {
        "most": most,
        "after": after,
        "only": only,
        "as_of": moment.as_of,
        "known_before": moment.as_of - timedelta(days=1),
    }
    nobody = (
        f"NOT EXISTS (SELECT FROM public.{accounts} a WHERE a.subject_id = s.id)"
        " AND NOT EXISTS (SELECT FROM public.personal_data_retentionevent e"
        "  WHERE e.subject_id = s.id AND e.reference <> '')"
        " AND s.created_at < %(known_before)s"
    )
    ways = [f"({nobody})", *([_long_inactive(pack, rule, moment, params)] if rule else [])]
    left = " AND ".join(
        f"NOT EXISTS (SELECT FROM public.{one} x WHERE x.subject_id = s.id)"
        for one in (*(target.table for target in TARGETS), "personal_data_valuehistory")
    )
    return (
        "SELECT s.id FROM public.personal_data_datasubject s"
        f" WHERE s.state = '{ACTIVE}' AND ({' OR '.join(ways)}) AND {left}"
        f"{' AND %(as_of)s <= now()' if moment.checked else ''}{' AND s.id > %(after)s' if after else ''}"
        " AND NOT EXISTS (SELECT FROM public.personal_data_legalhold h"
        "  WHERE h.subject_ref = s.id AND h.released_at IS NULL)"
        f" AND NOT EXISTS (SELECT FROM public.personal_data_purposestate o WHERE o.subject_id = s.id AND o.live)"
        f" AND NOT EXISTS (SELECT FROM public.{accounts} a WHERE a.subject_id = s.id AND a.is_staff)"
        # Under whoever was found to be another stand cases and consents; they go with the one kept.
        " AND NOT EXISTS (SELECT FROM public.personal_data_merge m"
        f"  WHERE m.other_id = s.id AND m.state = '{MergeState.MERGED}')"
        f"{' AND s.id = %(only)s' if only else ''} ORDER BY s.id LIMIT %(most)s",
        params,
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

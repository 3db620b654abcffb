"""What the days depend on, on which what is held on people goes: one query, for any number of people."""

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection

from core.clock import local_date
from personal_data.enums import DisposalKind, DisposalState, HoldGround
from personal_data.hold_scope import covers
from personal_data.retention_dates import Decided, Facts, State
from personal_data.telling_sql import LAST_ACTIVE, NOTICES, reachable_sql
from policies.enums import FieldKind
from policies.pack_types import Pack


def facts_of(people: Collection[UUID], *, pack: Pack, at: datetime) -> dict[UUID, Facts]:
    """The facts of some people at a moment. Who is not there has none."""
    params: dict[str, Any] = {
        "people": list(people),
        "notices": list(NOTICES),
        "email_fields": [spec.code for spec in pack.fields if spec.kind == FieldKind.EMAIL],
        "approved": DisposalState.APPROVED.value,
        "kinds": [DisposalKind.ORDERED.value, DisposalKind.NOT_NEEDED.value],
    }
    with connection.cursor() as cursor:
        cursor.execute(_facts_sql(), params)
        rows = cursor.fetchall()
    return {row[0]: _facts(row[1], row[2], *map(_read, row[3:]), pack=pack, at=at) for row in rows}


def _facts(
    last_active_at: datetime | None,
    reachable: bool,
    states: dict[str, list[Any]],
    events: dict[str, str],
    told: list[list[str]],
    holds: list[list[str]],
    disposals: list[list[Any]],
    *,
    pack: Pack,
    at: datetime,
) -> Facts:
    return Facts(
        at=at,
        last_active_at=last_active_at,
        events={code: _moment(last) for code, last in events.items()},
        states={code: State(live, _moment(since)) for code, (live, since) in states.items()},
        holds=_grounds(holds, pack),
        disposals=[_decided(*row) for row in disposals],
        told={local_date(_moment(due_at)): _moment(sent_at) for due_at, sent_at in told},
        is_reachable=reachable,
    )


def _grounds(holds: Sequence[Sequence[str]], pack: Pack) -> dict[str, list[HoldGround]]:
    """The grounds of holds by the fields they stop, each once."""
    codes = [spec.code for spec in pack.fields]
    found: dict[str, dict[HoldGround, None]] = {}
    for field, category, ground in holds:
        for code in covers(field=field, category=category, codes=codes, pack=pack):
            found.setdefault(code, {})[HoldGround(ground)] = None
    return {code: list(grounds) for code, grounds in found.items()}


def _decided(kind: str, fields: list[str], goes_on: str, held_before: str | None) -> Decided:
    before = date.fromisoformat(held_before) if held_before else None
    return Decided(frozenset(fields), kind == DisposalKind.ORDERED, date.fromisoformat(goes_on), before)


@cache
def _facts_sql() -> str:
    # Made of constants and names of tables; the people are a parameter.
    return f"""
        SELECT s.id, {LAST_ACTIVE}, {reachable_sql("s.id")},
            COALESCE((
                SELECT jsonb_object_agg(p.purpose, jsonb_build_array(p.live, p.since))
                FROM public.personal_data_purposestate p WHERE p.subject_id = s.id
            ), '{{}}'),
            COALESCE((
                SELECT jsonb_object_agg(e.event, e.last) FROM (
                    SELECT r.event, max(r.at) AS last FROM public.personal_data_retentionevent r
                    WHERE r.subject_id = s.id GROUP BY r.event
                ) e
            ), '{{}}'),
            COALESCE((
                SELECT jsonb_agg(jsonb_build_array(n.due_at, n.first)) FROM (
                    SELECT d.due_at, min(d.sent_at) AS first FROM public.personal_data_duenotice d
                    WHERE d.subject_id = s.id AND d.notice = ANY(%(notices)s) AND d.sent_at IS NOT NULL
                    GROUP BY d.due_at
                ) n
            ), '[]'),
            COALESCE((
                SELECT jsonb_agg(jsonb_build_array(h.field, h.category, h.ground) ORDER BY h.id)
                FROM public.personal_data_legalhold h
                WHERE h.released_at IS NULL AND (h.subject_ref IS NULL OR h.subject_ref = s.id)
            ), '[]'),
            COALESCE((
                SELECT jsonb_agg(jsonb_build_array(o.kind, o.fields, o.goes_on, o.held_before) ORDER BY o.id)
                FROM public.personal_data_disposal o
                WHERE o.state = %(approved)s AND o.kind = ANY(%(kinds)s)
                    AND (o.subject_ref IS NULL OR o.subject_ref = s.id)
            ), '[]')
        FROM public.personal_data_datasubject s WHERE s.id = ANY(%(people)s)
    """  # noqa: S608


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value

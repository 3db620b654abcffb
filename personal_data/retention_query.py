"""The search for what is due: one piece of SQL for each trigger and table, which counts, picks samples and deletes.

1. Everything about a moment is worked out beforehand and handed in: days of Vietnam, and the moment before which a
   period must have begun. `as_of` is never later than the database's own clock (`Moment.checked`, and the deletion asks
   the database once more).
2. A search begins where little is found: with people long inactive, events long past, purposes that ended, or values
   long held; each has an index.
3. Counting tells the first reason for which a row stays; deleting needs that there is none.
"""

# ruff: noqa: S608  statements are made of constants, names of tables and parameters, never of values

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from core.clock import local_date, midnight
from personal_data.retention_dates import OPEN_CASE
from personal_data.retention_rules import Covered, Trigger, interval_of, over_since
from personal_data.retention_tables import DEVICES, ITEMS, TARGETS, Target
from personal_data.telling_sql import LAST_ACTIVE, reachable_sql, told_sql
from policies.enums import FieldKind, RetentionKind
from policies.pack_types import Pack

ACTIVE = "ACTIVE"
# The order in which a row held back is counted: by the first reason only.
REASONS = ("law", "hold", "case", "purpose", "untold")

_HAS_CASE = (
    "(SELECT true FROM public.personal_data_purposestate o"
    f" WHERE o.subject_id = s.id AND o.purpose = '{OPEN_CASE}' AND o.live LIMIT 1) IS NOT NULL"
)

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """As of when is searched. `checked`: the present, which the database's own clock must allow.

    Of a day to come nobody need have been told yet: there is time until then.
    """

    as_of: datetime
    checked: bool = True

    @property
    def today(self) -> date:
        """The calendar day."""
        return local_date(self.as_of)

    def in_days(self, days: int) -> "Moment":
        """The same some days on; nothing is deleted by it."""
        return Moment(self.as_of + timedelta(days=days), checked=False) if days else self


@dataclass(frozen=True)
class Search:
    """What one trigger lets go of in one table. `number` keeps the parameters of several in one statement apart.

    Every statement first finds the people, `p`, and asks once of each what would keep what.
    """

    trigger: Trigger
    target: Target
    covered: tuple[Covered, ...]
    moment: Moment
    email_fields: tuple[str, ...]
    number: int = 0
    params: Params = field(init=False, default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What its figures are kept under: the rule and the table."""
        return self.trigger.rule, self.target.label

    @cached_property
    def found(self) -> str:
        """Every row whose day has come, with the first reason for which it stays, null when it goes."""
        reasons = " ".join(f"WHEN {sql} THEN '{code}'" for code, sql in self._reasons.items())
        columns = f"i.id, i.subject_id, {self._field} AS field, CASE {reasons} END AS stays"
        return f"WITH p AS MATERIALIZED ({self._people}) SELECT {columns} {self._from} WHERE {self._row}"

    @cached_property
    def coming(self) -> str:
        """Every row that goes until a moment to come, with its day, of which the person is told before."""
        day = f"({self._day})" if self._day_is_of_row else "p.day"
        columns = f"i.subject_id, {self._field} AS field, {day}::date AS day"
        where = f"{self._going} AND p.warned"
        return f"WITH p AS MATERIALIZED ({self._people}) SELECT {columns} {self._from} WHERE {where}"

    @cached_property
    def counts(self) -> str:
        """How many rows stay by reason; those that go are told as busy: nobody could have them when they were due."""
        return f"SELECT COALESCE(stays, 'busy'), count(*) FROM ({self.found}) f GROUP BY 1"

    @cached_property
    def samples(self) -> str:
        """The first `%(most)s` rows that go."""
        return f"SELECT id, field FROM ({self.found}) f WHERE stays IS NULL LIMIT %(most)s"

    @cached_property
    def due_people(self) -> str:
        """The people with something that goes, the first `%(most)s` that are found."""
        people = f"WITH p AS MATERIALIZED ({self._people})"
        return f"{people} SELECT DISTINCT i.subject_id {self._from} WHERE {self._going} LIMIT %(most)s"

    @cached_property
    def deletion(self) -> str:
        """Delete what goes of the people in `%(people)s`, who are locked; values take their earlier ones along."""
        gone = (
            f"WITH p AS MATERIALIZED ({self._people} AND s.id = ANY(%(people)s)), gone AS ("
            f"DELETE FROM public.{self.target.table} i USING p"
            f" WHERE i.subject_id = p.id AND {self._allowed} AND {self._going}"
            f" RETURNING i.id, i.subject_id, {self._field} AS field)"
        )
        if self.target is not ITEMS:
            return f"{gone} SELECT id, subject_id, field, false FROM gone"
        return (
            f"{gone}, earlier AS ("
            " DELETE FROM public.personal_data_valuehistory h USING gone"
            " WHERE h.subject_id = gone.subject_id AND h.field = gone.field RETURNING h.id, h.subject_id, h.field)"
            " SELECT id, subject_id, field, false FROM gone UNION ALL SELECT id, subject_id, field, true FROM earlier"
        )

    @cached_property
    def _people(self) -> str:
        """The people for whom the day has come; `held` and `used` are the fields a hold or another purpose keeps."""
        columns = [
            "s.id",
            f"{self._held} AS held",
            f"{self._used} AS used",
            f"{_HAS_CASE} AS has_case",
            f"{self._warned} AS warned",
            f"{self._untold} AS untold",
        ]
        if not self._day_is_of_row and (self.trigger.period is not None or self.trigger.goes_on is not None):
            columns.append(f"{self._day} AS day")
        rows = f"SELECT FROM public.{self.target.table} i WHERE i.subject_id = s.id AND {self._row}"
        where = f"s.state = '{ACTIVE}' AND {self._person} AND EXISTS ({rows})"
        return f"SELECT {', '.join(columns)} FROM public.personal_data_datasubject s WHERE {where}"

    @cached_property
    def _from(self) -> str:
        return f"FROM p JOIN public.{self.target.table} i ON i.subject_id = p.id"

    @cached_property
    def _row(self) -> str:
        """The row is of the trigger's fields, and held for long enough where that counts."""
        parts = []
        if self.target is DEVICES:
            self._put("device", self.covered[0].field)
        else:
            parts.append(f"i.field = ANY({self._put('fields', [one.field for one in self.covered])})")
        if self.trigger.kind == RetentionKind.LAW:
            parts.append(f"i.{self.target.since} < {self._start}")
        if self.trigger.held_before is not None:
            parts.append(f"i.{self.target.since} < {self._put('before', midnight(self.trigger.held_before))}")
        return " AND ".join(parts or ["true"])

    @cached_property
    def _going(self) -> str:
        return " AND ".join([self._row, *(f"NOT {sql}" for sql in self._reasons.values())])

    @cached_property
    def _allowed(self) -> str:
        assert self.moment.checked, "only what is due now can be deleted"
        return f"{self._put('as_of', self.moment.as_of)} <= now()"

    @property
    def _start(self) -> str:
        """The moment before which the period must have begun."""
        assert self.trigger.period is not None
        return self._put("start", over_since(self.trigger.period, self.moment.today))

    @cached_property
    def _person(self) -> str:
        """The day has come for the person, as far as it does not depend on the row."""
        trigger = self.trigger
        if trigger.kind == RetentionKind.MANAGEMENT_ORDER:
            has_come = "true" if trigger.goes_on and trigger.goes_on <= self.moment.today else "false"
            return (
                f"{has_come} AND s.id = {self._put('subject', trigger.subject_id)}" if trigger.subject_id else has_come
            )
        if trigger.kind == RetentionKind.INACTIVE:
            return f"{LAST_ACTIVE} < {self._start}"
        if trigger.kind == RetentionKind.AFTER_EVENT:
            event = self._put("event", trigger.event)
            each = f"SELECT FROM public.personal_data_retentionevent e WHERE e.subject_id = s.id AND e.event = {event}"
            return f"EXISTS ({each} AND e.at < {self._start}) AND NOT EXISTS ({each} AND e.at >= {self._start})"
        return self._purposes_ended if trigger.kind == RetentionKind.WHILE_PURPOSE else "true"

    @property
    def _purposes_ended(self) -> str:
        """No purpose is live, the last ended long enough ago, and those of a contract are known to have ended."""
        purposes, start = self._put("purposes", list(self.trigger.purposes)), self._start
        state = "SELECT FROM public.personal_data_purposestate q WHERE q.subject_id = s.id AND"
        parts = [
            f"{state} q.purpose = {self._put(f'contract{place}', code)} AND NOT q.live AND q.since < {start}"
            for place, code in enumerate(self.trigger.contracts)
        ] or [f"{state} q.purpose = ANY({purposes}) AND NOT q.live AND q.since < {start}"]
        still = f"{state} q.purpose = ANY({purposes}) AND (q.live OR q.since >= {start})"
        return " AND ".join([*(f"EXISTS ({part})" for part in parts), f"NOT EXISTS ({still})"])

    @cached_property
    def _reasons(self) -> dict[str, str]:
        """Why a row stays although its day has come, in the order in which it is told."""
        found = {
            "law": self._law_runs,
            "hold": f"{self._field} = ANY(p.held)",
            "case": "p.has_case",
            "purpose": f"{self._field} = ANY(p.used)",
            "untold": self._is_untold,
        }
        return {code: found[code] for code in REASONS if found[code]}

    @property
    def _law_runs(self) -> str:
        pairs = [(one.field, over_since(law, self.moment.today)) for one in self.covered for law in one.laws]
        if not pairs:
            return ""
        table = self._pairs("law", pairs, "timestamptz")
        return f"EXISTS (SELECT FROM {table} WHERE l.one = {self._field} AND i.{self.target.since} >= l.other)"

    @property
    def _held(self) -> str:
        """The fields a hold keeps. Where there is no hold at all, nobody is asked."""
        table = self._pairs("kind", [(one.field, code) for one in self.covered for code in sorted(one.categories)])
        hold = (
            "SELECT FROM public.personal_data_legalhold h WHERE h.released_at IS NULL"
            " AND (h.subject_ref = s.id OR h.subject_ref IS NULL)"
            " AND h.field IN ('', l.one) AND h.category IN ('', l.other)"
        )
        some = "EXISTS (SELECT FROM public.personal_data_legalhold h WHERE h.released_at IS NULL)"
        return f"CASE WHEN {some} THEN ARRAY(SELECT l.one FROM {table} WHERE EXISTS ({hold})) ELSE '{{}}' END"

    @property
    def _used(self) -> str:
        """The fields another purpose keeps; asked of those alone for whom some purpose is live."""
        pairs = [(one.field, code) for one in self.covered for code in one.purposes]
        if not self.trigger.yields or not pairs:
            return "'{}'::text[]"
        live = "FROM public.personal_data_purposestate u WHERE u.subject_id = s.id AND u.live AND u.purpose"
        names = self._put("names", sorted({code for _field, code in pairs}))
        kept = f"ARRAY(SELECT l.one FROM {self._pairs('use', pairs)} WHERE EXISTS (SELECT {live} = l.other))"
        return f"CASE WHEN (SELECT true {live} = ANY({names}) LIMIT 1) THEN {kept} ELSE '{{}}' END"

    @property
    def _is_untold(self) -> str:
        if not self._day_is_of_row or not self.trigger.warns or not self.moment.checked:
            return "p.untold"
        return f"(p.untold AND NOT {told_sql('p.id', self._day, self._put('as_of', self.moment.as_of))})"

    @property
    def _untold(self) -> str:
        """Whether the person could have been told and was not; of days that differ by row, whether they could."""
        if not self.trigger.warns or not self.moment.checked:
            return "false"
        self.params["email_fields"] = list(self.email_fields)
        parts = [self._warned, reachable_sql("s.id")]
        if not self._day_is_of_row:
            parts.append(f"NOT {told_sql('s.id', self._day, self._put('as_of', self.moment.as_of))}")
        return " AND ".join(f"({part})" for part in parts)

    @property
    def _day_is_of_row(self) -> bool:
        return self.trigger.kind == RetentionKind.LAW

    @property
    def _day(self) -> str:
        """The day on which the period of the trigger is over, or the one people decided on."""
        if self.trigger.goes_on is not None:
            return self._put("goes_on", self.trigger.goes_on)
        assert self.trigger.period is not None
        begun = f"(({self._begun}) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
        return f"({begun} + {self._put('period', interval_of(self.trigger.period))}::interval)"

    @property
    def _begun(self) -> str:
        """The moment from which the period of the trigger runs."""
        if self.trigger.kind == RetentionKind.INACTIVE:
            return LAST_ACTIVE
        if self.trigger.kind == RetentionKind.AFTER_EVENT:
            return (
                "SELECT max(b.at) FROM public.personal_data_retentionevent b"
                f" WHERE b.subject_id = s.id AND b.event = {self._put('event', self.trigger.event)}"
            )
        if self.trigger.kind == RetentionKind.LAW:
            return f"i.{self.target.since}"
        return (
            "SELECT max(b.since) FROM public.personal_data_purposestate b"
            f" WHERE b.subject_id = s.id AND b.purpose = ANY({self._put('purposes', list(self.trigger.purposes))})"
        )

    @property
    def _warned(self) -> str:
        """Whether people are warned of it; nobody is of what a withdrawal of their own lets go, when the purpose that
        ended last was a consent.
        """
        if self.trigger.kind != RetentionKind.WHILE_PURPOSE or not self.trigger.consents:
            return "true" if self.trigger.warns else "false"
        consents = self._put("consents", list(self.trigger.consents))
        purposes = self._put("purposes", list(self.trigger.purposes))
        return (
            f"NOT COALESCE((SELECT w.purpose = ANY({consents}) FROM public.personal_data_purposestate w"
            f" WHERE w.subject_id = s.id AND w.purpose = ANY({purposes}) ORDER BY w.since DESC LIMIT 1), false)"
        )

    @property
    def _field(self) -> str:
        return self.target.field.format(p=f"p{self.number}_")

    def _put(self, name: str, value: object) -> str:
        """Keep a parameter; the SQL that names it."""
        own = f"p{self.number}_{name}"
        self.params[own] = value
        kinds: Mapping[type, str] = {list: "::text[]", str: "::text", datetime: "::timestamptz", date: "::date"}
        return f"%({own})s{kinds.get(type(value), '::uuid')}"

    def _pairs(self, name: str, pairs: Sequence[tuple[str, object]], kind: str = "text") -> str:
        """Pairs of a field and something beside it, as the relation `l`."""
        one, other = f"p{self.number}_{name}_one", f"p{self.number}_{name}_other"
        self.params[one], self.params[other] = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        return f"unnest(%({one})s::text[], %({other})s::{kind}[]) AS l(one, other)"


def searches(triggers: Iterable[Trigger], pack: Pack, moment: Moment) -> list[Search]:
    """A search for each trigger and each table its fields stand in."""
    emails = tuple(spec.code for spec in pack.fields if spec.kind == FieldKind.EMAIL)
    found: list[Search] = []
    for trigger in triggers:
        for target in TARGETS:
            covered = tuple(one for one in trigger.covered if target.holds(one))
            # A table of devices does not say under which field they stand: one search for each.
            for part in ((one,) for one in covered) if target is DEVICES else ((covered,) if covered else ()):
                found.append(Search(trigger, target, part, moment, emails, len(found)))
    return found


def counted(found: Sequence[Search]) -> tuple[str, Params]:
    """One statement that searches once and counts by line and reason; a row without a line counts what goes in all.

    Columns: place of the line (`Search.key`) in the order of the searches, reason (null: goes), entries, people. What
    two lines let go counts once in all.
    """
    places = {key: place for place, key in enumerate(dict.fromkeys(one.key for one in found))}
    parts = " UNION ALL ".join(
        f"SELECT {places[one.key]} AS part, f.id, f.subject_id, f.stays FROM ({one.found}) f" for one in found
    )
    params = {name: value for one in found for name, value in one.params.items()}
    return (
        f"WITH found AS MATERIALIZED ({parts})"
        " SELECT part, stays, count(*), count(DISTINCT subject_id) FROM found GROUP BY part, stays"
        " UNION ALL"
        " SELECT NULL, NULL, count(DISTINCT id), count(DISTINCT subject_id) FROM found WHERE stays IS NULL",
        params,
    )

"""People are told 30 and 7 days before something goes that they could want, in one mail for all of it.

1. What goes is found by the search of the engine, asked of a moment to come.
2. A warning counts for its own day: it stands as a row under that day's midnight, and when the day moves away so does
   the need for it.
3. It counts as told once the mail has left, or the address takes none: nobody waits for ever for who cannot be reached.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from audit.services.recording import Fact, record_many
from core.actors import SYSTEM
from core.clock import local_date, midnight
from personal_data.enums import AuditEvent
from personal_data.models import DataItem, DueNotice, StoredFile
from personal_data.own_records import is_fuse_out
from personal_data.retention_pack import keeping_pack
from personal_data.retention_query import Moment, Params, searches
from personal_data.retention_rules import (
    Trigger,
    fields_that_go_with_inactivity,
    interval_of,
    longest_inactivity,
    over_since,
    triggers_of,
)
from personal_data.services.retention_looking import all_triggers, allowed
from personal_data.telling_sql import LAST_ACTIVE, NOTICES, TOLD_BEFORE_DAYS, midnight_sql, reachable_sql
from policies import selectors as policies
from policies.enums import FieldKind, RetentionKind
from policies.pack_types import Pack

AT_A_TIME = 300
TIMES = 20  # an hour
ACCOUNT = ""  # what stands for the account where others name a field
_ACCOUNT_DAY = f"({LAST_ACTIVE} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + %(account_period)s::interval"
_NOTHING = "SELECT NULL::uuid AS subject_id, NULL AS field, NULL::date AS day, false AS carried WHERE false"


@dataclass(frozen=True)
class Coming:
    """What goes of one person on one day. `carried`: fields a purpose agreed to would keep, `with_account`: the account
    goes as well, `notice`: which of the two warnings of that day this is.
    """

    day: date
    notice: str
    fields: tuple[str, ...]
    carried: tuple[str, ...]
    with_account: bool


@dataclass(frozen=True)
class Warned:
    """One person to be written to, with everything that is due, the first day first; `notice` is that of this day."""

    subject_id: UUID
    notice: str
    coming: tuple[Coming, ...]


@dataclass(frozen=True)
class Post:
    """How people are written to, and what became of it; upper packages know both.

    `write` queues a letter to each and says to whom there is no address. `outcome` tells of some people when the last
    letter left or came back; None as long as it waits, and whoever is left out is to be written to again.
    """

    write: Callable[..., Collection[UUID]]
    outcome: Callable[[Collection[UUID]], dict[UUID, datetime | None]]


_posts: list[Post] = []


def warn_with(post: Post) -> None:
    """Hand in how people are written to."""
    if post not in _posts:
        _posts.append(post)


def warn_due(*, now: datetime) -> int:
    """Note which warnings have left, then write to the next people. How many were written to. Safe to run twice.

    Nobody is told a day that two people have yet to agree to, or that a clock running ahead made up.
    """
    note_sent(now=now)
    version = policies.version_in_force(now)
    if version is None or is_fuse_out(policies.document(version), now):
        return 0
    pack, written = keeping_pack(version), 0
    for notice in sorted(NOTICES, key=lambda one: NOTICES[one]):
        for _turn in range(TIMES):
            told = _tell_some(pack, notice, now=now)
            written += told
            if not told:
                break
    return written


@transaction.atomic
def note_sent(*, now: datetime) -> int:
    """Take over when warnings left. One that was given up for another reason than its address is written anew."""
    waiting = DueNotice.objects.filter(notice__in=NOTICES, sent_at=None).select_for_update(skip_locked=True)
    rows = list(waiting.order_by("pk")[: AT_A_TIME * TIMES])
    people = {row.subject_id for row in rows}
    outcome = {one: sent for post in _posts for one, sent in post.outcome(people).items()}
    left = [row for row in rows if outcome.get(row.subject_id) is not None]
    for row in left:
        row.sent_at = outcome[row.subject_id]
    DueNotice.objects.bulk_update(left, ["sent_at"], batch_size=500)
    DueNotice.objects.filter(pk__in=[row.pk for row in rows if row.subject_id not in outcome]).delete()
    return len(left)


def _tell_some(pack: Pack, notice: str, *, now: datetime) -> int:
    """Write to the next people in one transaction; how many were dealt with.

    Whoever hears of the next days hears in the same mail of what goes in a month.
    """
    as_of = allowed(now)
    due, params = _untold(pack, notice, as_of)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")  # compiling the search takes longer than it does
        cursor.execute(f"SELECT DISTINCT d.subject_id FROM ({due}) d LIMIT %(most)s", params)  # noqa: S608
        people = [one for (one,) in cursor.fetchall()]
        # Whoever is being erased, merged or answered just now is looked at again in an hour.
        cursor.execute(
            "SELECT id FROM public.personal_data_datasubject WHERE id = ANY(%s) ORDER BY id"
            " FOR NO KEY UPDATE SKIP LOCKED",
            [people],
        )
        held = [one for (one,) in cursor.fetchall()]
        rows: list[tuple[UUID, str, date, bool, str]] = []
        for code in [code for code, days in NOTICES.items() if days >= NOTICES[notice]]:
            due, params = _untold(pack, code, as_of)
            cursor.execute(
                f"SELECT DISTINCT d.*, %(notice)s FROM ({due}) d WHERE d.subject_id = ANY(%(people)s)",  # noqa: S608
                params | {"people": held},
            )
            rows += cursor.fetchall()
        return _write(notice, rows, now=now)


def _untold(pack: Pack, notice: str, as_of: datetime) -> tuple[str, Params]:
    """What goes on a day of which this warning has not been given yet, of whoever can be written to."""
    found, params = _coming(pack, Moment(as_of).in_days(NOTICES[notice]))
    params |= {
        "notice": notice,
        "from_day": local_date(as_of) + timedelta(days=TOLD_BEFORE_DAYS + 1) if notice == "retention-30" else date.min,
        "most": AT_A_TIME,
        "email_fields": [spec.code for spec in pack.fields if spec.kind == FieldKind.EMAIL],
    }
    due = (
        f"SELECT c.subject_id, c.field, c.day, c.carried FROM ({found}) c WHERE c.day >= %(from_day)s"  # noqa: S608
        f" AND {reachable_sql('c.subject_id')} AND NOT EXISTS ("
        "SELECT FROM public.personal_data_duenotice n WHERE n.subject_id = c.subject_id AND n.notice = %(notice)s"
        f" AND n.due_at = {midnight_sql('c.day')})"
    )
    return due, params


def _write(notice: str, rows: Sequence[tuple[UUID, str, date, bool, str]], *, now: datetime) -> int:
    days: dict[UUID, dict[tuple[date, str], dict[str, bool]]] = {}
    for subject_id, field, day, carried, code in rows:
        fields = days.setdefault(subject_id, {}).setdefault((day, code), {})
        fields[field] = carried or fields.get(field, False)
    warned = [
        Warned(subject_id, notice, tuple(_part(*at, of_person[at]) for at in sorted(of_person)))
        for subject_id, of_person in days.items()
    ]
    without = {one for post in _posts for one in post.write(warned, now=now)}
    DueNotice.objects.bulk_create(
        [
            DueNotice(
                subject_id=one.subject_id,
                notice=part.notice,
                due_at=midnight(part.day),
                sent_at=now if one.subject_id in without else None,
            )
            for one in warned
            for part in one.coming
        ],
        ignore_conflicts=True,
    )
    record_many(
        [
            Fact(AuditEvent.RETENTION_TOLD, f"subject:{one.subject_id}", one.subject_id, {"notice": notice})
            for one in warned
            if one.subject_id not in without
        ],
        by=SYSTEM,
        now=now,
    )
    return len(warned)


def _part(day: date, notice: str, fields: Mapping[str, bool]) -> Coming:
    named = sorted(fields.keys() - {ACCOUNT})
    return Coming(day, notice, tuple(named), tuple(code for code in named if fields[code]), ACCOUNT in fields)


def _coming(pack: Pack, moment: Moment) -> tuple[str, Params]:
    """Everything people are told of before, until a moment to come."""
    found = searches([one for one in all_triggers(pack) if one.warns], pack, moment)
    parts = [f"SELECT x.*, {_can_be_carried(one.trigger)} AS carried FROM ({one.coming}) x" for one in found]  # noqa: S608
    params = {name: value for one in found for name, value in one.params.items()}
    rule = longest_inactivity(pack)
    if rule is not None:
        params |= {"account_start": over_since(rule, moment.today), "account_period": interval_of(rule)}
        keeping, of_rules = _what_keeps_accounts(pack)
        params |= of_rules
        parts.append(_accounts(keeping))
    return " UNION ALL ".join(parts) or _NOTHING, params


def _can_be_carried(trigger: Trigger) -> str:
    """Whether a purpose that is live would keep what the trigger lets go."""
    return "true" if trigger.yields or trigger.kind == RetentionKind.WHILE_PURPOSE else "false"


def _what_keeps_accounts(pack: Pack) -> tuple[str, Params]:
    """The condition under which something held on a person stays beyond the day of inactivity, and so does the account.

    What goes a period after an event that happened goes before it or on its own day; of the rest nothing is known.
    """
    params: Params = {"goes_along": fields_that_go_with_inactivity(pack)}
    stays = "x.field <> ALL(%(goes_along)s::text[])"
    for place, one in enumerate(triggers_of(pack)):
        if one.kind == RetentionKind.AFTER_EVENT and one.period is not None:
            name = f"after{place}"
            params |= {f"{name}_fields": list(one.fields), f"{name}_event": one.event}
            params |= {f"{name}_period": interval_of(one.period)}
            stays += (
                f" AND NOT (x.field = ANY(%({name}_fields)s::text[]) AND COALESCE((SELECT"  # noqa: S608
                f" (max(e.at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + %({name}_period)s::interval"
                " FROM public.personal_data_retentionevent e"
                f" WHERE e.subject_id = s.id AND e.event = %({name}_event)s) <= {_ACCOUNT_DAY}, false))"
            )
    return stays, params


def _accounts(keeping: str) -> str:
    """Accounts that go after inactivity. While a purpose is live, a hold stands, or something else stays, they stay."""
    accounts = get_user_model()._meta.db_table
    return (
        f"SELECT s.id AS subject_id, '{ACCOUNT}' AS field, ({_ACCOUNT_DAY})::date AS day,"  # noqa: S608
        " false AS carried"
        f" FROM public.personal_data_datasubject s JOIN public.{accounts} a ON a.subject_id = s.id"
        f" WHERE s.state = 'ACTIVE' AND a.is_active AND NOT a.is_staff AND {LAST_ACTIVE} < %(account_start)s"
        " AND NOT EXISTS (SELECT FROM public.personal_data_purposestate o WHERE o.subject_id = s.id AND o.live)"
        " AND NOT EXISTS (SELECT FROM public.personal_data_legalhold h"
        " WHERE h.subject_ref = s.id AND h.released_at IS NULL)"
        + "".join(
            f" AND NOT EXISTS (SELECT FROM public.{table} x WHERE x.subject_id = s.id AND {keeping})"
            for table in (DataItem._meta.db_table, StoredFile._meta.db_table)
        )
    )

"""What the portal itself keeps, and the jobs that see it go: each by its code, as the declarations name it.

Periods come from the policy in force. Where it is silent on one (a version published before the table
`[own_records]` was asked for) nothing of that kind goes by itself.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import QuerySet

from core.classification import Keep, Period
from core.clock import local_date
from personal_data.models import RetentionTick
from personal_data.retention_rules import over_since, rules_digest
from policies import selectors as policies
from policies.enums import RetentionKind
from policies.pack_types import EMPTY, Pack, RetentionSpec

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Sweep = Callable[["Ages"], int]

# Jobs that see to something beside their other work, by the name under which beat rings for them.
BESIDE_OTHER_WORK = frozenset(
    {
        "accounts.sweep_sessions",
        "consent.follow_up",
        "dsr_requests.fulfil",
        "personal_data.replay_register",
        "personal_data.retention",
        "personal_data.sweep_orphans",
    }
)

MOST_AHEAD = timedelta(days=1)  # as in services/fusing.py

_sweeps: dict[str, Sweep] = {}
_kinds: "dict[str, tuple[Kind, ...]]" = {}


@dataclass(frozen=True)
class Store:
    """Something kept outside the tables of models, with what ends its keeping."""

    name: str
    holds: str
    keep: Keep


# Not models, so their decision stands here.
STORES = (
    Store(
        "privacy_portal_cache",
        "counters of sign-in, codes and filing by keyed hash",
        Keep.after(Period.CODES, since="the last try at the latest", by="accounts.throttles"),
    ),
    Store(
        "PORTAL_HOME/mail",
        "letters of the demo, which has no mail server",
        Keep.after(Period.MAIL, since="it was written; one tied to nobody goes sooner", by="outbound.messages"),
    ),
    Store(
        "PORTAL_HOME/files",
        "sealed bytes that no row names after a crash",
        Keep.for_work(by="personal_data.sweep_orphans"),
    ),
    Store(
        "PORTAL_REGISTER_FILE",
        "who was erased and what else was deleted, withdrawn or restricted, by keyed hash, so that no backup brings it "
        "back (law 91/2025, article 14.4); an entry ends when no backup older than PORTAL_BACKUP_DAYS is kept",
        Keep.for_work(by="personal_data.register"),
    ),
)


@dataclass(frozen=True)
class Ages:
    """How old something may be today. `now` is never later than the clock of the database allows."""

    now: datetime
    pack: Pack

    def before(self, period: Period) -> datetime | None:
        """What happened before this moment has been kept long enough; None where the policy gives no period.

        Days are counted from the moment itself. The evidence period ends with a calendar day in Vietnam.
        """
        if period == Period.EVIDENCE:
            years = RetentionSpec("evidence", RetentionKind.AFTER_EVENT, EMPTY, years=self.pack.evidence_years)
            return over_since(years, local_date(self.now))
        table, key = period.split(".")
        days = int(getattr(getattr(self.pack, table), key))
        return self.now - timedelta(days=days) if days else None

    def over(self, rows: "QuerySet[Any]", moment: str, period: Period) -> "QuerySet[Any]":
        """Of some rows, those whose moment is longer ago than a period; none where the policy gives no period."""
        until = self.before(period)
        return rows.none() if until is None else rows.filter(**{f"{moment}__lt": until})

    def in_days(self, horizon: int) -> "Ages":
        """The same so many days later, by the same policy."""
        return replace(self, now=self.now + timedelta(days=horizon))


@dataclass(frozen=True)
class Kind:
    """One kind of record a job sees to, for the preview; nothing of a record is ever shown.

    `held` finds what there is, `over` what the job removes or empties, by the very query it does it by. Both may count
    where there is no query; None says that it cannot be known. `until` says how long in words, and names periods by
    their keys in the pack; where the policy is silent on `period`, nothing of the kind goes.
    """

    code: str
    what: "StrOrPromise"
    until: "StrOrPromise"
    held: "Callable[[], QuerySet[Any] | int | None]"
    over: "Callable[[Ages], QuerySet[Any] | int | None]"
    period: Period | None = None


def sweep_records(code: str, sweep: Sweep, kinds: Iterable[Kind]) -> None:
    """Register a job that removes or empties what the declarations name under its code. It must be repeatable.

    It takes what `Ages` says, works in its own transactions, and returns to how many things it did something. `kinds`
    are shown before it does.
    """
    _sweeps[code] = sweep
    show_records(code, kinds)


def show_records(code: str, kinds: Iterable[Kind]) -> None:
    """Show what a job sees to beside its other work."""
    assert code in known_sweeps()
    _kinds[code] = tuple(kinds)


def known_kinds() -> Iterator[tuple[str, Kind]]:
    """Every kind of record with the code of its job, in the order of the codes."""
    for code in sorted(_kinds):
        yield from ((code, kind) for kind in _kinds[code])


def known_sweeps() -> frozenset[str]:
    """Codes a declaration may name."""
    return BESIDE_OTHER_WORK | _sweeps.keys()


def ages(now: datetime) -> Ages | None:
    """What may be how old; never later than the database's own clock.

    None while no policy is published, and while the fuse of the retention engine is out: the clock ran ahead, or the
    periods are not those two people let it go on with.
    """
    allowed = ages_by_policy(now)
    return allowed if allowed and not is_fuse_out(allowed.pack, now) else None


def ages_by_policy(now: datetime) -> Ages | None:
    """The same whatever the fuse says; None while no policy is published."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT LEAST(%s, now())", [now])
        (as_of,) = cursor.fetchone()
    version = policies.version_in_force(as_of)
    return Ages(as_of, policies.document(version)) if version else None


def is_fuse_out(pack: Pack, now: datetime) -> bool:
    """Whether no own record goes for now: the clock ran ahead, or two people have yet to agree to the periods."""
    last = RetentionTick.objects.filter(pk=1).first()
    if last is None:
        return False
    has_new_rules = last.rules_digest is not None and bytes(last.rules_digest) != rules_digest(pack)
    return has_new_rules or now > last.last_at + MOST_AHEAD


def run_own_records(*, now: datetime) -> int:
    """Every job once. One that fails does not hold up the others; the first failure is raised at the end."""
    allowed = ages(now)
    if allowed is None:
        return 0
    done, failed = 0, None
    for code in sorted(_sweeps):
        try:
            done += _sweeps[code](allowed)
        except Exception as error:  # noqa: BLE001  raised below
            failed = failed or error
    if failed is not None:
        raise failed
    return done

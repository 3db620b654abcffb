"""What the portal keeps for itself, and what of it would go: counted by the queries of the jobs. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.classification import Period
from core.models import SweepState
from core.templatetags.portal import days, years
from personal_data.own_records import Ages, Kind, ages_by_policy, is_fuse_out, known_kinds
from policies.pack_types import Pack

JOB = "personal_data.own_records"
LONGEST_COUNT = "1min"


@dataclass(frozen=True)
class OwnLine:
    """One kind of record: how many there are, how many go within so many days, and how long they are kept, in words.

    None stands for a number nobody can know now.
    """

    kind: str
    job: str
    what: str
    kept: str
    held: int | None
    goes: Mapping[int, int | None]


@dataclass(frozen=True)
class OwnPreview:
    """All kinds, and how the job fared last. While `waits`, nothing of it goes: the fuse is out.

    `last_done` is how many records went in the last run that succeeded; `failure` is the class of a later failure.
    """

    lines: Sequence[OwnLine] = field(default_factory=list)
    waits: bool = False
    last_at: datetime | None = None
    last_done: int | None = None
    failure: str = ""


def preview_own(*, now: datetime, horizons: Sequence[int]) -> OwnPreview:
    """What would go of the portal's own records, by kind. Changes nothing. Without a policy there are no lines."""
    last = SweepState.objects.filter(name=JOB).first() or SweepState()
    ages = ages_by_policy(now)
    with transaction.atomic():
        _may_last_long()
        lines = [_line(job, kind, ages, horizons) for job, kind in known_kinds()] if ages else []
    waits = ages is not None and is_fuse_out(ages.pack, now)
    return OwnPreview(lines, waits, last.last_succeeded_at, last.last_done, last.last_error)


def _line(job: str, kind: Kind, ages: Ages, horizons: Sequence[int]) -> OwnLine:
    goes = {ahead: _number(kind.over(ages.in_days(ahead))) for ahead in horizons}
    return OwnLine(kind.code, job, str(kind.what), _kept(kind, ages), _number(kind.held()), goes)


def _kept(kind: Kind, ages: Ages) -> str:
    if kind.period is not None and ages.before(kind.period) is None:
        return _("The policy gives no period: they stay")
    return str(kind.until) % _figures(ages.pack)


def _figures(pack: Pack) -> dict[str, str]:
    """Every period in words, by its key."""
    told = {"backup_days": days(settings.PORTAL_BACKUP_DAYS), "evidence_years": years(pack.evidence_years)}
    for period in Period:
        table, key = period.split(".")
        if table != "pack":
            told[key] = days(getattr(getattr(pack, table), key))
    return told


def _number(found: "QuerySet[Any] | int | None") -> int | None:
    return found.count() if isinstance(found, QuerySet) else found


def _may_last_long() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %(most)s, true), set_config('transaction_timeout', %(most)s, true)",
            {"most": LONGEST_COUNT},
        )

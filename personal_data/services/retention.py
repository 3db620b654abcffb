"""Runs of the retention engine: begun at night or by hand, continued in turns until they are over.

1. A run is begun with its figures and asks the fuse; one that stops waits for two people.
2. One process at a time works on a run: a lock of the database's session, which ends with the process, says who.
   Between two batches it rests, so that nobody notices, and after a turn other jobs come first.
3. Nothing goes that the database's own clock does not allow.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from audit.services.recording import actor_reference, record
from core.actors import SYSTEM, Actor
from core.clock import local_date
from core.queue import enqueue_on_commit, ring
from personal_data.enums import AuditEvent, FuseReason, RunKind, RunState, SubjectState
from personal_data.errors_runs import NothingPublished, RunFailed, RunUnderWay, RunWaits
from personal_data.models import DataItem, DataSubject, Device, RetentionLine, RetentionRun, StoredFile
from personal_data.permissions import check_can_prepare_retention
from personal_data.retention_pack import keeping_pack
from personal_data.retention_query import Moment, searches
from personal_data.retention_rules import WHOLE_PERSON, rules_digest
from personal_data.retention_whole import PEOPLE
from personal_data.services.fusing import TASK, check_fuse, stop, tick
from personal_data.services.retention_looking import Due, all_triggers, allowed, count_whole_people, look
from personal_data.services.retention_looking import DueLine as DueLine
from personal_data.services.retention_looking import preview as preview
from personal_data.services.retention_looking import preview_everything as preview_everything
from personal_data.services.retention_people import erase_whole_people
from personal_data.services.retention_work import Pace, TooMany, close_line, finish, give_up, sweep
from personal_data.staff_telling import RUN_FAILED, tell_staff
from policies import selectors as policies
from policies.models import PolicyVersion

logger = logging.getLogger(__name__)

TURN = timedelta(seconds=60)
NIGHT = 1  # the hour from which the nightly run begins
_LOCKS = 50_014
_BEGINNING, _WORKING = 1, 2


def begin_run(*, kind: str, by: Actor, now: datetime) -> RetentionRun:
    """Begin a run, with its figures; it is stopped at once where the fuse says so, and otherwise the worker is rung.

    Raises RetentionRefused, NothingPublished, RunUnderWay, RunWaits.
    """
    check_can_prepare_retention(by=by)
    version = policies.version_in_force(now)
    if version is None:
        raise NothingPublished
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCKS, _BEGINNING])
        states = set(_open_runs().values_list("state", flat=True))
        if RunState.RUNNING in states:
            raise RunUnderWay
        if states:
            raise RunWaits
        return _begin(version, kind, by, now)


def run_due(*, now: datetime) -> int:
    """Note the moment, begin the nightly run when its hour has come, and go on with a run for a turn. Entries deleted.

    Raises RunFailed.
    """
    pace = Pace(TURN)
    tick(now=now)
    with _alone() as mine:
        if not mine:
            return 0
        _begin_nightly(now)
        run = RetentionRun.objects.filter(state=RunState.RUNNING).first()
        if run is None:
            return 0
        before = run.items_gone
        if not _turn(run, now, pace):
            ring(TASK)
        run.refresh_from_db()
        return run.items_gone - before


def continue_run(*, run_id: UUID, now: datetime, longest: timedelta | None = TURN) -> bool:
    """Go on with a run for a turn, or to its end; whether it is over. False too while another process is at it.

    Raises RunFailed.
    """
    pace = Pace(longest)
    with _alone() as mine:
        run = RetentionRun.objects.get(pk=run_id)
        if mine and run.state == RunState.RUNNING:
            _turn(run, now, pace)
            run.refresh_from_db()
    return run.state in (RunState.DONE, RunState.DROPPED)


def _begin_nightly(now: datetime) -> None:
    """Once a local day, when no run is open: a stopped one waits for people, and so does the night."""
    local = now.astimezone(ZoneInfo(settings.STATUTORY_TIME_ZONE))
    tonight = RetentionRun.objects.filter(kind=RunKind.NIGHTLY, day=local.date())
    if local.hour < NIGHT or _open_runs().exists() or tonight.exists() or policies.version_in_force(now) is None:
        return
    begin_run(kind=RunKind.NIGHTLY, by=SYSTEM, now=now)


def _open_runs() -> "QuerySet[RetentionRun]":
    return RetentionRun.objects.filter(state__in=(RunState.RUNNING, RunState.STOPPED))


def _begin(version: PolicyVersion, kind: str, by: Actor, now: datetime) -> RetentionRun:
    told, pack, as_of = policies.document(version), keeping_pack(version), allowed(now)
    due, whole = look(pack, Moment(as_of)), count_whole_people(pack, Moment(as_of))
    run = RetentionRun.objects.create(
        kind=kind,
        day=local_date(now),
        as_of=as_of,
        begun_by=actor_reference(by),
        policy_version=version.number,
        rules_digest=rules_digest(told),
        people_held=DataSubject.objects.filter(state=SubjectState.ACTIVE).count(),
        items_held=sum(model._default_manager.count() for model in (DataItem, StoredFile, Device)),
        people_due=due.people + whole,
        items_due=due.items,
        started_at=now,
    )
    _write_lines(run, due, whole)
    details = {"kind": str(kind), "policy": version.number, "people": run.people_due, "items": due.items}
    record(event=AuditEvent.RETENTION_BEGUN, target=f"retention:{run.pk}", by=by, now=now, details=details)
    reasons = check_fuse(run, pack=told, now=now)
    if FuseReason.RULES in reasons:
        reasons[FuseReason.RULES] = {**reasons[FuseReason.RULES], **_effect_of_change(run, due)}
    if reasons:
        stop(run, reasons, by=SYSTEM, now=now)
    else:
        enqueue_on_commit(TASK)
    return run


def _write_lines(run: RetentionRun, due: Due, whole: int) -> None:
    lines = [
        RetentionLine(
            run=run,
            rule=line.rule,
            target=line.target,
            due=line.items,
            held_back=dict(line.held_back),
            done=not line.items,
        )
        for line in due.lines
    ]
    RetentionLine.objects.bulk_create([*lines, RetentionLine(run=run, rule=WHOLE_PERSON, target=PEOPLE, due=whole)])


def _effect_of_change(run: RetentionRun, due: Due) -> Mapping[str, object]:
    """How much would go by the rules of the last finished run, and how much goes by those of now."""
    now_goes: dict[str, object] = {"items": due.items, "people": due.people}
    last = (
        RetentionRun.objects.filter(state=RunState.DONE, policy_version__isnull=False).order_by("-finished_at").first()
    )
    version = policies.version_numbered(last.policy_version) if last and last.policy_version else None
    if version is None:
        return now_goes
    before = look(keeping_pack(version), Moment(run.as_of))
    return {**now_goes, "items_before": before.items, "people_before": before.people}


def _turn(run: RetentionRun, now: datetime, pace: Pace) -> bool:
    """Work for a turn; True when the run is over, or stopped. Raises RunFailed."""
    try:
        return _work(run, now, pace)
    except TooMany:
        with transaction.atomic():
            run.refresh_from_db()
            stop(run, {FuseReason.SHARE: _figures_under_way(run, now)}, by=SYSTEM, now=now)
        return True
    except Exception as error:
        _note_failure(run, error, now)
        raise RunFailed(type(error).__name__) from error


def _figures_under_way(run: RetentionRun, now: datetime) -> Mapping[str, object]:
    """What has gone with what is due still: two people agree to so much and no more."""
    version = policies.version_in_force(now)
    people, items = run.people_gone, run.items_gone
    if version is not None:
        pack, moment = keeping_pack(version), Moment(min(run.as_of, allowed(now)))
        due = look(pack, moment)
        people, items = people + due.people + count_whole_people(pack, moment), items + due.items
    held = {"of_items": run.items_held, "of_people": run.people_held}
    return {"items": items, "people": people, **held, "under_way": True}


def _work(run: RetentionRun, now: datetime, pace: Pace) -> bool:
    version = policies.version_in_force(now)
    if version is None or rules_digest(policies.document(version)) != bytes(run.rules_digest):
        give_up(run, now=now + pace.lasted)
        return True
    RetentionRun.objects.filter(pk=run.pk).update(leased_until=now + (pace.longest or TURN))
    pack, moment = keeping_pack(version), Moment(min(run.as_of, allowed(now)))
    found = searches(all_triggers(pack), pack, moment)
    for line in run.lines.filter(done=False).exclude(rule=WHOLE_PERSON):
        mine = [search for search in found if search.key == (line.rule, line.target)]
        if not all(sweep(run, line, search, pace, now=now) for search in mine):
            return False
        close_line(line, mine)
    if not erase_whole_people(run, pack=pack, moment=moment, pace=pace, now=now):
        return False
    finish(run, policies.document(version), now=now + pace.lasted)
    return True


def _note_failure(run: RetentionRun, error: Exception, now: datetime) -> None:
    """Keep the class of a failure, never its words, and tell staff once a run."""
    code = str(getattr(error, "fault", "") or type(error).__name__)[:60]
    logger.error("a retention run could not go on (%s)", type(error).__name__)
    with transaction.atomic():
        RetentionRun.objects.filter(pk=run.pk).update(error=code, leased_until=None)
        tell_staff(notice=RUN_FAILED, context={"run": str(run.pk)}, dedup=f"retention-failed:{run.pk}", now=now)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else works on a run; while the block lasts nobody does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, _WORKING])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, _WORKING])

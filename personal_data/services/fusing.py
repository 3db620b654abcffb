"""The fuse: a run that is not like others stops, and goes on only when two different people say so.

It stops when it would delete more than a set share of what is held, when the clock runs more than a day ahead of the
moment the engine saw last, and when the rules are not those the last finished run went by.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from audit.services.recording import actor_reference, record
from core.actors import Actor
from core.queue import enqueue_on_commit
from personal_data.enums import AuditEvent, FuseReason, RunState
from personal_data.errors_runs import RunUnderWay, StopDecided
from personal_data.models import FuseStop, RetentionRun, RetentionTick
from personal_data.permissions import check_can_decide_retention
from personal_data.retention_rules import changed_rules, rules_told
from personal_data.staff_telling import RUN_STOPPED, tell_staff
from policies.pack_types import Pack

TASK = "personal_data.retention"
MOST_AHEAD = timedelta(days=1)
FEWEST = 20  # fewer people or entries than this are never too many

Figures = Mapping[str, object]


def tick(*, now: datetime) -> None:
    """Note the moment the engine sees; one more than a day ahead of the last waits until a run was let go on."""
    row, created = RetentionTick.objects.get_or_create(pk=1, defaults={"last_at": now})
    if not created and row.last_at < now <= row.last_at + MOST_AHEAD:
        RetentionTick.objects.filter(pk=1, last_at__lt=now).update(last_at=now)


def check_fuse(run: RetentionRun, *, pack: Pack, now: datetime) -> dict[FuseReason, Figures]:
    """Why a run that is about to begin has to stop first, with the figures; empty when it may begin."""
    found: dict[FuseReason, Figures] = {}
    if too_many(run.people_due, run.people_held) or too_many(run.items_due, run.items_held):
        found[FuseReason.SHARE] = {
            "people": run.people_due,
            "of_people": run.people_held,
            "items": run.items_due,
            "of_items": run.items_held,
        }
    last = RetentionTick.objects.filter(pk=1).first()
    if last is not None and now > last.last_at + MOST_AHEAD:
        found[FuseReason.CLOCK] = {"last": last.last_at.isoformat(), "now": now.isoformat()}
    if last is not None and last.rules_digest is not None and bytes(last.rules_digest) != bytes(run.rules_digest):
        found[FuseReason.RULES] = {"changed": changed_rules(last.rules, rules_told(pack))}
    return found


def too_many(going: int, held: int) -> bool:
    """Whether so many are more than the set share, and no handful."""
    return going >= FEWEST and going * 100 > settings.PORTAL_RETENTION_MAX_SHARE * held


def most_without_asking(run: RetentionRun, *, of: str, held: int) -> int:
    """How many of the people or items held (`of`) a run may delete before it asks: a share, beyond what two people
    agreed to.
    """
    agreed = run.stops.filter(reason=FuseReason.SHARE, second_at__isnull=False).first()
    share = max(FEWEST - 1, held * settings.PORTAL_RETENTION_MAX_SHARE // 100)
    return share + int(agreed.figures[of]) if agreed else share


def stop(run: RetentionRun, reasons: Mapping[FuseReason, Figures], *, by: Actor, now: datetime) -> None:
    """Stop a run and tell staff, in the caller's transaction. What stops it again is asked again."""
    stops = [_stop(run, reason, figures, now) for reason, figures in reasons.items()]
    run.state, run.leased_until = RunState.STOPPED, None
    run.save(update_fields=["state", "leased_until"])
    record(
        event=AuditEvent.RETENTION_STOPPED,
        target=f"retention:{run.pk}",
        by=by,
        now=now,
        details={"reasons": [str(reason) for reason in reasons], "people": run.people_due, "items": run.items_due},
    )
    context = {"run": str(run.pk), "reasons": ",".join(str(reason) for reason in reasons)}
    dedup = f"retention-stopped:{stops[0].pk}:{now:%Y%m%dT%H%M%S%f}"
    tell_staff(notice=RUN_STOPPED, context=context, dedup=dedup, now=now)


def approve(*, stop_id: int, by: Actor, now: datetime) -> FuseStop:
    """Let a stopped run go on; the second of two different people sets it going, once nothing else stops it.

    Raises DecidingRefused, StopDecided, RunUnderWay.
    """
    try:
        with transaction.atomic():
            return _approve(stop_id, by, now)
    except IntegrityError as error:
        raise RunUnderWay from error


def drop(*, stop_id: int, by: Actor, now: datetime) -> FuseStop:
    """Drop a stopped run: it deletes nothing more. Dropped already, nothing happens.

    Raises DecidingRefused, StopDecided.
    """
    check_can_decide_retention(by=by)
    with transaction.atomic():
        held, run = _locked(stop_id)
        if run.state == RunState.DROPPED:
            return held
        if run.state != RunState.STOPPED:
            raise StopDecided
        run.stops.filter(second_at__isnull=True).update(dropped_by=actor_reference(by), dropped_at=now)
        run.state, run.finished_at = RunState.DROPPED, now
        run.save(update_fields=["state", "finished_at"])
        record(event=AuditEvent.RETENTION_DROPPED, target=f"retention:{run.pk}", by=by, now=now)
        held.refresh_from_db()
    return held


def _stop(run: RetentionRun, reason: FuseReason, figures: Figures, now: datetime) -> FuseStop:
    asked_anew = {"first_by": "", "first_at": None, "second_by": "", "second_at": None}
    told = {"figures": dict(figures), "stopped_at": now, **asked_anew}
    return FuseStop.objects.update_or_create(run=run, reason=reason, defaults=told)[0]


def _approve(stop_id: int, by: Actor, now: datetime) -> FuseStop:
    held, run = _locked(stop_id)
    check_can_decide_retention(by=by)
    if not held.is_open or run.state != RunState.STOPPED:
        raise StopDecided
    check_can_decide_retention(by=by, not_by=held.first_by)
    if not held.first_by:
        held.first_by, held.first_at = actor_reference(by), now
    else:
        held.second_by, held.second_at = actor_reference(by), now
    held.save(update_fields=["first_by", "first_at", "second_by", "second_at"])
    record(
        event=AuditEvent.RETENTION_APPROVED,
        target=f"retention:{run.pk}",
        by=by,
        now=now,
        details={"reason": held.reason, "second": bool(held.second_by)},
    )
    if held.second_by and held.reason == FuseReason.CLOCK:
        RetentionTick.objects.filter(pk=1, last_at__lt=now).update(last_at=now)
    if not run.stops.filter(second_at__isnull=True).exists():
        run.state = RunState.RUNNING
        run.save(update_fields=["state"])
        enqueue_on_commit(TASK)
    return held


def _locked(stop_id: int) -> tuple[FuseStop, RetentionRun]:
    """A stop and its run, the run locked first: two people may decide at once."""
    run_id = FuseStop.objects.values_list("run_id", flat=True).get(pk=stop_id)
    run = RetentionRun.objects.select_for_update().get(pk=run_id)
    return FuseStop.objects.select_for_update().get(pk=stop_id), run

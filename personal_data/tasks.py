"""Named shells over the erasure, the copies, and their sweeps."""

from uuid import UUID

from celery import shared_task

from core import clock
from core.sweeps import is_closed, run_sweep
from core.two_clocks import allowed
from personal_data.own_records import run_own_records
from personal_data.services.erasing import check_none_stuck, run_due_erasures
from personal_data.services.files import remove_orphans
from personal_data.services.holds import remind_due
from personal_data.services.import_turns import run_due_imports
from personal_data.services.key_sweep import remove_orphan_keys
from personal_data.services.packaging import check_no_package_stuck, expire_due, make_due, make_one
from personal_data.services.purposes import end_for_everybody
from personal_data.services.replaced import forget_released
from personal_data.services.replaying import follow_register
from personal_data.services.retention import run_due
from personal_data.services.warning import warn_due


@shared_task(name="personal_data.run_erasures", acks_late=True)
def run_erasures(**_: object) -> None:
    """Safe to run twice: a run is leased, and each of its steps can be repeated. What can be called off begins once
    the database's own clock says so, too.
    """
    run_sweep("personal_data.run_erasures", lambda now: run_due_erasures(now=now, cooled_by=allowed(now)))


@shared_task(name="personal_data.make_packages", acks_late=True)
def make_packages(package_id: str = "", **_: object) -> None:
    """Make the copy somebody rings for, or every one that waits. Safe to run twice: one worker at a time makes a copy,
    and a copy half made is made anew.
    """
    if package_id and not is_closed():
        make_one(package_id=UUID(package_id), now=clock.now())
        return
    run_sweep("personal_data.make_packages", make_due)
    run_sweep("personal_data.expire_packages", lambda now: expire_due(now=allowed(now)))


@shared_task(name="personal_data.sweep_orphans", acks_late=True)
def sweep_orphans(**_: object) -> None:
    """Remove what crashes left behind, bytes without a row, keys without a person, and notice erasures and copies that
    wait.
    """
    run_sweep("personal_data.remove_orphan_files", remove_orphans)
    run_sweep("personal_data.stuck_erasures", check_none_stuck)
    run_sweep("personal_data.stuck_packages", check_no_package_stuck)
    run_sweep("personal_data.remove_orphan_keys", remove_orphan_keys)


@shared_task(name="personal_data.replay_register", acks_late=True)
def replay_register(**_: object) -> None:
    """Do what the erasure register announced and no transaction committed. Safe to run twice."""
    run_sweep("personal_data.replay_register", follow_register)


@shared_task(name="personal_data.own_records", acks_late=True)
def own_records(**_: object) -> None:
    """What the portal wrote for itself and has kept long enough. Safe to run twice."""
    run_sweep("personal_data.own_records", run_own_records)


@shared_task(name="personal_data.holds", acks_late=True)
def holds(**_: object) -> None:
    """Remind of holds to be reviewed, let go what a released one kept of corrections, and end purposes two people
    decided to end for everybody, once the database's own clock says so, too. Safe to run twice.
    """
    run_sweep("personal_data.remind_holds", remind_due)
    run_sweep("personal_data.released_holds", forget_released)
    run_sweep("personal_data.end_purposes", lambda now: end_for_everybody(now=allowed(now)))


@shared_task(name="personal_data.run_imports", acks_late=True)
def run_imports(**_: object) -> None:
    """Safe to run twice: a batch is leased, and each chunk of it commits with the place reached."""
    run_sweep("personal_data.run_imports", run_due_imports)


@shared_task(name="personal_data.retention", acks_late=True)
def retention(**_: object) -> None:
    """Safe to run twice: one process at a time works on a run, and each batch of it is whole."""
    run_sweep("personal_data.retention", run_due)


@shared_task(name="personal_data.warn", acks_late=True)
def warn(**_: object) -> None:
    """Tell people 30 and 7 days before something goes. Safe to run twice: a warning stands once under its day."""
    run_sweep("personal_data.warn", warn_due)

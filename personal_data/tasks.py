"""Named shells over the erasure, the copies, and their sweeps."""

from uuid import UUID

from celery import shared_task

from core import clock
from core.sweeps import run_sweep
from personal_data.services.erasing import check_none_stuck, run_due_erasures
from personal_data.services.files import remove_orphans
from personal_data.services.import_turns import run_due_imports
from personal_data.services.key_sweep import remove_orphan_keys
from personal_data.services.packaging import check_no_package_stuck, expire_due, make_due, make_one


@shared_task(name="personal_data.run_erasures", acks_late=True)
def run_erasures(**_: object) -> None:
    """Safe to run twice: a run is leased, and each of its steps can be repeated."""
    run_sweep("personal_data.run_erasures", run_due_erasures)


@shared_task(name="personal_data.make_packages", acks_late=True)
def make_packages(package_id: str = "", **_: object) -> None:
    """Make the copy somebody rings for, or every one that waits. Safe to run twice: one worker at a time makes a copy,
    and a copy half made is made anew.
    """
    if package_id:
        make_one(package_id=UUID(package_id), now=clock.now())
        return
    run_sweep("personal_data.make_packages", make_due)
    run_sweep("personal_data.expire_packages", expire_due)


@shared_task(name="personal_data.sweep_orphans", acks_late=True)
def sweep_orphans(**_: object) -> None:
    """Remove what crashes left behind, bytes without a row, keys without a person, and notice erasures and copies that
    wait.
    """
    run_sweep("personal_data.remove_orphan_files", remove_orphans)
    run_sweep("personal_data.remove_orphan_keys", remove_orphan_keys)
    run_sweep("personal_data.stuck_erasures", check_none_stuck)
    run_sweep("personal_data.stuck_packages", check_no_package_stuck)


@shared_task(name="personal_data.run_imports", acks_late=True)
def run_imports(**_: object) -> None:
    """Safe to run twice: a batch is leased, and each chunk of it commits with the place reached."""
    run_sweep("personal_data.run_imports", run_due_imports)

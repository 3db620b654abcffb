"""Named shells over the erasure and its sweeps."""

from celery import shared_task

from core.sweeps import run_sweep
from personal_data.services.erasing import check_none_stuck, run_due_erasures
from personal_data.services.files import remove_orphans
from personal_data.services.key_sweep import remove_orphan_keys


@shared_task(name="personal_data.run_erasures", acks_late=True)
def run_erasures(**_: object) -> None:
    """Safe to run twice: a run is leased, and each of its steps can be repeated."""
    run_sweep("personal_data.run_erasures", run_due_erasures)


@shared_task(name="personal_data.sweep_orphans", acks_late=True)
def sweep_orphans(**_: object) -> None:
    """Remove what crashes left behind, bytes without a row and keys without a person, and notice erasures that wait."""
    run_sweep("personal_data.remove_orphan_files", remove_orphans)
    run_sweep("personal_data.remove_orphan_keys", remove_orphan_keys)
    run_sweep("personal_data.stuck_erasures", check_none_stuck)

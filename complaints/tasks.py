"""Periodic tasks of complaints and of the requests below them."""

from celery import shared_task

from cases.services.reminding import sweep_deadlines as sweep
from core.sweeps import run_sweep


@shared_task(name="complaints.sweep_deadlines")
def sweep_deadlines(**_: object) -> None:
    """Safe to run twice: each mark is set once."""
    run_sweep("complaints.sweep_deadlines", sweep)

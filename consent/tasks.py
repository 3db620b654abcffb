"""Named shells over one service each."""

from celery import shared_task

from consent.services.following import follow_up_all
from core.sweeps import run_sweep


@shared_task(name="consent.follow_up")
def follow_up(**_: object) -> None:
    """Rung by a withdrawal and by beat. Safe to run twice."""
    run_sweep("consent.follow_up", follow_up_all)

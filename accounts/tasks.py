"""Named shells over the services."""

from celery import shared_task

from accounts.services import sweeping
from core.sweeps import run_sweep


@shared_task(name="accounts.sweep_sessions")
def sweep_sessions(**_: object) -> None:
    """Remove what is kept of sessions that are over, invitations that ran out, and accounts nobody proved.

    Safe to run twice.
    """
    run_sweep("accounts.sweep_sessions", sweeping.sweep)

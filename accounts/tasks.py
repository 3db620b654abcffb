"""Named shells over the services."""

from celery import shared_task

from accounts.services import sweeping
from accounts.services.telling import tell_imported
from core.sweeps import run_sweep


@shared_task(name="accounts.sweep_sessions")
def sweep_sessions(**_: object) -> None:
    """Remove what is kept of sessions that are over, and close invitations that ran out. Safe to run twice."""
    run_sweep("accounts.sweep_sessions", sweeping.sweep)


@shared_task(name="accounts.tell_imported")
def tell_the_imported(**_: object) -> None:
    """Write to people brought in whom nobody has told yet. Safe to run twice."""
    run_sweep("accounts.tell_imported", tell_imported)

"""Periodic tasks of the foundations."""

from celery import shared_task

from core.sweeps import run_sweep


@shared_task(name="core.heartbeat")
def heartbeat(**_: object) -> None:
    """Show that beat rings and a worker answers."""
    run_sweep("core.heartbeat", _alive)


def _alive(*, now: object) -> None:
    return None

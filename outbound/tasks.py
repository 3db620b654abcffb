"""Periodic tasks of the way out."""

from celery import shared_task

from core.sweeps import is_closed, run_sweep
from outbound.services.delivering import deliver_alerts
from outbound.services.delivering import deliver_due as deliver


@shared_task(name="outbound.deliver_due")
def deliver_due(**_: object) -> None:
    """Safe to run any number of times at once: each message is leased to one worker.

    While the portal may not serve, nobody but its administrators is written to.
    """
    if is_closed():
        run_sweep("outbound.deliver_alerts", deliver_alerts)
        return
    run_sweep("outbound.deliver_due", deliver)

"""Tasks of cases."""

from celery import shared_task

from cases.services.codes import send_pending
from core.sweeps import run_sweep


@shared_task(name="cases.send_codes")
def send_codes(**_: object) -> None:
    """Mail the codes asked for while looking up a case. Safe to run any number of times."""
    run_sweep("cases.send_codes", send_pending)

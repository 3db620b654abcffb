"""Tasks of cases. Each may run any number of times at once: rows say what was done, never the time of a run."""

from celery import shared_task

from cases.services.codes import send_pending
from cases.services.digesting import write_digests as write
from cases.services.recalculating import recalculate_behind
from cases.services.reminding import sweep_marks as sweep
from core.sweeps import run_sweep


@shared_task(name="cases.send_codes")
def send_codes(**_: object) -> None:
    """Mail the codes asked for while looking up a case."""
    run_sweep("cases.send_codes", send_pending)


@shared_task(name="cases.sweep_marks")
def sweep_marks(**_: object) -> None:
    """Reminders, what was missed, and what ends by itself."""
    run_sweep("cases.sweep_marks", sweep)


@shared_task(name="cases.follow_calendar")
def follow_calendar(**_: object) -> None:
    """Bring open cases to the newest calendar."""
    run_sweep("cases.follow_calendar", recalculate_behind)


@shared_task(name="cases.write_digests")
def write_digests(**_: object) -> None:
    """The morning's mail to the desk."""
    run_sweep("cases.write_digests", write)

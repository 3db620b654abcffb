"""Tasks of requests. Each may run any number of times at once: rows say what was done, never the time of a run."""

from celery import shared_task

from core import clock
from core.sweeps import is_closed, run_sweep
from core.two_clocks import allowed
from dsr_requests.services.codes_to_held import send_codes
from dsr_requests.services.fulfilling import check_none_stuck, run_due, run_request
from dsr_requests.services.identifying import go_on_waiting as go_on
from personal_data.services.order_names import forget_names
from personal_data.services.ordering import sweep_late


@shared_task(name="dsr_requests.send_identity_codes")
def send_identity_codes(**_: object) -> None:
    """Mail the codes asked for to addresses already held."""
    run_sweep("dsr_requests.send_identity_codes", send_codes)


@shared_task(name="dsr_requests.go_on_waiting")
def go_on_waiting(**_: object) -> None:
    """Let take effect what waited for a time without changed contact details."""
    run_sweep("dsr_requests.go_on_waiting", go_on)


@shared_task(name="dsr_requests.fulfil", acks_late=True)
def fulfil(request_id: int = 0, **_: object) -> None:
    """Carry out what was decided on the request somebody rings for, or on every one. Safe to run twice: a step runs
    under the lock of its request.
    """
    if request_id and not is_closed():
        run_request(request_id=request_id, now=clock.now())
        return
    run_sweep("dsr_requests.fulfil", run_due)


@shared_task(name="dsr_requests.look_after")
def look_after(**_: object) -> None:
    """Recipients who did not confirm in time are told to officers once, and what was kept for them goes long after;
    steps that wait for a person are noticed.
    """
    run_sweep("dsr_requests.late_recipients", sweep_late)
    run_sweep("dsr_requests.forget_names", lambda now: forget_names(now=allowed(now)))
    run_sweep("dsr_requests.stuck_steps", check_none_stuck)

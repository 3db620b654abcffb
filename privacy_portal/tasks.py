"""Periodic work of the installation as a whole."""

from datetime import datetime

from celery import shared_task

from accounts.models import User
from accounts.sealed_address import real_address
from core.sweeps import run_sweep
from outbound.services.alerting import alert_failing_jobs
from personal_data.services.register_standing import closed


@shared_task(name="privacy_portal.alert_failing_jobs", acks_late=True)
def alert(**_: object) -> None:
    """Mail administrators about jobs that keep failing; each failure is told once."""
    run_sweep("privacy_portal.alert_failing_jobs", _alert)


def _alert(*, now: datetime) -> list[str]:
    administrators = User.objects.filter(is_active=True, groups__name="administrator").distinct()
    addresses = {real_address(user): user.language for user in administrators}
    return alert_failing_jobs(addresses=addresses, now=now, shut=closed())

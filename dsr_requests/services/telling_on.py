"""What goes on in a request when something it waits for has happened elsewhere, and who hears of late recipients."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from cases.staff import mail_address, officers
from core.queue import enqueue_on_commit
from dsr_requests.models import Request
from dsr_requests.services.fulfilling import TASK
from outbound.services.queueing import queue_notice
from personal_data.models import ErasureRun, Package, RecipientTask

_OF_A_REQUEST = f"{Request.kind}:"


def erasure_is_over(run: ErasureRun) -> None:
    """A deletion that rests on a request is done, or was called off."""
    _ring_for(run.basis)


def copy_is_made(package: Package, at: datetime) -> None:
    """A copy that answers a request is ready."""
    _ring_for(package.basis)


def recipient_confirmed(task: RecipientTask) -> None:
    """A recipient did what a request wanted of it."""
    _ring_for(task.basis)


def tell_of_late(*, tasks: list[RecipientTask], now: datetime) -> None:
    """One letter to each officer about all orders that became late; it names none."""
    link = settings.PORTAL_URL + reverse("admin:personal_data_recipienttask_changelist")
    for officer in officers():
        address = mail_address(officer)
        if address:
            queue_notice(
                notice="staff-recipients-late",
                to=address,
                language=officer.language,
                context={"count": str(len(tasks)), "link": link},
                now=now,
                subject_id=officer.subject_id,
                dedup=f"recipients-late:{min(task.pk for task in tasks)}:{officer.pk}",
            )


def _ring_for(basis: str) -> None:
    request_id = basis.removeprefix(_OF_A_REQUEST)
    if request_id != basis and request_id.isdigit():
        enqueue_on_commit(TASK, request_id=int(request_id))

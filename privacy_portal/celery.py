"""The Celery application of the worker.

A message is a doorbell: "look at the database". Losing or doubling all of them changes seconds, never what happens, so
results are off, messages are small JSON, and nothing waits for the broker longer than a person would notice.
"""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging, worker_before_create_process, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from privacy_portal import broker
from privacy_portal.doorbell import QUEUE, SECONDS
from privacy_portal.schedule import HOUR, MINUTE

WORKER_SOCKET_SECONDS = 10.0  # longer than the second a worker waits for the next message

broker.use()
app = Celery("privacy_portal")
app.conf.update(
    broker_url=settings.REDIS_URL,
    result_backend=None,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    accept_content=["json"],
    task_serializer="json",
    timezone="UTC",
    enable_utc=True,
    task_default_queue=QUEUE,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=15 * MINUTE,
    task_publish_retry=False,
    worker_prefetch_multiplier=1,
    worker_concurrency=2,
    worker_max_tasks_per_child=2000,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=2,
    broker_pool_limit=4,
    broker_transport_options={
        # A task is far shorter than this; a lost worker's message comes back after it, and a sweep long before.
        "visibility_timeout": HOUR,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": SECONDS,
        "socket_timeout": SECONDS,
        "socket_keepalive": True,
        "retry_on_timeout": False,
        "max_retries": 0,
    },
    visibility_timeout=HOUR,
)
app.autodiscover_tasks()


@setup_logging.connect
def _use_django_logging(**_: Any) -> None:
    """Logging is set by Django's settings; Celery adds no handler and prints no task arguments."""


@celeryd_init.connect
def _prepare_worker(**_: Any) -> None:
    """A worker waits for its broker, and begins with no keys but its own; the holidays are loaded before the fork."""
    from core.public_holidays import load_holidays
    from privacy_portal.key_checks import check_keys

    app.conf.broker_transport_options = {
        **app.conf.broker_transport_options,
        "socket_connect_timeout": WORKER_SOCKET_SECONDS,
        "socket_timeout": WORKER_SOCKET_SECONDS,
    }
    try:
        check_keys()
    except ImproperlyConfigured as fault:
        raise SystemExit(f"The portal cannot start: {fault}") from None  # any other exception is only logged here
    load_holidays()


@worker_before_create_process.connect
def _share_memory(**_: Any) -> None:
    """What was loaded before the fork stays out of the collector: looking at it would copy its pages into the child."""
    gc.collect()
    gc.freeze()


@worker_process_init.connect
def _collect_in_child(**_: Any) -> None:
    gc.enable()

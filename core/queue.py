"""Ringing the worker. The row is the truth; a message only says "look at the database"."""

import logging
from functools import partial

from django.db import transaction

logger = logging.getLogger(__name__)


def enqueue_on_commit(task_name: str, **kwargs: str | int) -> None:
    """Ring for a task after commit. A silent broker costs at most 100 ms, never an error: a sweep finds the row
    anyway.
    """
    transaction.on_commit(partial(ring, task_name, **kwargs), robust=False)


def ring(task_name: str, **kwargs: str | int) -> None:
    """Send one doorbell message now; a failure is logged by its type alone."""
    from celery import current_app
    from kombu.exceptions import OperationalError
    from redis.exceptions import RedisError

    try:
        current_app.send_task(task_name, kwargs=kwargs, retry=False, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("the broker did not take %s (%s); the sweep will", task_name, type(error).__name__)

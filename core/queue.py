"""Ringing the worker. The row is the truth; a message only says "look at the database"."""

import logging
from functools import partial

from django.conf import settings
from django.db import transaction

from core import doorbell

SECONDS = 0.08  # ringing never holds a request longer than this

logger = logging.getLogger(__name__)


def enqueue_on_commit(task_name: str, **kwargs: str | int) -> None:
    """Ring for a task after commit. A silent broker costs at most 100 ms, never an error: a sweep finds the row
    anyway.
    """
    transaction.on_commit(partial(ring, task_name, **kwargs), robust=False)


def ring(task_name: str, **kwargs: str | int) -> None:
    """Send one doorbell message now; a failure is logged by its type alone."""
    try:
        doorbell.put(settings.REDIS_URL, task_name, kwargs, seconds=SECONDS)
    except OSError as error:
        logger.warning("the broker did not take %s (%s); the sweep will", task_name, type(error).__name__)

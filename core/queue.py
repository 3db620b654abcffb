"""Ringing the worker. The row is the truth; a message only says "look at the database"."""

import logging
from collections.abc import Callable, Mapping
from functools import partial

from django.db import transaction

logger = logging.getLogger(__name__)

# Filled at start by the composition root, which knows the broker: puts a task and its arguments there, or OSError.
Put = Callable[[str, Mapping[str, str | int]], None]
_puts: list[Put] = []


def ring_with(put: Put) -> None:
    """Hand in how a message reaches the broker; the last one handed in is used."""
    _puts[:] = [put]


def enqueue_on_commit(task_name: str, **kwargs: str | int) -> None:
    """Ring for a task after commit. A silent broker costs at most 100 ms, never an error: a sweep finds the row
    anyway.
    """
    transaction.on_commit(partial(ring, task_name, **kwargs), robust=False)


def ring(task_name: str, **kwargs: str | int) -> None:
    """Send one doorbell message now; a failure is logged by its type alone."""
    try:
        for put in _puts:
            put(task_name, kwargs)
    except OSError as error:
        logger.warning("the broker did not take %s (%s); the sweep will", task_name, type(error).__name__)

"""Beat: rings for everything as soon as it starts, then by the schedule.

It keeps no file: any number of beats is safe, and what was missed meanwhile is rung for at once. It loads no app, no
task and, for the broker's usual addresses, no library either.
"""

import logging
import logging.config
import os
import signal
import sys
import time
from types import FrameType

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_portal.settings")

from django.conf import settings

from privacy_portal import doorbell
from privacy_portal.schedule import SCHEDULE

PAUSE_SECONDS = 1.0  # between two tries while the broker does not answer
ANSWER_SECONDS = 2.0

logger = logging.getLogger(__name__)


class Beat:
    """When each bell is due. The clock is the machine's running time: setting the date moves nothing."""

    def __init__(self, address: str, *, now: float) -> None:
        self._address = address
        self._due = dict.fromkeys(SCHEDULE, now)
        self._is_silent = False

    def turn(self, *, now: float) -> float:
        """Ring for what is due; answers how many seconds to wait. What the broker did not take stays due."""
        for name in [name for name, due in self._due.items() if due <= now]:
            try:
                doorbell.put(self._address, name, {}, seconds=ANSWER_SECONDS)
            except OSError as fault:
                if not self._is_silent:
                    logger.warning("the broker does not answer (%s); beat goes on trying", type(fault).__name__)
                self._is_silent = True
                return PAUSE_SECONDS
            self._is_silent = False
            self._due[name] = now + SCHEDULE[name]
        return min(self._due.values()) - now


def run() -> None:
    """Ring until asked to stop."""
    logging.config.dictConfig(settings.LOGGING)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    if not doorbell.speaks(settings.REDIS_URL):
        from privacy_portal import celery  # noqa: F401  the application the library rings through
    beat = Beat(settings.REDIS_URL, now=time.monotonic())
    while True:
        time.sleep(beat.turn(now=time.monotonic()))


def _leave(_number: int, _: FrameType | None) -> None:
    sys.exit(0)

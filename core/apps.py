"""What every package needs and nothing that knows of privacy."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Calendar and jobs")

    def ready(self) -> None:
        from core import checks  # noqa: F401  registers the system checks

"""Data-subject requests."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DsrRequestsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "dsr_requests"
    verbose_name = _("Requests")

    def ready(self) -> None:
        from cases.describing import describe_with
        from dsr_requests.selectors import describe

        describe_with("request", describe)

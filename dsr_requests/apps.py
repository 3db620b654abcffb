"""Data-subject requests."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DsrRequestsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "dsr_requests"
    verbose_name = _("Requests")

    def ready(self) -> None:
        from cases.clock import time_with
        from cases.describing import CaseWords, describe_with
        from cases.kinds import count_with
        from dsr_requests.counting import FACTS
        from dsr_requests.periods import PERIODS
        from dsr_requests.selectors import describe

        describe_with("request", CaseWords(describe))
        time_with("request", PERIODS)
        count_with("request", FACTS)

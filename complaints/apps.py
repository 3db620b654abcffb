"""Complaints."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        from cases.clock import time_with
        from cases.describing import describe_with
        from cases.enums import MarkCode
        from cases.kinds import count_with
        from cases.models import UNPROVED
        from cases.services.emptying import unknown_sender
        from cases.services.reminding import end_with
        from complaints import package_parts
        from complaints.counting import FACTS
        from complaints.endings import end_returning, end_unverified
        from complaints.periods import PERIODS
        from complaints.wording import WORDS

        describe_with("complaint", WORDS)
        time_with("complaint", PERIODS)
        end_with("complaint", MarkCode.ADDRESS_END, end_unverified)
        end_with("complaint", MarkCode.CLOSE_DUE, end_returning)
        unknown_sender("complaint", UNPROVED)
        count_with("complaint", FACTS)
        package_parts.register()

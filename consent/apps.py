"""Asking for consent, the ledger of answers, and what may be noted only while an answer stands."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsentConfig(AppConfig):
    name = "consent"
    verbose_name = _("Consent")

    def ready(self) -> None:
        from consent import package_parts
        from consent.models import LedgerEntry
        from consent.selectors import count_in_force
        from consent.services.granting import end_all
        from consent.services.replaying import end_again, end_all_of_many
        from personal_data.planning import foresee
        from personal_data.register.entries import WITHDRAWN
        from personal_data.services.erasing import before_start
        from personal_data.services.replay_erasing import before_many_go
        from personal_data.services.replaying import on_replay

        before_start(end_all)
        before_many_go(end_all_of_many)
        on_replay(WITHDRAWN, end_again)
        foresee(LedgerEntry._meta.label_lower, count_in_force)
        package_parts.register()

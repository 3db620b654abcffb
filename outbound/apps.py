"""The one way out: outbox and mail."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class OutboundConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "outbound"
    verbose_name = _("Mail")

    def ready(self) -> None:
        from outbound import package_parts
        from outbound.services.forgetting import remove_letters
        from personal_data.services.erasing import before_rows_go

        package_parts.register()
        if settings.EMAIL_DELIVERY == "folder":
            before_rows_go(remove_letters)

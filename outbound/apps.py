"""The one way out: outbox and mail."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class OutboundConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "outbound"
    verbose_name = _("Mail")

    def ready(self) -> None:
        from core.sweeps import goes_on
        from outbound import package_parts
        from outbound.models import OutboxMessage
        from outbound.services.forgetting import (
            LETTERS,
            MESSAGES,
            forget_messages,
            remove_letters,
            remove_letters_of_many,
        )
        from personal_data.own_records import sweep_records
        from personal_data.services.erasing import before_rows_go
        from personal_data.services.replay_erasing import before_many_go
        from personal_data.wrapped import WrappedColumn, also_wrapped

        goes_on("outbound.deliver_alerts")
        package_parts.register()
        also_wrapped(
            WrappedColumn(OutboxMessage, "sealed_to", lambda message: message.sealing_context("to")),
            WrappedColumn(OutboxMessage, "sealed_context", lambda message: message.sealing_context("context")),
        )
        in_folder = settings.EMAIL_DELIVERY == "folder"
        sweep_records("outbound.messages", forget_messages, [MESSAGES, LETTERS] if in_folder else [MESSAGES])
        if in_folder:
            before_rows_go(remove_letters)
            before_many_go(remove_letters_of_many)

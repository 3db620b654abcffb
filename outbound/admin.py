"""The outbox as staff see it: how messages fare, never to whom or what."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from outbound.models import OutboxMessage


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = (
        "notice",
        "channel",
        "language",
        "created_at",
        "due_at",
        "attempts",
        "sent_at",
        "failed_at",
        "failure_code",
    )
    list_filter = ("channel", "failure_code")
    date_hierarchy = None
    fields = list_display
    show_full_result_count = False

"""The holiday table, and the base of every read-only list."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from core.models import Holiday, SweepState


class ReadOnlyAdmin(admin.ModelAdmin):
    """Lists and shows; changes go through services."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin):
    list_display = ("day", "name", "is_working")
    ordering = ("-day",)


@admin.register(SweepState)
class SweepStateAdmin(ReadOnlyAdmin):
    list_display = ("name", "last_started_at", "last_succeeded_at", "failures_in_a_row", "last_error")

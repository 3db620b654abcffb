"""The record as staff read it: filter and look, nothing else."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from audit.models import AuditEntry
from core.admin import GuardedFilters


@admin.register(AuditEntry)
class AuditEntryAdmin(GuardedFilters):
    list_display = ("at", "event", "target", "actor_role", "actor")
    list_filter = ("event", "actor_role")
    search_fields = ("target", "actor")
    date_hierarchy = "at"
    list_per_page = 50
    show_full_result_count = False
    fields = ("at", "event", "target", "subject_ref", "actor", "actor_role", "details")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}

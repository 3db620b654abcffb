"""Published versions on the staff desk: to read only. Publishing is a command, so that a pack is checked whole."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin import ReadOnlyAdmin
from policies.change_words import change_lines
from policies.models import PolicyVersion


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    list_display = ("number", "slug", "effective_at", "published_at", "published_by")
    ordering = ("-number",)
    fields = (
        "number",
        "slug",
        "effective_at",
        "published_at",
        "published_by",
        "content_hash",
        "changed",
        "public_page",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: PolicyVersion | None = None) -> tuple[str, ...]:
        return ("changed", "public_page")

    @admin.display(description=_("changes"))
    def changed(self, version: PolicyVersion) -> str:
        return "; ".join(change_lines(version.changes)) or "–"

    @admin.display(description=_("public page"))
    def public_page(self, version: PolicyVersion) -> SafeString:
        address = reverse("policies:version", args=[version.number])
        return format_html('<a href="{}">{}</a>', address, address)

"""The composition root and its staff site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "privacy_portal"

    def ready(self) -> None:
        from privacy_portal import celery, checks  # noqa: F401  the application services ring through; system checks


class PortalAdminConfig(AdminConfig):
    default_site = "privacy_portal.admin_site.PortalAdminSite"

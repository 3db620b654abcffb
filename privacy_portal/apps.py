"""The composition root and its staff site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "privacy_portal"

    def ready(self) -> None:
        from core.sweeps import goes_on
        from privacy_portal import celery, checks  # noqa: F401  the application services ring through; system checks

        goes_on("privacy_portal.alert_failing_jobs")


class PortalAdminConfig(AdminConfig):
    default_site = "privacy_portal.admin_site.PortalAdminSite"

"""The composition root and its staff site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "privacy_portal"

    def ready(self) -> None:
        from django.conf import settings

        from core.queue import ring_with
        from core.sweeps import goes_on
        from privacy_portal import checks  # noqa: F401  system checks
        from privacy_portal.doorbell import ring, speaks

        ring_with(ring)
        if not speaks(settings.REDIS_URL):
            from privacy_portal import celery  # noqa: F401  the application the library rings through
        goes_on("privacy_portal.alert_failing_jobs")


class PortalAdminConfig(AdminConfig):
    default_site = "privacy_portal.admin_site.PortalAdminSite"

"""Addresses: people's pages under a language, staff, health and machines without."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from privacy_portal import health, views

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accent-<str:version>.css", views.accent_css, name="accent"),
    path("logo-<str:version>.svg", views.logo, name="logo"),
    path("", views.root, name="root"),
    path("staff/language/", set_language, name="set_language"),
    path("staff/", admin.site.urls),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("first-run/", views.first_run, name="first_run"),
        path("", include("policies.urls")),
        path("complaints/", include("complaints.urls")),
        path("requests/", include("dsr_requests.urls")),
        path("track/", include("cases.urls")),
        path("account/", include("accounts.urls")),
        path("auth/", include("accounts.auth_urls")),
        prefix_default_language=True,
    ),
]

if settings.DEBUG or settings.PORTAL_STYLEGUIDE:
    from privacy_portal.styleguide import styleguide

    urlpatterns += i18n_patterns(path("styleguide/", styleguide, name="styleguide"))

handler400 = "privacy_portal.views.bad_request"
handler403 = "privacy_portal.views.forbidden"
handler404 = "privacy_portal.views.not_found"
handler500 = "privacy_portal.views.server_error"

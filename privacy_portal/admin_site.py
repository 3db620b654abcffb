"""The staff site: who comes in, with what proof, and in which order things stand."""

from collections.abc import Callable
from functools import partial
from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Role
from accounts.permissions import needs_second_factor
from accounts.selectors import has_second_factor, used_second_factor
from core.sweeps import failing

# Tables of libraries that nobody edits by hand: addresses are sealed, roles are code, sessions end by a button.
CLOSED_APPS = frozenset({"account", "auth", "mfa", "usersessions", "sessions", "contenttypes"})
ORDER = (
    "complaints",
    "dsr_requests",
    "cases",
    "personal_data",
    "consent",
    "policies",
    "accounts",
    "audit",
    "outbound",
    "core",
)
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class PortalAdminSite(admin.AdminSite):
    """Django's admin behind our own sign-in and a second factor."""

    site_title = gettext_lazy("Staff desk")
    site_header = gettext_lazy("Staff desk")
    index_title = gettext_lazy("What needs you")
    site_url = "/"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register, leaving out tables that stay closed."""
        models = model_or_iterable if isinstance(model_or_iterable, list | tuple) else [model_or_iterable]
        open_ones = [model for model in models if model._meta.app_label not in CLOSED_APPS]
        if open_ones:
            super().register(open_ones, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff with a role, who showed a second factor in this session."""
        user = request.user
        if not (user.is_authenticated and user.is_active and user.is_staff and user.audit_role in Role):
            return False
        return not needs_second_factor(user) or used_second_factor(request=request)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Whoever only reads cannot send a form, whatever page forgets to ask. A view marked `only_reads` takes a form
        to keep what was typed out of its address, or to record a look.
        """

        def reading_only(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            harmless = request.path == reverse("admin:logout") or getattr(view, "only_reads", False)
            if request.method not in READING and not harmless and _role_of(request) == Role.AUDITOR:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        # Django looks for this mark on the view it is handed, to leave the sign-out alone.
        reading_only.csrf_exempt = getattr(view, "csrf_exempt", False)  # type: ignore[attr-defined]
        return super().admin_view(reading_only, cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one door. Whoever came through it without the second factor is led to showing or making one."""
        onward = get_next_redirect_url(request) or reverse("admin:index")
        user = request.user
        if not user.is_authenticated:
            return _lead_to("account_login", onward)
        if not (user.is_staff and user.audit_role in Role):
            raise PermissionDenied
        if self.has_permission(request):
            return HttpResponseRedirect(onward)
        if has_second_factor(user=user):
            return HttpResponseRedirect(self._where_to_confirm(request, onward))
        messages.info(request, _("Staff sign in with a second factor. Set one up first: an app or a passkey."))
        return HttpResponseRedirect(reverse("account_security"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Sign out and show the front page."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        logout(request)
        return HttpResponseRedirect(reverse("home"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Passwords are changed where everyone changes theirs."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """The monthly report; and Django's own, without the second page of the password change and the jump to any
        object by table and key.
        """
        from cases.admin_reports import report_view  # it registers pages, which needs this class

        left_out = ("password_change_done", "view_on_site")
        report = path("report/", self.admin_view(partial(report_view, site=self)), name="report")
        return [report, *(found for found in super().get_urls() if getattr(found, "name", "") not in left_out)]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every staff page knows: whether the demo does without the second factor, and which jobs keep failing."""
        context: dict[str, Any] = super().each_context(request)
        context["factor_relaxed"] = settings.PORTAL_DEMO
        context["failing_jobs"] = failing() if self.has_permission(request) else []
        return context

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Work first, machinery last."""
        places = {label: place for place, label in enumerate(ORDER)}
        return sorted(
            super().get_app_list(request, app_label),
            key=lambda app: (places.get(app["app_label"], len(places)), app["name"]),
        )

    def _where_to_confirm(self, request: HttpRequest, onward: str) -> str:
        from allauth.account.adapter import get_adapter

        for method in get_adapter().get_reauthentication_methods(request.user):
            if method["id"].startswith("mfa_reauthenticate"):
                return f"{method['url']}?{urlencode({REDIRECT_FIELD_NAME: onward})}"
        return reverse("account_security")


def _role_of(request: HttpRequest) -> str:
    return request.user.audit_role if request.user.is_authenticated else ""


def _lead_to(name: str, onward: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: onward})}")

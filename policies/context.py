"""What every page knows of the organisation it belongs to. Read only when a template asks."""

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from core import clock
from policies import selectors
from policies.models import PolicyVersion
from policies.pack_types import Pack


class CurrentPolicy:
    """The policy in force as templates use it; every attribute is empty while none has been published."""

    @cached_property
    def version(self) -> PolicyVersion | None:
        return selectors.version_in_force(clock.now())

    @cached_property
    def pack(self) -> Pack | None:
        return selectors.document(self.version) if self.version else None

    @property
    def version_number(self) -> int | None:
        return self.version.number if self.version else None

    @property
    def controller_name(self) -> str:
        return str(self.pack.controller.name) if self.pack else ""

    @property
    def title(self) -> str:
        return str(self.pack.title) if self.pack else ""

    @property
    def summary(self) -> str:
        return str(self.pack.summary) if self.pack else ""

    @property
    def accent_href(self) -> str:
        return self._address("accent")

    @property
    def logo_href(self) -> str:
        return self._address("logo")

    @property
    def demo(self) -> bool:
        return bool(settings.PORTAL_DEMO)

    def _address(self, name: str) -> str:
        # The address names the content, not the number: two installations on one host must not share a browser's cache.
        if self.version is None:
            return ""
        try:
            return reverse(name, args=[self.version.content_hash[:16]])
        except NoReverseMatch:
            return ""


def policy(request: HttpRequest) -> dict[str, CurrentPolicy]:
    """Context processor: `policy` in every template; the one a view has read already, when it set `current_policy`."""
    return {"policy": getattr(request, "current_policy", None) or CurrentPolicy()}

"""What every page knows of the installation."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, object]:
    """Whether this is the demo; pages say so."""
    return {"portal_demo": settings.PORTAL_DEMO, "portal_styleguide": settings.DEBUG or settings.PORTAL_STYLEGUIDE}

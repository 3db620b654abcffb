"""What every page knows of the installation, and of the person signed in."""

from django.conf import settings
from django.http import HttpRequest

from accounts.standing import Standing


def portal(request: HttpRequest) -> dict[str, object]:
    """Whether this is the demo, and what limits the use of the person's data; pages say so."""
    return {
        "portal_demo": settings.PORTAL_DEMO,
        "portal_styleguide": settings.DEBUG or settings.PORTAL_STYLEGUIDE,
        "standing": Standing(request),
    }

"""Who sees the desks of complaints and requests."""

from typing import Any, cast

from django.http import HttpRequest

from cases import permissions
from core.actors import Actor
from core.admin import ReadOnlyAdmin


def acting(request: HttpRequest) -> Actor:
    """The member of staff; the site lets nobody else in."""
    return cast(Actor, request.user)


class DeskAdmin(ReadOnlyAdmin):
    """What the list and the page of one case share."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.can_see_queue(by=acting(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return permissions.can_see_queue(by=acting(request))

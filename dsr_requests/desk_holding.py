"""The way from a request to the hold on its copy, or to the page that proposes one."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core.actors import Actor
from dsr_requests.models import Request
from dsr_requests.permissions import can_hold_copy
from dsr_requests.selectors_holding import ANSWERED_BY_COPY, latest_hold


def copy_hold_link(request: Request, *, by: Actor) -> tuple[str, str]:
    """What there is to open about holding the copy back: words and address; empty where there is nothing."""
    if request.asked_for not in ANSWERED_BY_COPY or request.about_id is None:
        return "", ""
    hold = latest_hold(request.about_id)
    if hold is not None:
        return _("The hold on the copy"), reverse("admin:dsr_requests_copyhold_change", args=[hold.pk])
    if can_hold_copy(request.about_id, by=by):
        page = reverse("admin:dsr_requests_copyhold_add")
        return _("Hold the copy back"), f"{page}?{urlencode({'person': str(request.about_id)})}"
    return "", ""

"""The account at a glance: what is held, what was agreed, what is running, who looked last, what goes next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.device_noting import wants_facts
from accounts.member_pages import member_page, person, version_shown
from accounts.overview import overview_of
from accounts.views.claiming import HELD_BEFORE
from core import clock


@member_page
def home(http: HttpRequest) -> HttpResponse:
    """Five answers on one page, each leading to the page that says more."""
    overview = overview_of(user=person(http), at=clock.now(), version=version_shown(http))
    context = {
        "overview": overview,
        "note_device": wants_facts(http, overview.answers),
        "held_before": HELD_BEFORE in http.session,
    }
    return render(http, "accounts/home.html", context)

"""Pages that belong to no app: home, the demo's first page, the organisation's look, the pages for mishaps."""

import sys
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language_from_request, override
from django.views.decorators.http import require_safe

from core import clock
from core.rules import request_kinds, request_rule
from policies import looks, selectors
from policies.enums import LegalBasis
from policies.pack_types import Pack, PurposeSpec
from privacy_portal import first_run_content

YEAR = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this organisation holds and why, and four doors, each with its time and who answers."""
    now = clock.now()
    version = selectors.version_in_force(now)
    if version is None:
        return render(request, "home_empty.html")
    pack = selectors.document(version)
    context = {
        "pack": pack,
        "grounds": grounds(pack),
        "request_times": request_times(now),
        "answerer": answerer(pack),
    }
    return render(request, "home.html", context)


def grounds(pack: Pack) -> list[tuple[str, list[PurposeSpec]]]:
    """The purposes under the ground each rests on, grounds without a purpose left out."""
    groups = (
        (str(basis.label), [purpose for purpose in pack.purposes if purpose.basis == basis]) for basis in LegalBasis
    )
    return [(label, purposes) for label, purposes in groups if purposes]


def request_times(now: datetime) -> Mapping[str, int]:
    """Working days until the first reply, and the shortest and longest period in days, over all kinds of request."""
    today = clock.local_date(now)
    rules = [request_rule(kind, on=today) for kind in request_kinds(on=today)]
    periods = [rule.own_days for rule in rules]
    acknowledge = max(rule.acknowledge_working_days for rule in rules)
    return {"acknowledge": acknowledge, "shortest": min(periods), "longest": max(periods)}


def answerer(pack: Pack) -> str:
    """Who answers: the person in charge where the pack names one, otherwise the organisation."""
    person = pack.controller.person_in_charge
    return str(person if person and not person.placeholder else pack.controller.name)


@require_safe
def first_run(request: HttpRequest) -> HttpResponse:
    """The demo's landing page: who can sign in, five things to try, how to bring a pack; not there otherwise."""
    if not settings.PORTAL_DEMO:
        raise Http404
    response = render(
        request,
        "first_run.html",
        {"sign_ins": first_run_content.sign_ins(settings.PORTAL_HOME), "mail_folder": settings.PORTAL_HOME / "mail"},
    )
    response.headers["Cache-Control"] = "no-store, private"
    return response


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """Lead to the person's language; in the demo to the page that says who can sign in and what to try."""
    language = get_language_from_request(request, check_path=False)
    with override(language):
        page = reverse("first_run" if settings.PORTAL_DEMO else "home")
    return redirect(page)


@require_safe
def accent_css(request: HttpRequest, version: str) -> HttpResponse:
    """The organisation's colour. The address names the content, so a matching one may be kept for a year."""
    return _kept(HttpResponse(looks.accent_css(_pack_for(version)), content_type="text/css; charset=utf-8"))


@require_safe
def logo(request: HttpRequest, version: str) -> HttpResponse:
    """The organisation's mark, checked when the pack was published to hold no script and no outside address."""
    return _kept(HttpResponse(_pack_for(version).logo_svg, content_type="image/svg+xml"))


def _pack_for(version: str) -> Pack:
    for published in selectors.versions():
        if published.content_hash.startswith(version) and len(version) >= 16:
            return selectors.document(published)
    raise Http404


def _kept(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    # A refusal may carry words for the person (core.errors.NotAllowed); anything else stays unsaid.
    return render(request, "403.html", {"reason": getattr(exception, "message", "")}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Says that something broke, or that the database is away. Reads no database and no session: they may be what
    broke.
    """
    if isinstance(sys.exc_info()[1], OperationalError):
        answer = HttpResponse(loader.get_template("maintenance.html").render({}), status=503)
        answer.headers["Retry-After"] = "30"
        return answer
    return HttpResponse(loader.get_template("500.html").render({}), status=500)

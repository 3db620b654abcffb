"""Fetching the copy that answers a request with a code to an address held before, page by page."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from cases import throttle
from cases.enums import CodeAnswer
from cases.forms import CodeForm
from cases.pages import Place
from cases.services.codes import LIFETIME
from core import clock
from core.actors import Actor
from core.errors import NotAllowed
from dsr_requests.models import Request
from dsr_requests.services.handing_over import begin_fetch, fetch_with_code
from personal_data.services.packaging import Fetched, package_of

Step = Callable[..., HttpResponseBase]
CODE_MINUTES = int(LIFETIME.total_seconds() // 60)
CODES_AN_HOUR = 20
_SESSION = "requests.copy"


def copy(http: HttpRequest, request: Request, *, place: Place) -> HttpResponse:
    """What the copy holds, and a button that sends the code."""
    package = package_of(request.target)
    if package is None:
        return redirect(place.page)
    if http.method == "POST":
        if not throttle.within_limit(http, action="copy", limit=CODES_AN_HOUR):
            messages.error(http, _("Too many tries from here. Please wait an hour, then try again."))
            return redirect(place.page)
        try:
            row = begin_fetch(request_id=request.pk, now=clock.now())
        except NotAllowed as refusal:
            messages.error(http, refusal.message)
            return redirect(place.page)
        http.session[_SESSION] = {"case": request.target, "code": str(row.pk)}
        return redirect(place.steps["copy_code"])
    return render(http, "dsr_requests/copy.html", {"package": package, "place": place})


def copy_code(http: HttpRequest, request: Request, *, place: Place, by: Actor) -> HttpResponseBase:
    """The code; when it is right, the answer is the copy itself."""
    asked = http.session.get(_SESSION) or {}
    if asked.get("case") != request.target:
        return redirect(place.steps["copy"])
    form = CodeForm(http.POST if http.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            outcome, fetched = fetch_with_code(
                request_id=request.pk,
                code_id=UUID(asked["code"]),
                typed=form.cleaned_data["code"],
                by=by,
                now=clock.now(),
            )
        except NotAllowed as refusal:
            messages.error(http, refusal.message)
            return redirect(place.page)
        if fetched is not None:
            del http.session[_SESSION]
            return download(fetched)
        if outcome == CodeAnswer.SPENT:
            messages.error(http, _("This code does not work any more. Get a new one."))
            return redirect(place.steps["copy"])
        form.add_error("code", _("This code is not right. Please check it and try again."))
    context = {"form": form, "place": place, "minutes": CODE_MINUTES}
    return render(http, "dsr_requests/copy_code.html", context, status=422 if form.is_bound else 200)


def download(fetched: Fetched) -> HttpResponseBase:
    """A copy as a download, piece by piece; nobody on the way may keep it."""
    response = StreamingHttpResponse(fetched.pieces, content_type="application/zip")
    response["Content-Length"] = str(fetched.size)
    response["Content-Disposition"] = content_disposition_header(True, fetched.name) or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response

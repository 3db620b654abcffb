"""Sending a request."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from cases import intake
from cases.selectors import filed_with
from core import clock
from core.clock import local_date
from core.errors import NotAllowed
from core.rules import request_rule
from dsr_requests.enums import RequestKind
from dsr_requests.forms import RequestForm
from dsr_requests.models import Request
from dsr_requests.services.filing import file_request
from policies import selectors as policies


@require_http_methods(["GET", "POST"])
def new(http: HttpRequest) -> HttpResponse:
    """The request form, for members and guests alike."""
    now = clock.now()
    if policies.version_in_force(now) is None:
        return render(http, "cases/not_yet.html", status=503)
    asked_for = http.GET.get("kind", "")
    form = RequestForm(
        http.POST if http.method == "POST" else None,
        asks_address=not intake.known_address(http),
        initial={"asked_for": asked_for} if asked_for in RequestKind.values else {},
    )
    if form.is_bound:
        form.full_clean()
        sent = filed_with(Request, form.cleaned_data["form_token"])
        if sent is not None:
            return intake.go_on(http, sent, None)
        if form.is_valid() and intake.check_not_too_often(http, form, now=now):
            try:
                filed = file_request(
                    form_token=form.cleaned_data["form_token"],
                    sender=intake.sender(http, form),
                    asked_for=RequestKind(form.cleaned_data["asked_for"]),
                    text=form.cleaned_data["text"],
                    by=intake.actor(http),
                    now=now,
                )
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            else:
                return intake.go_on(http, filed.request, filed.code)
    context = {"form": form, "periods": _periods(now)}
    return render(http, "dsr_requests/new.html", context, status=422 if form.is_bound else 200)


def _periods(now: datetime) -> list[dict[str, object]]:
    """How long each kind takes, from the rules in effect."""
    rules = {kind: request_rule(kind, on=local_date(now)) for kind in RequestKind}
    return [{"label": kind.label, "days": rule.own_days, "article": rule.article} for kind, rule in rules.items()]

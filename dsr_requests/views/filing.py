"""Choosing a right, and sending a request: one form for each kind. Members get theirs in `accounts.views.requests`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases import intake
from cases.selectors import filed_with
from consent.services.asking import questions
from core import clock
from core.clock import local_date
from core.errors import NotAllowed
from core.rules import request_rule
from dsr_requests.enums import RequestKind
from dsr_requests.forms import FORMS, Drawn, RequestForm
from dsr_requests.models import Request
from dsr_requests.services.filing import file_request
from dsr_requests.wishes import consent_code
from personal_data.selectors import former_fields
from policies import selectors as policies
from policies.models import PolicyVersion
from policies.request_words import words_for

FOR_OTHER = "other"
SYMBOLS = {
    RequestKind.VIEW: "eye",
    RequestKind.COPY: "download",
    RequestKind.CORRECT: "pencil",
    RequestKind.DELETE: "trash",
    RequestKind.RESTRICT: "lock",
    RequestKind.OBJECT: "pause",
    RequestKind.WITHDRAW: "cross",
    RequestKind.PROTECT: "shield",
}


@dataclass(frozen=True)
class KindCard:
    """One right as the page of choice shows it."""

    code: str
    name: str
    gets: str
    days: int
    article: str
    symbol: str
    url: str


@require_safe
def new(http: HttpRequest) -> HttpResponse:
    """The rights, each with what it does and how long it takes; `?kind=` leads straight to a form."""
    now = clock.now()
    if policies.version_in_force(now) is None:
        return not_yet(http)
    asked_for = http.GET.get("kind", "")
    if asked_for in RequestKind.values:
        return redirect(form_address(http, asked_for))
    for_other = is_for_other(http)
    context = {
        "kinds": [_card(http, kind, now) for kind in RequestKind],
        "for_other": for_other,
    }
    return render(http, "dsr_requests/new.html", context)


@require_http_methods(["GET", "POST"])
def new_kind(http: HttpRequest, kind: str) -> HttpResponse:
    """A guest's form of one right."""
    now = clock.now()
    if kind not in RequestKind.values:
        raise Http404
    if http.user.is_authenticated and http.method != "POST":
        return redirect(form_address(http, kind))
    version = policies.version_in_force(now)
    if version is None:
        return not_yet(http)
    drawn = Drawn(policies.document(version), former=former_fields(version), consents=every_consent(version))
    form = form_of(http, kind, drawn)
    sent = send(http, form, proved=False, now=now)
    return sent or show(http, form, frame="cases/_guest_frame.html", now=now)


def form_of(http: HttpRequest, kind: str, drawn: Drawn) -> RequestForm:
    """The form of one right, with what was sent, if anything was."""
    posted = http.method == "POST"
    return FORMS[kind](
        http.POST if posted else None,
        http.FILES if posted else None,
        drawn=drawn,
        for_other=is_for_other(http),
        asks_address=not intake.known_address(http),
    )


def send(http: HttpRequest, form: RequestForm, *, proved: bool, now: datetime) -> HttpResponse | None:
    """File what a form says; None when there is something to correct, said beside its field."""
    if not form.is_bound:
        return None
    valid = form.is_valid()  # cleans at most once: the bytes of a file are there to be read a single time
    sent = filed_with(Request, form.cleaned_data["form_token"])
    if sent is not None:
        return intake.go_on(http, sent, None)
    if not valid or not intake.check_not_too_often(http, form, now=now):
        return None
    try:
        filed = file_request(
            form_token=form.cleaned_data["form_token"],
            sender=intake.sender(http, form),
            wish=form.wish,
            text=form.cleaned_data["text"],
            uploads=form.cleaned_data["attachments"],
            proved=proved,
            by=intake.actor(http),
            now=now,
        )
    except NotAllowed as refusal:
        form.add_error(None, refusal.message)
    except OSError:
        form.add_error("attachments", _("The files could not be stored now. Try again, or leave them out."))
    else:
        return intake.go_on(http, filed.request, filed.code)
    return None


def show(http: HttpRequest, form: RequestForm, *, frame: str, now: datetime, **more: Any) -> HttpResponse:
    """The page of one form."""
    kind = form.kind
    context = {
        "form": form,
        "frame": frame,
        "card": _card(http, kind, now),
        "for_other": is_for_other(http),
        "others_url": f"{form_address(http, kind.value, for_other=True)}",
        "own_url": form_address(http, kind.value, for_other=False),
        "had_files": bool(http.FILES),
        **more,
    }
    return render(http, "dsr_requests/new_kind.html", context, status=422 if form.is_bound else 200)


def not_yet(http: HttpRequest) -> HttpResponse:
    """While no policy is in force nothing can be sent."""
    return render(http, "cases/not_yet.html", status=503)


def is_for_other(http: HttpRequest) -> bool:
    """Whether the page is for somebody who asks for somebody else."""
    return http.GET.get("for") == FOR_OTHER


def form_address(http: HttpRequest, kind: str, *, for_other: bool | None = None) -> str:
    """Where the form of a right is: in the account for members."""
    name = "accounts:request_new" if http.user.is_authenticated else "requests:new_kind"
    wanted = is_for_other(http) if for_other is None else for_other
    return reverse(name, args=[kind]) + (f"?for={FOR_OTHER}" if wanted else "")


def every_consent(version: PolicyVersion) -> Sequence[tuple[str, str]]:
    """Code and words of everything a version asks consent for."""
    return [(consent_code(one.key), one.heading) for one in questions(version, get_language() or "vi")]


def _card(http: HttpRequest, kind: RequestKind, now: datetime) -> KindCard:
    rule = request_rule(kind, on=local_date(now))
    words = words_for(kind)
    return KindCard(
        code=kind.value,
        name=str(words.name),
        gets=str(words.gets),
        days=rule.own_days,
        article=rule.article,
        symbol=SYMBOLS[kind],
        url=form_address(http, kind),
    )

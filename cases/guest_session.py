"""What a browser's session knows of cases: which one was just sent, and which one a code opened, for a while.

References to rows only; no address, no text, no code.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases.forms import LookupForm
from cases.models import Case, OneTimeCode
from cases.registry import case_of
from cases.services.messaging import LONGEST_MESSAGE

OPEN_FOR = timedelta(minutes=30)
_FILED = "cases.filed"
_ASKED = "cases.asked"
_OPENED = "cases.opened"


@dataclass(frozen=True)
class Filed:
    """The case this session sent last, and the code its guest is to answer."""

    case: Case
    code_id: UUID | None


def note_filed(http: HttpRequest, case: Case, code: OneTimeCode | None) -> None:
    """Remember what was just sent. A repeated form keeps the code of the first."""
    before = http.session.get(_FILED) or {}
    kept = before.get("code") if before.get("case") == case.target else None
    http.session[_FILED] = {"case": case.target, "code": str(code.pk) if code else kept}


def filed(http: HttpRequest) -> Filed | None:
    """What this session sent last, if it still exists."""
    note = http.session.get(_FILED) or {}
    case = case_of(note.get("case", ""))
    if case is None:
        return None
    return Filed(case, UUID(note["code"]) if note.get("code") else None)


def note_asked(http: HttpRequest, row: OneTimeCode) -> None:
    """Remember which code this session waits for."""
    http.session[_ASKED] = str(row.pk)


def asked(http: HttpRequest) -> UUID | None:
    """The code this session waits for."""
    note = http.session.get(_ASKED)
    return UUID(note) if note else None


def note_opened(http: HttpRequest, case: Case, *, now: datetime) -> None:
    """Let this session see a case for half an hour; its number changes, so that nobody else holds it."""
    http.session.cycle_key()
    http.session.pop(_ASKED, None)
    http.session[_OPENED] = {"case": case.target, "until": (now + OPEN_FOR).isoformat()}


def opened(http: HttpRequest, *, now: datetime) -> Case | None:
    """The case this session may see now."""
    note = http.session.get(_OPENED)
    if not note or datetime.fromisoformat(note["until"]) <= now:
        return None
    return case_of(note["case"])


def close(http: HttpRequest) -> None:
    """Forget which case was open."""
    http.session.pop(_OPENED, None)


def look_up_again(http: HttpRequest) -> HttpResponse:
    """Back to the look-up when no case is open, or no longer. What was typed meanwhile stays on the page."""
    words = _("For your protection a case stays open for 30 minutes. Please look it up again.")
    kept = http.POST.get("text", "").strip()[:LONGEST_MESSAGE]
    if kept:
        context = {"form": LookupForm(), "kept": kept, "kept_why": words}
        return render(http, "cases/track.html", context, status=403)
    messages.info(http, words)
    return redirect("cases:track")

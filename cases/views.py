"""Following a case without an account: the page after sending, looking one up, and the case behind a code."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import guest_session, throttle
from cases.clock import further_of
from cases.describing import description_of
from cases.enums import CodeAnswer, CodePurpose
from cases.forms import CodeForm, LookupForm
from cases.guest_session import look_up_again
from cases.models import Case, OneTimeCode
from cases.pages import guest_place, reads_back
from cases.person_pages import case_file, case_page
from cases.registry import case_of
from cases.services import codes, verifying
from core import clock
from core.actors import GUEST
from core.errors import NotAllowed

CODE_MINUTES = int(codes.LIFETIME.total_seconds() // 60)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def received(http: HttpRequest) -> HttpResponse:
    """The confirmation of what was just sent; a guest proves the address here."""
    sent = guest_session.filed(http)
    if sent is None:
        return redirect("cases:track")
    case = sent.case
    form = CodeForm(http.POST if http.method == "POST" and not case.is_verified else None)
    if form.is_bound and form.is_valid():
        outcome = verifying.verify_with_code(
            kind=case.kind, case_id=case.pk, code_id=sent.code_id, typed=form.cleaned_data["code"], now=clock.now()
        )
        if outcome == CodeAnswer.RIGHT:
            guest_session.note_opened(http, case, now=clock.now())
            messages.success(http, _("Thank you. Your e-mail address is confirmed."))
            return redirect("cases:received")
        form.add_error("code", _refusal(outcome))
    context = {
        "case": case,
        "description": description_of(case),
        "form": form,
        "minutes": CODE_MINUTES,
        "now": clock.now(),
        "proof_by": _proof_by(case),
        "is_opened": guest_session.opened(http, now=clock.now()) == case,
    }
    return render(http, "cases/received.html", context, status=422 if form.is_bound else 200)


@require_POST
def resend(http: HttpRequest) -> HttpResponse:
    """Mail the guest another code."""
    sent = guest_session.filed(http)
    if sent is None:
        return redirect("cases:track")
    try:
        code = verifying.resend_code(kind=sent.case.kind, case_id=sent.case.pk, by=GUEST, now=clock.now())
    except NotAllowed as refusal:
        messages.error(http, refusal.message)
    else:
        guest_session.note_filed(http, sent.case, code)
        messages.success(http, _("A new code is on its way. Codes sent before do not work any more."))
    return redirect("cases:received")


@require_http_methods(["GET", "POST"])
def track(http: HttpRequest) -> HttpResponse:
    """Ask for reference and address; the answer is the same whether they are known or not."""
    form = LookupForm(http.POST if http.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if throttle.within_limit(http, action="lookup", limit=throttle.LOOKUPS_AN_HOUR):
            row = codes.begin_lookup(**form.cleaned_data, now=clock.now())
            guest_session.note_asked(http, row)
            return redirect("cases:code")
        form.add_error(None, _("Too many tries from here. Please wait an hour, then try again."))
    return render(http, "cases/track.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def code(http: HttpRequest) -> HttpResponse:
    """The code mailed to the address of the case, if there is one."""
    code_id = guest_session.asked(http)
    if code_id is None:
        return redirect("cases:track")
    form = CodeForm(http.POST if http.method == "POST" else None)
    if form.is_bound and form.is_valid():
        now = clock.now()
        outcome = codes.answer(code_id=code_id, purpose=CodePurpose.TRACK, typed=form.cleaned_data["code"], now=now)
        # Only a right code leads to a row of a case: until then a wrong one takes the same time for any reference.
        case = case_of(OneTimeCode.objects.get(pk=code_id).case_ref) if outcome == CodeAnswer.RIGHT else None
        if case is not None:
            # Whoever reads mail to this address has proved it.
            verifying.mark_verified(kind=case.kind, case_id=case.pk, by=GUEST, now=now)
            guest_session.note_opened(http, case, now=now)
            return redirect("cases:case")
        form.add_error("code", _refusal(outcome))
    return render(
        http, "cases/code.html", {"form": form, "minutes": CODE_MINUTES}, status=422 if form.is_bound else 200
    )


@require_http_methods(["GET", "POST"])
def case(http: HttpRequest) -> HttpResponse:
    """The case a code opened, for half an hour; the person can write to us here."""
    found = guest_session.opened(http, now=clock.now())
    if found is None:
        return look_up_again(http)
    return case_page(http, found, place=guest_place(found), by=GUEST)


@require_safe
def file(http: HttpRequest, file_id: UUID) -> HttpResponse:
    """A file of a message in the case a code opened; not always those it came with (`reads_back`)."""
    found = guest_session.opened(http, now=clock.now())
    if found is None:
        return look_up_again(http)
    return case_file(found, file_id, with_first=reads_back(found))


@require_POST
def close(http: HttpRequest) -> HttpResponse:
    """Leave the case; the next look needs a new code."""
    guest_session.close(http)
    messages.success(http, _("The case is closed in this browser."))
    return redirect("cases:track")


def _proof_by(case: Case) -> datetime | None:
    """Until when the address has to be confirmed, for a kind of case that ends without it."""
    further = further_of(case)
    return case.received_at + timedelta(days=further.address_end_days) if further else None


def _refusal(outcome: CodeAnswer) -> str:
    if outcome == CodeAnswer.WRONG:
        return _("This code is not right. Please check it and try again.")
    return _("This code does not work any more. It is used, too old, or was typed wrongly three times. Get a new one.")

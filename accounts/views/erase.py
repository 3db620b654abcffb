"""Deleting everything: the plan, the password once more, a page that shows how far it is, and the certificate."""

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts import proof
from accounts.certificate import certificate_of
from accounts.certificate_pdf import certificate_pdf
from accounts.erasure_words import foreseen, goes, stays
from accounts.forms_data import EraseForm
from accounts.member_pages import member_page, person, typed
from accounts.sealed_address import real_address
from accounts.services.closing import close_account
from core import clock
from personal_data.enums import ErasureState, PlanScope, StepState
from personal_data.models import ErasureRun
from personal_data.services.erasing import progress_token, run_by_token
from policies import selectors as policies


@member_page
def erase(http: HttpRequest) -> HttpResponse:
    """Show the plan, ask once more, then hand it to the worker and sign out."""
    user, now = person(http), clock.now()
    if user.is_staff:
        return render(http, "accounts/erase_staff.html", status=403 if http.method == "POST" else 200)
    proved = proof.is_proved(http)
    form = EraseForm(typed(http))
    if proved:
        del form.fields["password"]
    if http.method == "POST" and form.is_valid() and (proved or proof.check_password(http, form)):
        run = close_account(user_id=user.pk, address=real_address(user), by=user, now=now)
        logout(http)
        return redirect("accounts:erase_progress", token=progress_token(run))
    going, staying = foreseen(user=user, at=now)
    context = {
        "form": form,
        "goes": going,
        "stays": staying,
        "other_way": "" if proved else proof.other_ways(http),
    }
    return render(http, "accounts/erase.html", context)


@require_safe
def progress(http: HttpRequest, token: str) -> HttpResponse:
    """How far the deletion is; open to whoever has the link, signed in or not. Says nothing about the person."""
    run = _run(token)
    states = list(run.steps.values_list("state", flat=True))
    done, total = states.count(StepState.DONE), len(states)
    label = _words(run, done, total)
    if "application/json" in http.headers.get("Accept", ""):
        return JsonResponse({"text": label, "done": done, "total": total, "finished": run.is_done})
    lines = list(run.plan.lines.all())
    context = {
        "run": run,
        "label": label,
        "done": done,
        "total": total,
        "goes": goes(lines),
        "stays": stays(lines),
        "here": reverse("accounts:erase_progress", kwargs={"token": token}),
        "certificate": reverse("accounts:erase_certificate", kwargs={"token": token}),
    }
    return render(http, "accounts/erase_progress.html", context)


@require_safe
def certificate(http: HttpRequest, token: str) -> HttpResponse:
    """What was deleted and what was kept, to read, print and save."""
    context = {
        "certificate": certificate_of(_finished(token)),
        "here": reverse("accounts:erase_progress", kwargs={"token": token}),
        "pdf": reverse("accounts:erase_certificate_pdf", kwargs={"token": token}),
    }
    return render(http, "accounts/erase_certificate.html", context)


@require_safe
def certificate_file(http: HttpRequest, token: str) -> HttpResponse:
    """The same as a PDF."""
    run = _finished(token)
    version = policies.version_in_force(clock.now())
    controller = str(policies.document(version).controller.name) if version else ""
    answer = HttpResponse(certificate_pdf(certificate_of(run), controller=controller), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="deletion-{str(run.pk)[:8]}.pdf"'
    return answer


def _run(token: str) -> ErasureRun:
    run = run_by_token(token, at=clock.now())
    if run is None:
        raise Http404
    return run


def _finished(token: str) -> ErasureRun:
    run = _run(token)
    if not run.is_done:
        raise Http404
    return run


def _words(run: ErasureRun, done: int, total: int) -> str:
    if run.state == ErasureState.WAITING:
        return _("The deletion is about to begin.")
    if run.is_done:
        return (
            _("Everything has been deleted.")
            if run.scope == PlanScope.EVERYTHING
            else _("What you chose has been deleted.")
        )
    if run.state == ErasureState.STUCK:
        return _("One step did not work. Our staff see it and set the deletion going again.")
    words = ngettext("%(done)s of %(total)s step done.", "%(done)s of %(total)s steps done.", total)
    return words % {"done": done, "total": total}

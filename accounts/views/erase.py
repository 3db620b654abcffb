"""Deleting everything: what goes and what stays, the password once more, and a page that shows how far it is."""

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import proof
from accounts.erasure_words import goes, stays
from accounts.forms_data import EraseForm
from accounts.member_pages import member_page, person, typed
from accounts.sealed_address import real_address
from accounts.services.closing import close_account
from core import clock
from personal_data.enums import ErasureState
from personal_data.models import ErasureRun
from personal_data.services.erasing import progress_token, run_by_token


@member_page
def erase(http: HttpRequest) -> HttpResponse:
    """Say what goes and what stays, ask once more, then hand it to the worker and sign out."""
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
    context = {
        "form": form,
        "goes": goes(user=user, at=now),
        "stays": stays(user=user, at=now),
        "other_way": "" if proved else proof.other_ways(http),
    }
    return render(http, "accounts/erase.html", context)


def progress(http: HttpRequest, token: str) -> HttpResponse:
    """How far the deletion is; open to whoever has the link, signed in or not. Says nothing about the person."""
    run = _run(token)
    if "application/json" in http.headers.get("Accept", ""):
        done = run.state == ErasureState.DONE
        return JsonResponse({"text": _words(run), "done": run.steps_done, "total": run.steps_total, "finished": done})
    context = {"run": run, "label": _words(run), "here": reverse("accounts:erase_progress", kwargs={"token": token})}
    return render(http, "accounts/erase_progress.html", context)


def _run(token: str) -> ErasureRun:
    run = run_by_token(token)
    if run is None:
        raise Http404
    return run


def _words(run: ErasureRun) -> str:
    if run.state == ErasureState.WAITING:
        return _("The deletion is about to begin.")
    if run.state == ErasureState.DONE:
        return _("Everything has been deleted.")
    words = ngettext("%(done)s of %(total)s step done.", "%(done)s of %(total)s steps done.", run.steps_total)
    return words % {"done": run.steps_done, "total": run.steps_total}

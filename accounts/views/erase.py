"""Deleting everything: the plan, the password once more, a page that shows how far it is, and the certificate."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import proof
from accounts.certificate import certificate_of, recall_words
from accounts.certificate_pdf import certificate_pdf
from accounts.erasure_words import foreseen, goes, held_grounds, names_kept, recipients_waited_for, stays
from accounts.forms_data import EraseForm
from accounts.member_pages import member_page, person, typed, version_shown
from accounts.sealed_address import real_address
from accounts.services.closing import close_account
from cases import intake
from core import clock
from core.errors import NotAllowed
from personal_data.enums import ErasureState, PlanScope, StepState
from personal_data.models import ErasureRun
from personal_data.planning import KEPT
from personal_data.services.erasing import cancel_erasure, progress_token, run_by_token
from policies import selectors as policies


class LinkUnknown(Http404):
    """Nothing is known of a link: mistyped, long over, or younger than the backup the database was restored from."""


LinkView = Callable[[HttpRequest, str], HttpResponse]


def link_page(view: LinkView) -> LinkView:
    """A page for whoever has the link; an unknown one is answered with what its holder can do."""

    @wraps(view)
    def shown(http: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(http, token)
        except LinkUnknown:
            return render(http, "accounts/erase_unknown.html", status=404)

    return shown


@member_page
def erase(http: HttpRequest) -> HttpResponse:
    """Show the plan, ask once more, then hand it to the worker.

    Whoever can still call it off stays signed in; else the session ends here.
    """
    user, now = person(http), clock.now()
    if user.is_staff:
        return render(http, "accounts/erase_staff.html", status=403 if http.method == "POST" else 200)
    proved = proof.is_proved(http)
    form = EraseForm(typed(http))
    if proved:
        del form.fields["password"]
    if http.method == "POST" and form.is_valid() and (proved or proof.check_password(http, form)):
        run = close_account(user_id=user.pk, address=real_address(user), by=user, now=now)
        if run.state != ErasureState.COOLING:
            logout(http)
        return redirect("accounts:erase_progress", token=progress_token(run))
    going, staying = foreseen(user=user, at=now)
    context = {
        "form": form,
        "goes": going,
        "stays": staying,
        "held": held_grounds(user.subject_id),
        "other_way": "" if proved else proof.other_ways(http),
        "cooling_hours": _cooling_hours(http),
    }
    return render(http, "accounts/erase.html", context)


@require_safe
@link_page
def progress(http: HttpRequest, token: str) -> HttpResponse:
    """How far the deletion is; open to whoever has the link, signed in or not. Says nothing about the person."""
    run = _run(token)
    states = list(run.steps.values_list("state", flat=True))
    done, total = states.count(StepState.DONE), len(states)
    label = _words(run, done, total)
    if "application/json" in http.headers.get("Accept", ""):
        return JsonResponse(
            {
                "text": label,
                "done": done,
                "total": total,
                "finished": run.is_done or run.state == ErasureState.CANCELLED,
            }
        )
    lines = list(run.plan.lines.all())
    context = {
        "run": run,
        "label": label,
        "done": done,
        "total": total,
        "goes": goes(lines),
        "stays": stays(lines, subject_id=run.subject_ref, at=clock.now(), recipients=recipients_waited_for(run)),
        "law_keeps": any(line.target == KEPT and line.left for line in lines),
        "is_list_lost": run.is_done and not lines,  # known from the erasure register alone, after a restore
        "is_cooling": run.state == ErasureState.COOLING,
        "held": held_grounds(run.subject_ref) if run.state == ErasureState.COOLING else [],
        "is_over_time": run.starts_at <= clock.now(),
        "begins": _begins_in(run, clock.now()),
        "is_cancelled": run.state == ErasureState.CANCELLED,
        "here": reverse("accounts:erase_progress", kwargs={"token": token}),
        "cancel": reverse("accounts:erase_cancel", kwargs={"token": token}),
        "certificate": reverse("accounts:erase_certificate", kwargs={"token": token}),
    }
    return render(http, "accounts/erase_progress.html", context)


@require_POST
@link_page
def cancel(http: HttpRequest, token: str) -> HttpResponse:
    """Call a deletion off that has not begun; for whoever has the link, signed in or not."""
    run = _run(token)
    try:
        cancel_erasure(run_id=run.pk, by=intake.actor(http), now=clock.now())
    except NotAllowed as refusal:
        messages.error(http, refusal.message)
    return redirect("accounts:erase_progress", token=token)


@require_safe
@link_page
def certificate(http: HttpRequest, token: str) -> HttpResponse:
    """What was deleted and what was kept, to read, print and save."""
    run = _finished(token)
    if not run.plan.lines.exists():
        return redirect("accounts:erase_progress", token=token)
    found = certificate_of(run)
    context = {
        "certificate": found,
        "recall": recall_words(found),
        "names_kept": names_kept(found.waits_for) if found.waits_for else "",
        "here": reverse("accounts:erase_progress", kwargs={"token": token}),
        "pdf": reverse("accounts:erase_certificate_pdf", kwargs={"token": token}),
    }
    return render(http, "accounts/erase_certificate.html", context)


@require_safe
@link_page
def certificate_file(http: HttpRequest, token: str) -> HttpResponse:
    """The same as a PDF."""
    run = _finished(token)
    if not run.plan.lines.exists():
        return redirect("accounts:erase_progress", token=token)
    version = policies.version_in_force(clock.now())
    controller = str(policies.document(version).controller.name) if version else ""
    answer = HttpResponse(certificate_pdf(certificate_of(run), controller=controller), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="deletion-{str(run.pk)[:8]}.pdf"'
    return answer


def _begins_in(run: ErasureRun, now: datetime) -> str:
    """How long it can still be called off."""
    hours = max(0, math.ceil((run.starts_at - now) / timedelta(hours=1)))
    return ngettext("begins in %(hours)s hour", "begins in %(hours)s hours", hours) % {"hours": hours}


def _cooling_hours(http: HttpRequest) -> int:
    version = version_shown(http)
    return policies.document(version).requests.cooling_off_hours if version else 0


def _run(token: str) -> ErasureRun:
    run = run_by_token(token, at=clock.now())
    if run is None:
        raise LinkUnknown
    return run


def _finished(token: str) -> ErasureRun:
    run = _run(token)
    if not run.is_done:
        raise Http404
    return run


def _words(run: ErasureRun, done: int, total: int) -> str:
    if run.state == ErasureState.COOLING and run.starts_at <= clock.now() and held_grounds(run.subject_ref):
        return _("The deletion waits until a legal ground ends, then it begins by itself. It can still be called off.")
    if run.state == ErasureState.COOLING:
        return _("The deletion has not begun. It can still be called off.")
    if run.state == ErasureState.CANCELLED:
        return _("The deletion was called off. Nothing was deleted.")
    if run.state == ErasureState.WAITING:
        return _("The deletion is about to begin.")
    if run.is_done and run.plan.lines.filter(target=KEPT, left__gt=0).exists():
        return _("Everything has been deleted but what the law asks us to keep.")
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

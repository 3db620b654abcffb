"""What each step of carrying out a request does. Every one is safe to repeat, and runs under the lock of the request.

A way returns what it did, or None while it waits for something: an erasure, a copy, the confirmation of a recipient.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from cases import sealing
from cases.enums import CaseStatus
from cases.services.closing import end
from cases.services.telling import person_link, tell_person
from consent.enums import Method
from consent.errors import NotGiven
from consent.services.granting import withdraw
from core.actors import SYSTEM
from core.templatetags.portal import moment
from dsr_requests.enums import CorrectionState, FulfilmentKind, Outcome, Verdict
from dsr_requests.models import Decision, FulfilmentStep, Request
from dsr_requests.sealing import proposed_value
from dsr_requests.selectors_identity import address_of_represented
from dsr_requests.services.snapshots import address_for, kept_of, purge, take_snapshot
from dsr_requests.sign_in_kept import sign_in_url
from dsr_requests.wishes import consent_key
from dsr_requests.wording import erasure_lines
from outbound.services.queueing import queue_notice
from personal_data.enums import ErasureState, LimitKind, Order, PackageState, Source
from personal_data.errors import KeyDestroyed, NotHeld, SubjectGone
from personal_data.errors_retention import HeldForLaw
from personal_data.models import DataSubject, ErasureRun, Package, RecipientTask
from personal_data.planning import cooling_off, on_its_way
from personal_data.services.correcting import correct_item
from personal_data.services.erasing import begin_deletion, begin_erasure, progress_token
from personal_data.services.limiting import end_limits, set_limit
from personal_data.services.ordering import give_order
from personal_data.services.packaging import ask_package, leave_out_fields

TO_DELETE = timedelta(days=1)  # what is left of the time for the deletion itself
GONE = "gone"  # the result of a step whose person was erased meanwhile: there is nothing to do it to


class CalledOff(Exception):
    """The deletion was called off while it could be."""


@dataclass(frozen=True)
class Work:
    """One step, the decision it carries out, and its entry in the plan."""

    request: Request
    decision: Decision
    step: FulfilmentStep
    entry: dict[str, Any]
    now: datetime

    @property
    def about(self) -> UUID:
        """Whose data it is."""
        assert self.request.about_id is not None
        return self.request.about_id


@dataclass(frozen=True)
class Done:
    """What a step did, and to how many."""

    count: int = 1
    result: str = ""


def carry_out(work: Work) -> Done | None:
    """Do one step. None while it waits. Raises CalledOff, NotAllowed, OSError, DatabaseError."""
    try:
        return _WAYS[FulfilmentKind(work.step.kind)](work)
    except (SubjectGone, KeyDestroyed):
        if DataSubject.objects.filter(pk=work.about, erased_at__isnull=False).exists():
            return Done(0, GONE)
        raise


def _snapshot(work: Work) -> Done:
    orders = [entry for entry in work.decision.plan if entry["kind"] == FulfilmentKind.ORDER]
    fields = {code for entry in orders for code in entry["fields"]}
    return Done(take_snapshot(work.request, fields=fields, now=work.now))


def _withdraw(work: Work) -> Done:
    key = consent_key(work.step.target)
    assert key is not None
    try:
        entry = withdraw(
            subject_id=work.about,
            key=key,
            method=Method.REQUEST,
            evidence={"basis": work.request.target, "reference": work.request.reference},
            by=SYSTEM,
            now=work.now,
        )
    except NotGiven:
        return Done(0)  # ended meanwhile, as was asked
    return Done(1, str(entry))


def _limit(work: Work) -> Done:
    limit = set_limit(
        subject_id=work.about,
        kind=LimitKind(work.entry["limit"]),
        purpose=work.step.target,
        basis=work.request.target,
        by=SYSTEM,
        now=work.now,
    )
    return Done(1, str(limit.pk))


def _unlimit(work: Work) -> Done:
    purposes = [work.step.target]
    return Done(
        end_limits(subject_id=work.about, basis=work.request.target, purposes=purposes, by=SYSTEM, now=work.now)
    )


def _correct(work: Work) -> Done:
    row = work.request.corrections.get(field=work.step.target)
    if row.state == CorrectionState.APPLIED:
        return Done(0)
    correct_item(
        subject_id=work.about,
        field=row.field,
        value=proposed_value(row, key=sealing.evidence_key(work.request.subject_id)),
        basis=work.request.target,
        source=Source.STAFF if row.by_staff else Source.COMPLAINT,
        by=SYSTEM,
        now=work.now,
    )
    row.state, row.applied_at = CorrectionState.APPLIED, work.now
    row.save(update_fields=["state", "applied_at"])
    return Done(1)


def _order(work: Work) -> Done:
    task = give_order(
        subject_id=work.about,
        recipient=work.step.target,
        order=Order(work.entry["order"]),
        fields=work.entry["fields"],
        purposes=work.entry["purposes"],
        basis=work.request.target,
        by=SYSTEM,
        now=work.now,
        before=work.request.limit_at,
    )
    return Done(1, str(task.pk))


def _erase(work: Work) -> Done | None:
    try:
        run = _run_of(work) or _begin_erasing(work)
    except HeldForLaw:
        return None  # goes on by itself once the hold is released
    if run is None:
        return Done(0)
    if run.state == ErasureState.CANCELLED:
        raise CalledOff
    if not run.is_done:
        return None
    gone = sum(line.gone or 0 for line in run.plan.lines.all())
    return Done(gone, str(run.pk))


def _run_of(work: Work) -> ErasureRun | None:
    """The run of this decision; one of an earlier decision, called off, is none."""
    since = work.decision.effective_at or work.decision.decided_at
    runs = ErasureRun.objects.filter(basis=work.request.target, asked_at__gte=since)
    return runs.order_by("-asked_at").first()


def _begin_erasing(work: Work) -> ErasureRun | None:
    approved = erasure_lines(work.entry)
    if work.step.target != "everything":
        try:
            return begin_deletion(
                subject_id=work.about,
                fields=work.entry["fields"],
                basis=work.request.target,
                approved=approved,
                by=SYSTEM,
                now=work.now,
            )
        except NotHeld:
            return None
    run = begin_erasure(
        subject_id=work.about,
        address=where_results_go(work.request),
        basis=work.request.target,
        cooling_off=_time_to_call_it_off(work),
        suppress=True,
        approved=approved,
        by=SYSTEM,
        now=work.now,
    )
    if run.state == ErasureState.COOLING and run.basis == work.request.target:
        _tell_it_will_begin(work, run)
    return run


def _time_to_call_it_off(work: Work) -> timedelta:
    """Longer for whom no mail reaches, by the time a letter takes, but not past the last day of the request."""
    wait, request = cooling_off(work.now), work.request
    if not wait or where_results_go(request):
        return wait
    left = request.limit_at - work.now - TO_DELETE
    return max(wait, min(wait + on_its_way(work.now), left))


def _package(work: Work) -> Done | None:
    package = ask_package(
        subject_id=work.about,
        basis=work.request.target,
        language=work.request.language,
        left_out=leave_out_fields(work.entry["left_out"], ground=work.decision.ground),
        by=SYSTEM,
        now=work.now,
    )
    if package.state in (PackageState.WAITING, PackageState.BUILDING, PackageState.STUCK):
        return None
    return Done(1, str(package.pk))


def _confirmed(work: Work) -> Done | None:
    tasks = RecipientTask.objects.filter(basis=work.request.target)
    if tasks.filter(confirmed_at__isnull=True).exists():
        return None
    return Done(tasks.count())


def _finish(work: Work) -> Done:
    """Compare, forget what was kept for this, close, and tell the person."""
    request, run = work.request, _finished_run(work)
    differences = run.plan.lines.exclude(difference="").count() if run else 0
    kept = kept_of(request)
    address = kept.address or address_for(request)
    entitled = kept.entitled or (address_of_represented(request, at=work.now) if request.is_by_attorney else "")
    purge(request, now=work.now)
    end(request, to=CaseStatus.CLOSED, outcome=_outcome(work), by=SYSTEM, now=work.now)
    if request.is_by_attorney:
        _tell_the_end(request, address, "", now=work.now)
        _tell_represented(request, entitled, run, now=work.now)
    else:
        certificate = _certificate_url(run, request.language) if run else ""
        _tell_the_end(request, address, certificate, now=work.now)
    return Done(differences, str(run.pk) if run else "")


def _outcome(work: Work) -> Outcome:
    cut_short = work.request.steps.filter(result=GONE).exists()
    partly = work.decision.verdict == Verdict.PART or cut_short
    return Outcome.PARTLY_FULFILLED if partly else Outcome.FULFILLED


def _finished_run(work: Work) -> ErasureRun | None:
    result = (
        work.request.steps.filter(kind=FulfilmentKind.ERASE)
        .exclude(result__in=("", GONE))
        .order_by("-position")
        .first()
    )
    return ErasureRun.objects.filter(pk=result.result).select_related("plan").first() if result else None


def _tell_the_end(request: Request, address: str, certificate: str, *, now: datetime) -> None:
    stays = "" if hasattr(request, "representative") else sign_in_url(request, request.language)
    context = {"certificate_url": certificate, "copy_until": _copy_until(request), "sign_in_url": stays}
    dedup = f"done:{request.target}"
    if DataSubject.objects.filter(pk=request.subject_id, erased_at__isnull=True).exists():
        tell_person(request, notice="request-done", context=context, now=now, dedup=dedup)
    elif address:
        # No row of ours leads from the letter to the person who was erased.
        queue_notice(
            notice="request-done",
            to=address,
            language=request.language,
            context={"reference": request.reference, "link": person_link(request), "kind": request.kind, **context},
            now=now,
            dedup=dedup,
        )


def _copy_until(request: Request) -> str:
    """Until when the copy that was made can be fetched; empty when there is none."""
    package = Package.objects.filter(basis=request.target, state=PackageState.READY).first()
    with override(request.language):
        return moment(package.expires_at) if package else ""


def where_results_go(request: Request) -> str:
    """The address the deletion is announced and confirmed to: the sender's, or that of the person represented."""
    kept = kept_of(request)
    return kept.entitled if request.is_by_attorney else kept.address


def language_of_results(request: Request) -> str:
    """The language of whoever gets them."""
    return request.about.language if request.is_by_attorney and request.about else request.language


def _tell_represented(request: Request, address: str, run: ErasureRun | None, *, now: datetime) -> None:
    """What was asked for by power of attorney is done: the person represented is told, with the certificate."""
    if not address or request.about_id is None:
        return
    language = language_of_results(request)
    is_gone = DataSubject.objects.filter(pk=request.about_id, erased_at__isnull=False).exists()
    queue_notice(
        notice="request-done-in-your-name",
        to=address,
        language=language,
        context={
            "certificate_url": _certificate_url(run, language) if run else "",
            "sign_in_url": sign_in_url(request, language),
        },
        now=now,
        subject_id=None if is_gone else request.about_id,
        dedup=f"done-in-name:{request.target}",
    )


def _tell_it_will_begin(work: Work, run: ErasureRun) -> None:
    address, language = where_results_go(work.request), language_of_results(work.request)
    if not address:
        return
    with override(language):
        link = settings.PORTAL_URL + reverse("accounts:erase_progress", kwargs={"token": progress_token(run)})
        begins = moment(run.starts_at)
    queue_notice(
        notice="request-erasure-begins",
        to=address,
        language=language,
        context={"reference": work.request.reference, "begins": begins, "progress_url": link},
        now=work.now,
        dedup=f"erasure-begins:{run.pk}",
    )


def _certificate_url(run: ErasureRun, language: str) -> str:
    with override(language):
        return settings.PORTAL_URL + reverse("accounts:erase_certificate", kwargs={"token": progress_token(run)})


_WAYS: dict[FulfilmentKind, Callable[[Work], Done | None]] = {
    FulfilmentKind.SNAPSHOT: _snapshot,
    FulfilmentKind.WITHDRAW: _withdraw,
    FulfilmentKind.LIMIT: _limit,
    FulfilmentKind.UNLIMIT: _unlimit,
    FulfilmentKind.CORRECT: _correct,
    FulfilmentKind.ORDER: _order,
    FulfilmentKind.ERASE: _erase,
    FulfilmentKind.PACKAGE: _package,
    FulfilmentKind.CONFIRMED: _confirmed,
    FulfilmentKind.FINISH: _finish,
}

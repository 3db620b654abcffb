"""The page of one request at the desk."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from cases.admin_base import acting
from cases.admin_case import CasePages
from cases.desk import Values, values_after
from cases.desk_actions import Acknowledge, Assign, Begin, DeskAction, Release, Reply, Take, WriteDown
from cases.enums import CaseEvent
from cases.explaining import last_day
from cases.permissions import can_work_on
from core import clock
from core.actors import Actor
from core.errors import NotAllowed
from core.templatetags.portal import day
from dsr_requests import desk_actions, desk_actions_handing, desk_actions_identity
from dsr_requests.desk import desk_of
from dsr_requests.desk_next import waits_for, wanted_next
from dsr_requests.enums import RequestEvent
from dsr_requests.forms_staff import CallForm
from dsr_requests.models import Request
from dsr_requests.selectors_identity import calls_to_make
from dsr_requests.services.codes_to_held import read_out
from dsr_requests.services.demanding import read_evidence
from dsr_requests.services.handing_over import can_hand_over
from dsr_requests.services.lettering import awaits_letter
from dsr_requests.services.snapshots import has_identifiers, read_identifiers
from dsr_requests.wording import names_of, pack_in_force
from personal_data.values import show_phone

ACTIONS: Sequence[DeskAction] = (
    desk_actions.Approve(),
    desk_actions.Decline(),
    Take(),
    Acknowledge(),
    desk_actions_identity.AcceptMandate(),
    desk_actions_identity.RefuseMandate(),
    desk_actions_identity.ChildAgreed(),
    desk_actions_identity.AcceptEvidence(),
    desk_actions_identity.TakeIn(),
    desk_actions_identity.AskEvidence(),
    Begin(),
    Reply(),
    WriteDown(),
    desk_actions.SettleCorrection(),
    desk_actions.Offer(),
    desk_actions.Decide(),
    desk_actions.Extend(),
    desk_actions_handing.TellErasure(),
    desk_actions.OtherCompany(),
    desk_actions.Resume(),
    desk_actions_identity.Pause(),
    desk_actions_identity.TellPaused(),
    desk_actions_identity.LiftPause(),
    Assign(),
    Release(),
)
CALL_ID = "id_call_%s"
NAMES_ID = "id_named_%s"
MOVES_DATES = (CaseEvent.DATES_MOVED, RequestEvent.EXTENDED, RequestEvent.PROCESSOR_SET)


class RequestPages(CasePages):
    """What a request adds: who asks, what will run, decisions by two, steps, recipients."""

    case_template = "admin/dsr_requests/case.html"

    def desk_actions(self) -> Sequence[DeskAction]:
        return ACTIONS

    def wanted(self, case: Any) -> Iterator[str]:
        return wanted_next(case)

    def get_urls(self) -> list[URLPattern]:
        return [
            self._route("call", self.call_view),
            self._route("named", self.named_view),
            path(
                "<int:pk>/evidence/<uuid:file_id>/",
                self.admin_site.admin_view(self.evidence_view),
                name=self._name("evidence"),
            ),
            *super().get_urls(),
        ]

    def more_context(self, request: HttpRequest, case: Any, *, sees_content: bool) -> dict[str, Any]:
        if not sees_content:
            return {"facts": []}
        now, by = clock.now(), acting(request)
        desk = desk_of(case, by=by, now=now)
        calls = calls_to_make(case, at=now) if case.is_open and can_work_on(case, by=by) else []
        return {
            "facts": desk.asked,
            "desk": desk,
            "idle": waits_for(case, now=now),
            "calls": calls,
            "call_form": getattr(request, "call_form", None) or CallForm(auto_id=CALL_ID),
            "call_url": self._action_url("call", case.pk),
            "called": getattr(request, "called", None),
            "hands_over": self._action_url("hand_over", case.pk) if can_hand_over(case, by=by, now=now) else "",
            "letter_url": self._letter_url(case, by=by),
            "names_kept": can_work_on(case, by=by) and has_identifiers(case),
            "names_form": getattr(request, "names_form", None) or CallForm(auto_id=NAMES_ID),
            "names_url": self._action_url("named", case.pk),
            "named": getattr(request, "named", None),
        }

    def _letter_url(self, case: Any, *, by: Actor) -> str:
        """Where the letter of a deletion that was announced to nobody opens."""
        return self._action_url("letter", case.pk) if can_work_on(case, by=by) and awaits_letter(case) else ""

    def call_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A number held and a fresh code, in the answer to this POST and nowhere else, for a colleague who calls."""
        self._case(request, pk)
        form = CallForm(request.POST, auto_id=CALL_ID)
        if form.is_valid():
            try:
                number, code = read_out(
                    verification_id=_uuid(request.POST.get("check", "")),
                    reason=form.cleaned_data["reason"],
                    by=acting(request),
                    now=clock.now(),
                )
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            else:
                request.called = (show_phone(number), code)  # type: ignore[attr-defined]
        request.call_form = form if form.errors else None  # type: ignore[attr-defined]
        again: dict[str, forms.Form] = {"call": form} if form.errors else {}
        return self.case_page(request, pk, again=again, status=422 if form.errors else 200)

    def named_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """By what a recipient knows the person whose data is deleted, in the answer to this POST and nowhere else."""
        self._case(request, pk)
        form = CallForm(request.POST, auto_id=NAMES_ID)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                found = read_identifiers(request_id=pk, reason=reason, by=acting(request), now=clock.now())
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            else:
                pack = pack_in_force()
                request.named = [  # type: ignore[attr-defined]
                    (names_of(pack, [code], of="field"), value) for code, value in found.items()
                ]
        request.names_form = form if form.errors else None  # type: ignore[attr-defined]
        again: dict[str, forms.Form] = {"named": form} if form.errors else {}
        return self.case_page(request, pk, again=again, status=422 if form.errors else 200)

    def evidence_view(self, request: HttpRequest, pk: int, file_id: UUID) -> HttpResponse:
        """One file that shows who asks, always as a download; each look is recorded."""
        self._case(request, pk)
        try:
            name, mime, data = read_evidence(request_id=pk, file_id=file_id, by=acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, refusal.message)
            return redirect(self._change_url(pk))
        header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        return HttpResponse(data, content_type=mime, headers={"Content-Disposition": header})

    def values_after(self, case: Any, event: str) -> Values:
        assert isinstance(case, Request)
        if event in MOVES_DATES:
            return [
                (_("Target"), day(last_day(case.target_at))),
                (_("Last day for the answer"), day(last_day(case.limit_at))),
            ]
        if event == RequestEvent.IDENTIFIED:
            return [(_("Identity"), _("established"))]
        return values_after(case, event)


def _uuid(text: str) -> UUID:
    """The reference a form names, or one that nothing has."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)

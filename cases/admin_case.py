"""One case with all that can be done with it. A client of the services."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from cases import permissions
from cases.admin_base import DeskAdmin, acting
from cases.admin_preview import Previewing
from cases.desk import DeskPage, Values, desk_page, shown_changes, values_after, who_has
from cases.desk_actions import Assign, DeskAction, Release, next_of
from cases.errors import ChangedMeanwhile
from cases.forms_staff import RevealForm
from cases.models import Case
from cases.services.concurrency import Change, changes_since, newest_change, saving
from cases.services.looking import read_attachment, reveal_contact
from core import clock
from core.errors import NotAllowed

REVEAL_ID = "id_reveal_%s"


@dataclass(frozen=True)
class Offer:
    """An action as the page offers it; `form` holds what was typed when it was refused."""

    action: DeskAction
    lead: str
    effect: str
    form: forms.Form
    url: str
    templates: list[tuple[int, str]]

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in; without, it is one button."""
        return bool(self.form.fields)

    @property
    def is_refused(self) -> bool:
        return self.form.is_bound and bool(self.form.errors)


class CasePages(Previewing, DeskAdmin):
    """The page of one case and its actions."""

    case_template = "admin/cases/case.html"

    def desk_actions(self) -> Sequence[DeskAction]:
        """What can be done with a case of this kind, in the order of the page."""
        return [Assign(), Release()]

    def wanted(self, case: Any) -> Iterator[str]:
        """What this case needs, the most pressing first, by the codes of actions."""
        return iter(())

    def more_context(self, request: HttpRequest, case: Any, *, sees_content: bool) -> dict[str, Any]:
        """What one kind of case adds to the page: `facts` (label, value) and sections of its own."""
        return {"facts": []}

    def values_after(self, case: Any, event: str) -> Values:
        """What a recorded change may have set, as it is now."""
        return values_after(case, event)

    # --- addresses ----------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return [
            *(self._route(action.code, self._view_of(action)) for action in self.desk_actions()),
            self._route("reveal", self.reveal_view),
            self._file_route(),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The case itself. Nothing is changed at this address."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self.case_page(request, object_id)

    def act(self, request: HttpRequest, pk: int, action: DeskAction) -> HttpResponse:
        """One action. What was typed comes back with the page whenever it is not done."""
        case, by, now = self._case(request, pk), acting(request), clock.now()
        step = request.POST.get("step", "")
        if step in ("change", "template"):
            return self.case_page(request, pk, again={action.code: self.as_typed(request, case, action, step)})
        form = self.form_of(action, case, request.POST, request.FILES, by=by, now=now)
        data = dict(form.cleaned_data) if form.is_valid() else None
        if data is None:
            return self.case_page(request, pk, again={action.code: form}, status=422)
        # Whoever may not do it is not shown how it would look either: the service refuses.
        if action.preview and permissions.can_work_on(case, by=by):
            if step != "send":
                return self.preview_page(request, case, action, form)
            files = self.preview_files(request, action)
            if not files.is_valid():
                return self.preview_page(request, case, action, form, files=files)
            data |= files.cleaned_data
        try:
            self._perform(request, case, action, data)
        except ChangedMeanwhile as refusal:
            form.add_error(None, refusal.message)
            return self.case_page(
                request, pk, again={action.code: form}, changes=refusal.changes, status=HTTPStatus.CONFLICT
            )
        except NotAllowed as refusal:
            form.add_error(None, refusal.message)
            return self.case_page(request, pk, again={action.code: form}, status=422)
        except OSError:
            form.add_error(None, _("The files could not be stored now. Try again, or leave them out."))
            return self.case_page(request, pk, again={action.code: form}, status=503)
        messages.success(request, str(action.done))
        if self.hidden_from(self.model._default_manager.get(pk=pk), request):
            return redirect(f"admin:{self._name('changelist')}")
        return redirect(self._change_url(pk))

    def reveal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Shows the contact in the answer to this POST and nowhere else; loading the page again hides it."""
        self._case(request, pk)
        form = RevealForm(request.POST, auto_id=REVEAL_ID)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                shown = reveal_contact(kind=self._kind, case_id=pk, reason=reason, by=acting(request), now=clock.now())
            except NotAllowed as refusal:
                form.add_error(None, refusal.message)
            else:
                return self.case_page(request, pk, revealed=shown)
        return self.case_page(request, pk, again={"reveal": form}, status=422)

    def file_view(self, request: HttpRequest, pk: int, attachment_id: UUID) -> HttpResponse:
        """One attachment, always as a download."""
        self._case(request, pk)
        try:
            name, mime, data = read_attachment(
                kind=self._kind, case_id=pk, attachment_id=attachment_id, by=acting(request), now=clock.now()
            )
        except NotAllowed as refusal:
            messages.error(request, refusal.message)
            return redirect(self._change_url(pk))
        header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        return HttpResponse(data, content_type=mime, headers={"Content-Disposition": header})

    # --- the page -----------------------------------------------------------------------------------------------------

    def case_page(
        self,
        request: HttpRequest,
        pk: int | str,
        *,
        again: dict[str, forms.Form] | None = None,
        changes: Sequence[Change] | None = None,
        revealed: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """The page of one case; `again` are forms as they were typed, by the code of their action."""
        by, now, again = acting(request), clock.now(), again or {}
        # The number first, the case after: a change in between is then told once too often, never missed.
        seen = newest_change(self._case(request, pk))
        case = self._case(request, pk)
        if changes is None and again:
            changes = changes_since(case, seen=_seen(request), by=by)
        page = desk_page(case, seen=seen, by=by, now=now, revealed=revealed, url_of=self._file_url(case))
        offers = self._offers(request, case, again)
        next_code = next_of(self.wanted(case), [offer.action.code for offer in offers])
        context = {
            **self.admin_site.each_context(request),
            "title": case.reference,
            "opts": self.opts,
            "page": page,
            "with_whom": who_has(case, by=by),
            "offers": sorted(offers, key=lambda offer: offer.action.code != next_code),
            "next": next((offer for offer in offers if offer.action.code == next_code), None),
            "open_code": next(iter(again), next_code),
            "refused": next((offer for offer in offers if offer.is_refused), None),
            "conflict": status == HTTPStatus.CONFLICT,
            "changes": shown_changes(case, changes or [], values=self.values_after) if page.sees_content else [],
            **_lost(again, [offer.action.code for offer in offers], page),
            "works": permissions.works_on_cases(by=by),
            "reveal_form": again.get("reveal") or RevealForm(auto_id=REVEAL_ID),
            "reveal_url": self._action_url("reveal", case.pk),
            "had_files": bool(request.FILES),
            **self.more_context(request, case, sees_content=page.sees_content),
        }
        return render(request, self.case_template, context, status=status)

    def _offers(self, request: HttpRequest, case: Case, again: dict[str, forms.Form]) -> list[Offer]:
        by, now = acting(request), clock.now()
        return [
            Offer(
                action=action,
                lead=action.lead(case),
                effect=action.effect(case),
                form=again.get(action.code) or self.form_of(action, case, by=by, now=now),
                url=self._action_url(action.code, case.pk),
                templates=self.templates_for(case) if action.template_into else [],
            )
            for action in self.desk_actions()
            if action.offered(case, by=by, now=now)
        ]

    def _perform(self, request: HttpRequest, case: Case, action: DeskAction, data: dict[str, Any]) -> None:
        by, now = acting(request), clock.now()
        if not action.careful:
            action.perform(case, data, by=by, now=now)
            return
        with saving(kind=self._kind, case_id=case.pk, seen=_seen(request), by=by):
            action.perform(case, data, by=by, now=now)

    # --- plumbing -----------------------------------------------------------------------------------------------------

    @property
    def _kind(self) -> str:
        kind: str = self.model.kind
        return kind

    def _case(self, request: HttpRequest, pk: int | str) -> Case:
        """A case this member of staff may know of."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        case: Case | None = None
        if str(pk).isascii() and str(pk).isdigit():
            case = self.model._default_manager.select_related("assignee", "policy_version").filter(pk=int(pk)).first()
        if case is None or self.hidden_from(case, request):
            raise Http404
        return case

    def hidden_from(self, case: Any, request: HttpRequest) -> bool:
        """Whether not even the existence of a case is told to this member of staff."""
        return False

    def _view_of(self, action: DeskAction) -> Callable[..., HttpResponse]:
        return lambda request, pk: self.act(request, pk, action)

    def _route(self, name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        def by_post(request: HttpRequest, pk: int) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return view(request, pk)

        return path(f"<int:pk>/{name}/", self.admin_site.admin_view(by_post), name=self._name(name))

    def _file_route(self) -> URLPattern:
        return path(
            "<int:pk>/files/<uuid:attachment_id>/", self.admin_site.admin_view(self.file_view), name=self._name("file")
        )

    def _name(self, action: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{action}"

    def _action_url(self, action: str, pk: int) -> str:
        return reverse(f"admin:{self._name(action)}", args=[pk])

    def _file_url(self, case: Case) -> Callable[[UUID], str]:
        return lambda file_id: reverse(f"admin:{self._name('file')}", args=[case.pk, file_id])

    def _change_url(self, pk: int) -> str:
        return self._action_url("change", pk)


def _seen(request: HttpRequest) -> int:
    """The newest change the sent page knew; a page that says nothing knew none."""
    value = request.POST.get("seen", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0


def _lost(again: dict[str, forms.Form], offered: Sequence[str], page: DeskPage) -> dict[str, Any]:
    """What was typed into a form the page no longer offers, by label, and why it was refused: no word is lost."""
    shown = {*offered, "reveal"} if page.can_reveal else set(offered)
    lost = [form for code, form in again.items() if code not in shown or not page.sees_content]
    kept = [
        (field.label, str(field.value()))
        for form in lost
        for field in form.visible_fields()
        if field.value() and not isinstance(field.field, forms.ChoiceField | forms.FileField | forms.BooleanField)
    ]
    return {"kept": kept, "kept_errors": [error for form in lost for error in form.non_field_errors()]}

"""What goes to a person is shown first as the person will read it; and answers written beforehand."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, get_language_info, override
from django.utils.translation import gettext as _

from cases.admin_base import DeskAdmin, acting
from cases.desk import templates_of
from cases.desk_actions import DeskAction
from cases.forms_staff import PreviewFilesForm
from cases.models import AnswerTemplate, Case
from core import clock
from core.actors import Actor


class Previewing(DeskAdmin):
    """The way from a typed form to a page that shows it, and back, with nothing lost and no script."""

    def form_of(
        self, action: DeskAction, case: Case, *args: Any, by: Actor, now: datetime, **kwargs: Any
    ) -> forms.Form:
        """The form of an action, its ids apart from those of the other forms on the page."""
        return action.form(case, *args, by=by, now=now, auto_id=f"id_{action.code}_%s", **kwargs)

    def preview_page(
        self,
        request: HttpRequest,
        case: Case,
        action: DeskAction,
        form: forms.Form,
        *,
        files: forms.Form | None = None,
    ) -> HttpResponse:
        """The words as the person will read them, in the person's language, with “Send” and “Change”."""
        with override(case.language):
            words = render_to_string(
                action.preview, action.preview_context(case, form.cleaned_data, now=clock.now()) | {"now": clock.now()}
            )
        context = {
            **self.admin_site.each_context(request),
            "title": _("As the person will read it"),
            "opts": self.opts,
            "case": case,
            "case_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[case.pk]),
            "url": request.path,
            "action": action,
            "form": action.as_previewed(case, form, now=clock.now()),
            "files": files or (PreviewFilesForm() if action.takes_files else None),
            "words": words,
            "language": get_language_info(case.language),
            "seen": request.POST.get("seen", ""),
            "effect": action.effect(case),
        }
        return render(request, "admin/cases/preview.html", context, status=422 if files else 200)

    def preview_files(self, request: HttpRequest, action: DeskAction) -> forms.Form:
        """The files chosen on the preview page; a form without fields for an action that takes none."""
        return (PreviewFilesForm if action.takes_files else forms.Form)(request.POST, request.FILES)

    def as_typed(self, request: HttpRequest, case: Case, action: DeskAction, step: str) -> forms.Form:
        """The form as it was typed, nothing refused; with the chosen template below the text when one was asked for."""
        by, now = acting(request), clock.now()
        bound = self.form_of(action, case, request.POST, request.FILES, by=by, now=now)
        typed: dict[str, Any] = {
            name: bound[name].data for name, field in bound.fields.items() if not isinstance(field, forms.FileField)
        }
        if step == "template":
            text = self._template_text(case, request.POST.get("template", ""))
            before = str(typed.get(action.template_into) or "").rstrip()
            typed[action.template_into] = "\n\n".join(part for part in (before, text) if part)
        return self.form_of(action, case, initial=typed, by=by, now=now)

    def templates_for(self, case: Case) -> list[tuple[int, str]]:
        """Answers written beforehand for this kind of case, by their title in the language of the page."""
        rows = templates_of(case.kind)
        return [(row.pk, row.title_vi if get_language() == "vi" else row.title_en) for row in rows]

    def _template_text(self, case: Case, chosen: str) -> str:
        key = int(chosen) if chosen.isascii() and chosen.isdigit() else 0
        row: AnswerTemplate | None = templates_of(case.kind).filter(pk=key).first()
        if row is None:
            return ""
        return row.body_vi if case.language == "vi" else row.body_en

"""Answers written beforehand: a list, and one form with both languages shown side by side before it is saved."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from cases import permissions
from cases.admin_base import acting
from cases.forms_staff import TemplateForm
from cases.models import AnswerTemplate
from cases.registry import case_kinds
from cases.services.templating import save_template
from core import clock
from core.admin import ReadOnlyAdmin


@admin.register(AnswerTemplate)
class AnswerTemplateAdmin(ReadOnlyAdmin):
    """Whoever works on cases writes them; whoever sees the desk reads them."""

    change_list_template = "admin/change_list.html"  # the one of this application is the queue
    list_display = ("title_vi", "title_en", "offered_for", "is_active")
    list_filter = ("is_active",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.can_see_queue(by=acting(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return permissions.works_on_cases(by=acting(request))

    @admin.display(description=pgettext_lazy("answer template", "Offered for"), ordering="kind")
    def offered_for(self, row: AnswerTemplate) -> str:
        return dict(_kinds()).get(row.kind, pgettext("answer template", "Every kind of case"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A new one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._form_page(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One to read, and for those who work on cases to change."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = int(object_id) if object_id.isascii() and object_id.isdigit() else 0
        row = AnswerTemplate.objects.filter(pk=key).first()
        if row is None:
            raise Http404
        if request.method == "POST" and not self.has_add_permission(request):
            raise PermissionDenied
        return self._form_page(request, row)

    def _form_page(self, request: HttpRequest, row: AnswerTemplate | None) -> HttpResponse:
        form = TemplateForm(request.POST if request.method == "POST" else None, instance=row, kinds=_kinds())
        # Cleaning writes into the instance of a model form; what is stored is written by the service alone.
        key, title = (row.pk, str(row)) if row else (None, _("New answer template"))
        if form.is_bound and form.is_valid() and request.POST.get("step") == "save":
            save_template(template_id=key, content=form.cleaned_data, by=acting(request), now=clock.now())
            messages.success(request, _("The template was saved."))
            return redirect("admin:cases_answertemplate_changelist")
        shown = {name: form[name].value() or "" for name in ("title_vi", "body_vi", "title_en", "body_en")}
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "shown": shown if any(shown.values()) else None,
            "may_write": self.has_add_permission(request),
        }
        return render(request, "admin/cases/template.html", context, status=422 if form.errors else 200)


def _kinds() -> list[tuple[str, str]]:
    return [(kind, str(model._meta.verbose_name_plural)) for kind, model in sorted(case_kinds().items())]

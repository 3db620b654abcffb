"""Imports of people at the staff desk: a file is checked, its faults are read, then it is taken in, or undone."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.actors import Actor
from core.admin import ReadOnlyAdmin
from core.errors import NotAllowed
from core.templatetags.portal import moment
from personal_data import permissions
from personal_data.enums import ImportState
from personal_data.forms_import import ImportForm
from personal_data.import_faults import Fault
from personal_data.import_table import MOST_BYTES, NOT_IN_A_TABLE
from personal_data.models import ImportBatch, ImportedPerson
from personal_data.services.importing import open_batch, start
from personal_data.services.undoing import staying, undo
from policies import selectors as policies

NAME = "personal_data_importbatch"
SHOWN_FAULTS = 100
_STATUS_KIND = {
    ImportState.CHECKING: "active",
    ImportState.FAULTY: "overdue",
    ImportState.CHECKED: "waiting",
    ImportState.RUNNING: "active",
    ImportState.DONE: "done",
    ImportState.UNDOING: "active",
    ImportState.UNDONE: "stopped",
}
_WORKING = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """Every import, newest first. The officer brings people in; the auditor looks on."""

    list_display = ("number", "source", "status", "created", "lines", "people")
    list_display_links = ("number", "source")
    list_filter = ("state",)
    ordering = ("-created_at",)
    sortable_by = ()
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _acting(request).audit_role in permissions.SEES_EVERYBODY

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return permissions.can_import(by=_acting(request))

    @admin.display(description=gettext_lazy("Import number"))
    def number(self, row: ImportBatch) -> str:
        return str(row.pk)[:13]

    @admin.display(description=gettext_lazy("Status"))
    def status(self, row: ImportBatch) -> str:
        return render_to_string("_components/status.html", _mark(row))

    @admin.display(description=gettext_lazy("Checked"))
    def created(self, row: ImportBatch) -> str:
        return moment(row.created_at)

    def get_urls(self) -> list[URLPattern]:
        return [
            self.post_route("apply", self.apply_view, self.entry_or_404),
            self.post_route("undo", self.undo_view, self.entry_or_404),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Choose a file and say what holds for it; it is checked, and nothing is taken in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent = request.method == "POST"
        form = ImportForm(request.POST, request.FILES) if sent else ImportForm()
        if sent and form.is_valid():
            batch = self._opened(request, form)
            if batch is not None:
                return self._back(batch)
        version = policies.version_in_force(clock.now())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Bring people in"),
            "opts": self.opts,
            "form": form,
            "fields": [
                spec for spec in (policies.fields(version) if version else ()) if spec.kind not in NOT_IN_A_TABLE
            ],
            "endings": "…__source, …__basis, …__date",
            "language_column": "language",
            "had_file": sent,
        }
        return render(request, "admin/personal_data/import_new.html", context, status=422 if sent else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One import: how far it is, every fault, what can be done. Nothing is changed at this address."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        batch = self.entry_or_404(request, object_id)
        may = permissions.can_import(by=_acting(request))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import %(number)s") % {"number": str(batch.pk)[:13]},
            "opts": self.opts,
            "batch": batch,
            "status": _mark(batch),
            "is_working": batch.state in _WORKING,
            "faults": [Fault.from_json(row) for row in batch.faults[:SHOWN_FAULTS]],
            "more_faults": max(0, batch.faults_total - SHOWN_FAULTS),
            "told": ImportedPerson.objects.filter(batch=batch, told_at__isnull=False).count(),
            "staying": staying(batch) if batch.state == ImportState.UNDONE else 0,
            "checksum": bytes(batch.digest).hex(),
            "may_apply": may and batch.state == ImportState.CHECKED,
            "may_undo": may and batch.state in (ImportState.CHECKED, ImportState.RUNNING, ImportState.DONE),
            "urls": {name: reverse(f"admin:{NAME}_{name}", args=[batch.pk]) for name in ("apply", "undo", "change")},
        }
        return render(request, "admin/personal_data/import.html", context)

    def apply_view(self, request: HttpRequest, batch: ImportBatch) -> HttpResponse:
        """Take in what was checked: the checksum on the page says which file that is."""
        try:
            digest = bytes.fromhex(request.POST.get("checksum", ""))
        except ValueError:
            digest = b""
        try:
            start(batch_id=batch.pk, digest=digest, by=_acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("The people are being taken in."))
        return self._back(batch)

    def undo_view(self, request: HttpRequest, batch: ImportBatch) -> HttpResponse:
        """Undo what was taken in, or drop what was only checked."""
        try:
            undo(batch_id=batch.pk, by=_acting(request), now=clock.now())
        except NotAllowed as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("It is being undone."))
        return self._back(batch)

    def _opened(self, request: HttpRequest, form: ImportForm) -> ImportBatch | None:
        """The file kept to be checked; None when it was refused, with the reason beside the field."""
        sent = form.cleaned_data["file"]
        if (sent.size or 0) > MOST_BYTES:
            form.add_error("file", _("This file is too large. The limit is 48 MB; split it."))
            return None
        data = b"".join(sent.chunks())
        try:
            return open_batch(
                data=data, label=form.cleaned_data["label"], common=form.common(), by=_acting(request), now=clock.now()
            )
        except NotAllowed as refusal:
            form.add_error(None, refusal.message)
            return None

    def _back(self, batch: ImportBatch) -> HttpResponse:
        return redirect(reverse(f"admin:{NAME}_change", args=[batch.pk]))


def _mark(batch: ImportBatch) -> dict[str, str]:
    """The state as a mark and words."""
    return {"kind": _STATUS_KIND[ImportState(batch.state)], "label": capfirst(str(batch.get_state_display()))}


def _acting(request: HttpRequest) -> Actor:
    return cast(Actor, request.user)

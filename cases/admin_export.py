"""The list as a file."""

from itertools import chain
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from cases import permissions
from cases.admin_base import DeskAdmin, acting
from cases.exporting import headings, rows_of
from cases.services.exporting import note_export
from core import clock
from core.clock import local_date
from core.csv_cells import as_csv


class ExportPages(DeskAdmin):
    """The export of a list, with the filters of the address it is asked at."""

    def export_view(self, request: HttpRequest) -> Any:
        """All rows of the list as it is filtered, not only those of the page."""
        by, now = acting(request), clock.now()
        if not permissions.can_export(by=by):
            raise PermissionDenied
        try:
            changelist = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return HttpResponseBadRequest()
        found = changelist.queryset
        specs: list[Any] = changelist.filter_specs
        chosen = {spec.parameter_name: spec.value() for spec in specs if spec.value()}
        known = {name: value for name, value in chosen.items() if name != "found" and _is_code(value)}
        if changelist.query:
            known["q"] = "reference"
        if "found" in chosen:
            known["q"] = "contact"
        note_export(kind=self.model.kind, rows=found.count(), filters=known, by=by, now=now)
        return csv_answer([headings()], rows_of(found), name=f"{self.model.kind}-{local_date(now):%Y%m%d}.csv")


def csv_answer(heads: Any, rows: Any, *, name: str) -> HttpResponse:
    """A CSV file that is sent while it is read."""

    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return StreamingHttpResponse(  # type: ignore[return-value]  # both are HttpResponseBase
        as_csv(chain(heads, rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )


def _is_code(value: str) -> bool:
    return len(value) <= 60 and value.isascii() and value.replace("-", "").replace("_", "").isalnum()

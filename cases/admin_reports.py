"""The monthly report: a page that prints, and a file. Numbers only, so whoever sees the desk may read it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases import permissions
from cases.admin_base import acting
from cases.admin_export import csv_answer
from cases.registry import case_kinds
from cases.reports import MonthReport, month_report, months_until
from core import clock


def report_view(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """One month of both desks; `?month=2026-03`, and `&as=csv` for the file."""
    if not permissions.can_see_queue(by=acting(request)):
        raise PermissionDenied
    now = clock.now()
    months = months_until(now)
    first = next((month for month in months if f"{month:%Y-%m}" == request.GET.get("month")), months[0])
    found = [(model, month_report(model, first=first, now=now)) for _kind, model in sorted(case_kinds().items())]
    if request.GET.get("as") == "csv":
        return csv_answer([headings()], _rows(first, found), name=f"report-{first:%Y-%m}.csv")
    context = {
        **site.each_context(request),
        "title": _("Monthly report"),
        "first": first,
        "months": months,
        "is_running": first == months[0],
        "now": now,
        "reports": [{"label": model._meta.verbose_name_plural, "report": report} for model, report in found],
    }
    return render(request, "admin/cases/report.html", context)


def headings() -> list[str]:
    """The heads of the file's columns."""
    return [
        _("Month"),
        pgettext("column", "Kind"),
        pgettext("column", "Figure"),
        pgettext("column", "Code"),
        _("Count"),
    ]


def _rows(first: date, found: list[tuple[Any, MonthReport]]) -> Iterator[list[Any]]:
    """One line for each figure; codes, so that files of two languages agree."""
    single = (
        "received", "answered", "in_time", "late", "very_late", "median_days", "median_reply_days", "reopened",
        "rejected", "withdrawn", "unverified",
    )  # fmt: skip
    for model, report in found:
        head = [f"{first:%Y-%m}", model.kind]
        for name in single:
            yield [*head, name, "", getattr(report, name)]
        for name in ("by_about", "late_reasons", "postponed", "missed"):
            for line in getattr(report, name):
                yield [*head, name, line.code, line.count]

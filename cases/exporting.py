"""A list of cases as rows of a table: codes, references and dates, no content."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.kinds import facts_of
from cases.staff import staff_names

_PLAIN = (
    "reference",
    "status",
    "received_at",
    "first_reply_at",
    "target_at",
    "limit_at",
    "settled_at",
    "round",
    "channel",
    "language",
    "assignee_id",
)
_AT_ONCE = 2000


def headings() -> list[str]:
    """The heads of the columns, in the order of `rows_of`."""
    return [
        _("Reference"),
        pgettext("column", "Kind"),
        pgettext("of a case", "About"),
        pgettext("column", "Severity"),
        _("Tier"),
        pgettext("of a case", "State"),
        pgettext("of a case", "Received"),
        pgettext("column", "First reply"),
        pgettext("column", "Target"),
        pgettext("column", "Limit"),
        pgettext("column", "Answered"),
        pgettext("column", "In time"),
        pgettext("of a case", "Round"),
        pgettext("filter", "Channel"),
        pgettext("filter", "Language"),
        pgettext("of a case", "Handled by"),
    ]


def rows_of(found: "QuerySet[Any]") -> Iterator[list[Any]]:
    """The rows of a list, read as they are asked for. Codes stay codes, so that files of two languages agree."""
    model = found.model
    extra = [name for name in ("severity", "tier") if name in {field.name for field in model._meta.get_fields()}]
    columns = [*_PLAIN, facts_of(model.kind).about_field, *extra]
    names = staff_names()
    for values in found.values_list(*columns).iterator(chunk_size=_AT_ONCE):
        row = dict(zip(columns, values, strict=True))
        yield [
            row["reference"],
            model.kind,
            row[facts_of(model.kind).about_field],
            row.get("severity", ""),
            row.get("tier", ""),
            row["status"],
            _moment(row["received_at"]),
            _moment(row["first_reply_at"]),
            _moment(row["target_at"]),
            _moment(row["limit_at"]),
            _moment(row["settled_at"]),
            _in_time(row["settled_at"], row["target_at"]),
            row["round"],
            row["channel"],
            row["language"],
            names.get(row["assignee_id"], ""),
        ]


def _moment(value: datetime | None) -> str:
    if value is None:
        return ""
    return value.astimezone(ZoneInfo(settings.STATUTORY_TIME_ZONE)).isoformat(sep=" ", timespec="minutes")[:16]


def _in_time(settled_at: datetime | None, target_at: datetime) -> str:
    if settled_at is None:
        return ""
    return "yes" if settled_at < target_at else "no"

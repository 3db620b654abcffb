"""Dates, deadlines, masks and links as the pages show them. Formats only: nothing here reads a clock or a row."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.forms import BoundField
from django.http import HttpRequest
from django.template.context import RequestContext
from django.urls import translate_url
from django.utils.dates import MONTHS
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext

register = template.Library()

MASK = "•••"

# Symbols on a 24-unit square, drawn as lines in the colour of the text. Decoration: a word always stands beside.
ICONS = {
    "alert": "M12 4 2.8 20h18.4L12 4Zm0 6v5m0 2.4v.1",
    "arrow": "M5 12h14m-6-6 6 6-6 6",
    "back": "M19 12H5m6-6-6 6 6 6",
    "bell": "M6 10a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7Zm4 10a2 2 0 0 0 4 0",
    "box": "M4 8l8-4 8 4v8l-8 4-8-4V8Zm0 0 8 4 8-4m-8 4v8",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V12l3 2",
    "copy": "M9 9h11v11H9V9Zm-3 6H4V4h11v2",
    "cross": "M6 6l12 12M18 6 6 18",
    "device": "M7 3h10v18H7V3Zm4 15h2",
    "dot": "M12 6.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Z",
    "download": "M12 4v11m-5-4.5 5 5 5-5M5 20h14",
    "eye": "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12Zm7 0a3 3 0 1 0 6 0 3 3 0 0 0-6 0Z",
    "file": "M6 3h8l4 4v14H6V3Zm8 0v4h4M9 12h6m-6 4h6",
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v5.5m0-9v.1",
    "key": "M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm3-.2L20 2m-4 4 3 3",
    "lock": "M6 11h12v9H6v-9Zm2.5 0V7.5a3.5 3.5 0 0 1 7 0V11",
    "mail": "M3 6h18v12H3V6Zm0 .5 9 7 9-7",
    "pause": "M9 6v12m6-12v12",
    "pencil": "M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19 4 20Zm10-13.5 3.5 3.5",
    "person": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20.5c.8-4 3.7-6 7.5-6s6.7 2 7.5 6",
    "phone": "M6 3h3.5L11 8 8.5 9.5a12 12 0 0 0 6 6L16 13l5 1.5V18c0 2-1.5 3-3 3C10 20.5 3.5 14 3 6c0-1.5 1-3 3-3Z",
    "print": "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7v-7Z",
    "shield": "M12 3l8 3v6c0 5-3.5 8-8 9.5C7.5 20 4 17 4 12V6l8-3Z",
    "speech": "M4 5h16v11H11l-4.5 4v-4H4V5Zm4 4h8m-8 3.5h5",
    "trash": "M5 7h14M10 7V4h4v3m-7.5 0 1 13h9l1-13M10.5 11v5.5m3-5.5v5.5",
    "upload": "M12 16V5M7 9.5l5-5 5 5M5 20h14",
}


def _is_english() -> bool:
    return (get_language() or settings.LANGUAGE_CODE).startswith("en")


def _local(value: datetime) -> datetime:
    return value.astimezone(ZoneInfo(settings.STATUTORY_TIME_ZONE)) if value.tzinfo else value


def _format_day(value: date) -> str:
    if _is_english():
        return f"{value.day} {MONTHS[value.month]} {value.year}"
    return f"{value.day:02}/{value.month:02}/{value.year}"


@register.filter
def day(value: date | datetime | None) -> str:
    """A calendar day as the language writes it: 05/12/2026, or 5 December 2026. A moment is shown as Vietnam's day."""
    if value is None or value == "":
        return ""
    return _format_day(_local(value).date() if isinstance(value, datetime) else value)


@register.filter
def moment(value: datetime | None) -> str:
    """A day and the time of day in Vietnam: 05/12/2026, 14:30."""
    if value is None or value == "":
        return ""
    local = _local(value)
    return f"{_format_day(local.date())}, {local:%H:%M}"


@register.filter
def machine_time(value: date | datetime | None) -> str:
    """The same moment for machines, for the datetime attribute of a `time` element."""
    if value is None or value == "":
        return ""
    return _local(value).isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


def _count(number: int) -> str:
    # Vietnamese administrative writing puts a zero before a number of days below ten: 02 ngày làm việc.
    return str(number) if _is_english() else f"{number:02}"


@register.filter
def days(count: int | Literal[""] | None) -> str:
    """A number of calendar days: 07 ngày, 7 days."""
    if count is None or count == "":
        return ""
    number = int(count)
    return ngettext("%(count)s day", "%(count)s days", number) % {"count": _count(number)}


@register.filter
def years(count: int | Literal[""] | None) -> str:
    """A number of years: 03 năm, 3 years."""
    if count is None or count == "":
        return ""
    number = int(count)
    return ngettext("%(count)s year", "%(count)s years", number) % {"count": _count(number)}


@register.filter
def working_days(count: int | Literal[""] | None) -> str:
    """A number of working days: 02 ngày làm việc, 2 working days."""
    if count is None or count == "":
        return ""
    number = int(count)
    return ngettext("%(count)s working day", "%(count)s working days", number) % {"count": _count(number)}


@register.filter
def days_left(due: date | datetime | None, now: date | datetime) -> int | None:
    """Calendar days in Vietnam from `now` to `due`: 0 is today, a negative number is past due."""
    if not due or not now:
        return None
    last = _local(due).date() if isinstance(due, datetime) else due
    today = _local(now).date() if isinstance(now, datetime) else now
    return (last - today).days


@register.filter
def deadline_words(left: int | Literal[""] | None) -> str:
    """How far a deadline is, in words: from the number `days_left` gives."""
    if left is None or left == "":
        return ""
    number = int(left)
    if number == 0:
        return gettext("Due today")
    if number > 0:
        return ngettext("%(count)s day left", "%(count)s days left", number) % {"count": _count(number)}
    return ngettext("%(count)s day overdue", "%(count)s days overdue", -number) % {"count": _count(-number)}


@register.filter
def deadline_kind(left: int | Literal[""] | None) -> str:
    """The kind of status mark a deadline wears: two days before its end it asks for attention."""
    if left is None or left == "":
        return "neutral"
    number = int(left)
    if number < 0:
        return "overdue"
    return "waiting" if number <= 2 else "active"


@register.filter
def masked(value: str | None, kind: str = "text") -> str:
    """Enough of a value to recognise it, never enough to use it. `kind` is the pack's field kind."""
    text = str(value or "")
    if not text:
        return ""
    if kind == "email" and "@" in text:
        name, _, host = text.rpartition("@")
        return f"{name[:1]}{MASK}@{host}"
    if kind == "phone":
        return f"{MASK} {text[-3:]}" if len(text) > 6 else MASK
    return f"{text[:1]}{MASK}" if len(text) > 3 else MASK


@register.filter
def headed(cells: Iterable[str], headers: Iterable[Mapping[str, Any]]) -> Iterator[SafeString]:
    """The cells of one row of a staff list, each with the head of its column, which a narrow screen shows instead."""
    for cell, header in zip(cells, headers, strict=True):
        begin, _space, rest = cell.partition(" ")
        drawn = SafeString(begin), SafeString(rest)
        yield format_html('{} data-label="{head}" {}', *drawn, head=capfirst(header["text"]))


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """One drawn symbol, hidden from screen readers. `extra` adds a class. An unknown name is a mistake and raises."""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"><path d="{}"/></svg>',
        f" {extra}" if extra else "",
        ICONS[name],
    )


@register.simple_tag
def external_link(url: str, label: str = "") -> SafeString:
    """A link that leaves the site, marked as such for eyes and for screen readers, telling the other site nothing."""
    return format_html(
        '<a class="external" href="{}" rel="external noopener noreferrer">{}'
        '<span class="hidden-visually"> ({})</span></a>',
        url,
        label or url,
        gettext("leaves this site"),
    )


@register.simple_tag(takes_context=True)
def in_language(context: RequestContext, language: str) -> str:
    """The address of this same page in another language; the home page where this page has none."""
    http: HttpRequest | None = context.get("request")
    home = f"/{language}/"
    if http is None:
        return home
    here = http.get_full_path()
    there = translate_url(here, language)
    if there != here:
        return there
    prefixes = tuple(f"/{code}/" for code, _ in settings.LANGUAGES)
    if here.startswith(prefixes):
        return home + here.split("/", 2)[2]
    return home


@register.filter
def input_type(field: BoundField) -> str:
    """What kind of control a form field is: the type of its input element, or the name of its widget."""
    return str(getattr(field.field.widget, "input_type", "") or field.widget_type)


@register.filter
def first_control(field: BoundField) -> str:
    """The id an error message links to: the control itself, or the first of a group."""
    return str(field.id_for_label or f"{field.auto_id}_0")


@register.filter
def lead_in(label: str) -> str:
    """A field's label before its error: with a colon, unless it ends as a sentence does."""
    text = str(label)
    return text if text.endswith((".", "?", "!", ":")) else f"{text}:"


@register.filter
def entry(mapping: Mapping[object, object] | None, key: object) -> object:
    """One value of a mapping by a key held in a variable; empty where there is none."""
    return (mapping or {}).get(key, "")

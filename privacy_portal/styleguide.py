"""Every component in every state on one page, with made-up words: for whoever builds a page, and for tests.

Answers only with DEBUG or PORTAL_STYLEGUIDE. `?theme=light` and `?theme=dark` hold the page to one of the two.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from policies.pack_types import Controller, Text

# A fixed moment: the page looks the same every day, so that screenshots can be compared.
NOW = datetime(2026, 12, 1, 2, 30, tzinfo=UTC)
UNKNOWN = Text(vi="[Chưa có: số điện thoại]", en="[To be supplied: phone number]", placeholder=True)


class SampleForm(forms.Form):
    """One field of every kind a page may hold."""

    name = forms.CharField(label=gettext_lazy("Full name"))
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("We send a code to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    born = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input-short"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What you ask for"),
        choices=[("", gettext_lazy("Choose")), ("copy", gettext_lazy("A copy")), ("delete", gettext_lazy("Deletion"))],
    )
    text = forms.CharField(label=gettext_lazy("What happened"), widget=forms.Textarea(attrs={"rows": 4}))
    answer = forms.ChoiceField(
        label=gettext_lazy("May we tell you about new products by e-mail?"),
        help_text=gettext_lazy("At most twice a month. You can change your mind at any time."),
        choices=[("yes", pgettext_lazy("consent", "Agree")), ("no", pgettext_lazy("consent", "Do not agree"))],
        widget=forms.RadioSelect,
    )
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Which data"),
        required=False,
        choices=[("name", gettext_lazy("Full name")), ("phone", gettext_lazy("Phone number"))],
        widget=forms.CheckboxSelectMultiple,
    )
    picture = forms.FileField(
        label=gettext_lazy("A picture"), required=False, help_text=gettext_lazy("JPEG or PNG, at most 5 MB.")
    )
    right = forms.BooleanField(label=gettext_lazy("What I entered is right and complete"))
    code = forms.CharField(
        label=gettext_lazy("Code"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """The page itself."""
    if not (settings.DEBUG or settings.PORTAL_STYLEGUIDE):
        raise Http404
    theme = request.GET.get("theme", "")
    wrong = SampleForm(
        {"wrong-email": "minh@", "wrong-text": _("Somebody called me."), "wrong-topics": ["name"]}, prefix="wrong"
    )
    context = {
        "forced_theme": theme if theme in ("light", "dark") else "",
        "plain": SampleForm(prefix="plain"),
        "alone": SampleForm(prefix="alone"),
        "wrong": wrong,
        "now": NOW,
        "soon": NOW + timedelta(days=1, hours=14),
        "later": NOW + timedelta(days=9, hours=14),
        "past": NOW - timedelta(days=3),
        "page_obj": Paginator(range(60), 20).page(2),
        "controller": _controller(),
        **_lists(),
    }
    return render(request, "styleguide.html", context)


def _controller() -> Controller:
    return Controller(
        name=Text("Công ty Cổ phần Ví Dụ", "Example Company"),
        registration=Text("0100000000", "0100000000"),
        address=Text("Số 1 phố Mẫu, Hà Nội", "1 Mẫu street, Hanoi"),
        phone=UNKNOWN,
        email=Text("riengtu@example.vn", "riengtu@example.vn"),
        website=Text("https://example.vn", "https://example.vn"),
        person_in_charge=Text("Nguyễn Thị Minh Anh", "Nguyễn Thị Minh Anh"),
    )


def _lists() -> dict[str, Any]:
    change, delete = {"url": "#", "label": _("Change")}, {"url": "#", "label": _("Delete"), "danger": True}
    return {
        "crumbs": [
            {"label": _("My account"), "url": "#"},
            {"label": _("My data"), "url": "#"},
            {"label": _("Phone number")},
        ],
        "tabs": [
            {"label": _("In force"), "url": "#", "current": True},
            {"label": _("History"), "url": "#", "current": False},
        ],
        "rows": [
            {"label": _("Full name"), "value": "Nguyễn Thị Minh Anh", "actions": [change, delete]},
            {
                "label": _("Phone number"),
                "value": "••• 678",
                "note": _("For your order; kept until you ask for deletion."),
                "actions": [change, delete],
            },
            {
                "label": _("Picture of a payment"),
                "status_kind": "waiting",
                "status_label": _("Sensitive"),
                "value": "1",
            },
            {"label": _("Postal address"), "value": "", "actions": [{"url": "#", "label": _("Add")}]},
        ],
        "events": [
            {"at": NOW - timedelta(days=4), "title": _("Complaint received"), "by": _("You")},
            {
                "at": NOW - timedelta(days=3),
                "title": _("First reply"),
                "text": _("We are looking at the call list and answer by the date above."),
                "by": _("Agent"),
            },
            {"at": NOW - timedelta(days=1), "title": _("Promised answer not sent"), "state": "late", "day_only": True},
            {
                "at": NOW + timedelta(days=9),
                "title": _("Settled at the latest"),
                "why": _(
                    "15 calendar days from the day we received your complaint, as our policy promises. "
                    "The day of receipt is not counted."
                ),
                "state": "upcoming",
                "day_only": True,
            },
        ],
        "goes": [_("Name, e-mail address, phone number"), _("3 pictures"), _("Your sign-in")],
        "stays": [_("Proof of what you agreed to, for 3 years, because the law asks for it")],
        "columns": [
            {"label": _("Reference")},
            {"label": _("About")},
            {"label": _("Status")},
            {"label": _("Days left"), "number": True},
        ],
        "table_rows": [
            {
                "cells": [
                    {"label": _("Reference"), "text": "KN-2026-0042", "url": "#"},
                    {"label": _("About"), "text": _("Calls after I said no")},
                    {"label": _("Status"), "text": _("In progress"), "status_kind": "active"},
                    {"label": _("Days left"), "text": "9", "number": True},
                ]
            },
            {
                "cells": [
                    {"label": _("Reference"), "text": "KN-2026-0041", "url": "#"},
                    {"label": _("About"), "text": _("Wrong address in an order")},
                    {"label": _("Status"), "text": _("Overdue"), "status_kind": "overdue"},
                    {"label": _("Days left"), "text": "−3", "number": True},
                ]
            },
        ],
        "progress_steps": [
            {"kind": "done", "status": _("Done"), "label": _("Your data, 14 items")},
            {"kind": "active", "status": _("Running"), "label": _("Your files, 2 of 3")},
            {"kind": "neutral", "status": _("Next"), "label": _("Your key")},
        ],
    }

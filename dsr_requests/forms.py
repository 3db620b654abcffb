"""The request form."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms import CHOOSE, LONGEST_TEXT, CaseForm
from dsr_requests.enums import RequestKind


class RequestForm(CaseForm):
    """Which right, and what exactly."""

    asked_for = forms.ChoiceField(
        label=gettext_lazy("What would you like?"),
        choices=RequestKind.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    text = forms.CharField(
        label=gettext_lazy("What exactly?"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "max_length": gettext_lazy("Please shorten this to %(limit_value)d characters; it has %(show_value)d.")
        },
    )
    field_order = ("form_token", "asked_for", "text", "address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = _(
            "For example which data, and since when. Up to 10,000 characters. "
            "You need not give a reason, and please send no picture of an identity card."
        )

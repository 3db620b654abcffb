"""What staff write down when a recipient confirmed, and when a limit of use is to end."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

LONGEST_WORDS = 300


def words_field(label: Any, help_text: Any) -> forms.CharField:
    """A line of words kept sealed beside the record."""
    return forms.CharField(
        label=label,
        max_length=LONGEST_WORDS,
        help_text=help_text,
        error_messages={"required": gettext_lazy("Write it down in a few words.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ConfirmForm(forms.Form):
    """How a recipient confirmed."""

    words = words_field(
        gettext_lazy("How it was confirmed"),
        gettext_lazy("For example: their e-mail of 20/11, filed under its number. Kept with the record."),
    )


class NamesForm(forms.Form):
    """Why it is looked up by what a recipient knows a person. The person reads the reason."""

    reason = words_field(
        pgettext_lazy("for revealing", "Reason"), gettext_lazy("The person reads this in the access log.")
    )


class LiftForm(forms.Form):
    """Why a limit of use is to end."""

    words = words_field(
        pgettext_lazy("for lifting a limit", "Reason"),
        gettext_lazy("Why the data may be used again. A second colleague reads it and decides."),
    )


class KeptForm(forms.Form):
    """Why something the law keeps of somebody erased is opened."""

    reason = words_field(
        pgettext_lazy("for revealing", "Reason"),
        gettext_lazy("Who asks for it, and the article or file number. Kept sealed with the record."),
    )

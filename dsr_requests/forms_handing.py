"""Forms for what reaches a person by hand: the copy, and a letter."""

from django import forms
from django.utils.translation import gettext_lazy

from cases.forms import CHOOSE
from cases.forms_staff import with_empty
from dsr_requests.enums import ShownBy
from dsr_requests.forms_staff import line


class HandOverForm(forms.Form):
    """How it is known that the copy reaches the person entitled."""

    shown = forms.ChoiceField(
        label=gettext_lazy("How you know it is this person"),
        choices=with_empty(ShownBy.choices),
        error_messages=CHOOSE,
    )
    words = line(
        gettext_lazy("What was shown, and who received it"),
        gettext_lazy("The kind of paper, no number and no picture of it. Kept with the record."),
    )

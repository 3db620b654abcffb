"""Forms for what reaches a person by hand: the copy, and a letter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from cases.forms import CHOOSE
from cases.forms_staff import with_empty
from dsr_requests.enums import ShownBy
from dsr_requests.forms_staff import line
from dsr_requests.services.lettering import BY_HAND


class HandOverForm(forms.Form):
    """How it is known that the copy reaches the person entitled."""

    shown = forms.ChoiceField(label=gettext_lazy("How you know it is this person"), error_messages=CHOOSE)
    words = line(
        gettext_lazy("What was shown, and who received it"),
        gettext_lazy("The kind of paper, no number and no picture of it. Kept with the record."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shown"].choices = with_empty(ShownBy.choices)  # type: ignore[attr-defined]


class ToldForm(forms.Form):
    """How somebody without an e-mail address was told."""

    way = forms.ChoiceField(label=gettext_lazy("How you reached the person"), error_messages=CHOOSE)
    words = line(
        gettext_lazy("Whom you told, and where"),
        gettext_lazy("For example: handed over at the desk; registered letter of 3 November. Kept with the record."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [(way.value, way.label) for way in BY_HAND]
        self.fields["way"].choices = with_empty(ways)  # type: ignore[attr-defined]

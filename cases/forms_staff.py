"""Forms of the staff desk that both kinds of case share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.enums import IntakeChannel
from cases.forms import LONGEST_REASON, TEXT_ERRORS, AttachmentsField, FormTokenField
from cases.models import AnswerTemplate
from cases.services.messaging import LONGEST_MESSAGE

CHOOSE = {
    "required": gettext_lazy("Choose one."),
    "invalid_choice": gettext_lazy("Choose one of those listed."),
}
# How something reaches staff past the portal.
OTHER_WAYS = [choice for choice in IntakeChannel.choices if choice[0] != IntakeChannel.PORTAL]


def text_area(label: Any, *, rows: int = 6, limit: int = LONGEST_MESSAGE, help_text: Any = "") -> forms.CharField:
    """A text of several lines that must hold something."""
    return forms.CharField(
        label=label,
        max_length=limit,
        help_text=help_text,
        error_messages=TEXT_ERRORS,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def with_empty(choices: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Choices under a line that asks to choose."""
    return [("", _("Please choose")), *choices]


class PlainForm(forms.Form):
    """A button that asks for nothing."""


class MomentField(forms.SplitDateTimeField):
    """A day and a time of day in Vietnam; cleans to an aware moment."""

    def __init__(self, **kwargs: Any) -> None:
        errors = {
            "required": gettext_lazy("Enter the day and the time."),
            "invalid_date": gettext_lazy("Enter the day, for example 2026-11-20."),
            "invalid_time": gettext_lazy("Enter the time of day, for example 09:30."),
        }
        widget = forms.SplitDateTimeWidget(
            date_attrs={"type": "date"}, time_attrs={"type": "time"}, date_format="%Y-%m-%d", time_format="%H:%M"
        )
        day_widget, time_widget = widget.widgets
        day_widget.attrs["aria-label"], time_widget.attrs["aria-label"] = gettext_lazy("Day"), gettext_lazy("Time")
        super().__init__(
            **{"widget": widget, "error_messages": errors, "input_date_formats": ["%Y-%m-%d", "%d/%m/%Y"], **kwargs}
        )

    def compress(self, data_list: Any) -> datetime | None:
        if not data_list:
            return None
        if None in data_list or "" in data_list:
            raise ValidationError(self.error_messages["required"])
        zone = ZoneInfo(settings.STATUTORY_TIME_ZONE)
        return datetime.combine(*data_list).replace(tzinfo=zone)


class StaffReplyForm(forms.Form):
    """A message to the person, with files."""

    form_token = FormTokenField()
    text = text_area(
        gettext_lazy("Reply to the person"),
        help_text=gettext_lazy(
            "The person reads it in the portal; the e-mail only says that there is something to read."
        ),
    )
    awaits_answer = forms.BooleanField(
        label=gettext_lazy("I need an answer from the person"),
        required=False,
        help_text=gettext_lazy("The clock goes on while we wait."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uploads"] = AttachmentsField(label=_("Files to go with it"))


class SpokenForm(forms.Form):
    """What the person said past the portal."""

    form_token = FormTokenField()
    channel = forms.ChoiceField(label=gettext_lazy("How it reached us"), error_messages=CHOOSE)
    received_at = MomentField(label=gettext_lazy("When it reached us"), help_text=gettext_lazy("Time in Vietnam."))
    text = text_area(
        gettext_lazy("What the person said"),
        help_text=gettext_lazy("As close to the person's own words as you can. The person reads it in the thread."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = with_empty(OTHER_WAYS)  # type: ignore[attr-defined]
        self.fields["uploads"] = AttachmentsField(label=_("Files the person sent"))


class AcknowledgeForm(forms.Form):
    """How the receipt was confirmed to somebody who gave no e-mail address."""

    channel = forms.ChoiceField(label=gettext_lazy("How you confirmed it"), error_messages=CHOOSE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = with_empty(OTHER_WAYS)  # type: ignore[attr-defined]


class AssignForm(forms.Form):
    """Giving a case to a colleague."""

    to = forms.ChoiceField(label=gettext_lazy("Colleague"))

    def __init__(self, *args: Any, colleagues: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", _("Please choose")), *colleagues]  # type: ignore[attr-defined]


class RevealForm(forms.Form):
    """Why staff need a value in clear. The person can read the reason."""

    reason = forms.CharField(
        label=pgettext_lazy("for revealing", "Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The person reads this in the access log."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PreviewFilesForm(forms.Form):
    """Files are chosen last, on the page that shows the answer: a browser cannot hand them back to a form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uploads"] = AttachmentsField(label=_("Files to go with it"))


class TemplateForm(forms.ModelForm):
    """An answer written beforehand, in both languages."""

    class Meta:
        model = AnswerTemplate
        fields = ("kind", "title_vi", "body_vi", "title_en", "body_en", "is_active")
        widgets = {
            "body_vi": forms.Textarea(attrs={"rows": 10, "lang": "vi"}),
            "body_en": forms.Textarea(attrs={"rows": 10, "lang": "en"}),
        }
        help_texts = {
            "is_active": gettext_lazy("Untick it to keep the text without offering it."),
            "body_vi": gettext_lazy("Leave out names, numbers and anything about one particular person."),
        }

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=pgettext_lazy("answer template", "Offered for"),
            required=False,
            choices=[("", pgettext_lazy("answer template", "Every kind of case")), *kinds],
        )

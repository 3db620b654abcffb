"""What officers and administrators say when they change the calendar."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.enums import CalendarReason
from core.models import WorkingWeek

# What a release changes nobody chooses.
REASONS = [(code, label) for code, label in CalendarReason.choices if code != CalendarReason.DEFAULTS]
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2099, 12, 31)


class ReasonForm(forms.Form):
    """Why the calendar changes. It stands beside every date that moves."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=[("", gettext_lazy("Please choose")), *REASONS])


class DayForm(ReasonForm):
    """One day that differs from the default calendar."""

    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("People read it where a date is explained, for example Quốc khánh."),
    )
    is_working = forms.BooleanField(
        label=pgettext_lazy("of a day", "It is worked"),
        required=False,
        help_text=gettext_lazy("Tick for a weekend day or holiday that is worked instead; otherwise it is a day off."),
    )
    field_order = ("day", "name", "is_working", "reason")

    def clean_day(self) -> date:
        """Nobody means a year with a digit too many."""
        day: date = self.cleaned_data["day"]
        if not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(_("Please give a day from 2020 to 2099."))
        return day


class HoursForm(ReasonForm):
    """The working week and the hours of service."""

    working_week = forms.ChoiceField(label=gettext_lazy("Working week"), choices=WorkingWeek.choices)
    opens = forms.TimeField(
        label=gettext_lazy("Service opens"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label=gettext_lazy("Service closes"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    field_order = ("working_week", "opens", "closes", "reason")

    def clean(self) -> dict[str, Any]:
        """Service opens before it closes."""
        cleaned: dict[str, Any] = super().clean() or {}
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if opens and closes and opens >= closes:
            self.add_error("closes", _("Service has to close after it opens."))
        return cleaned

"""Forms of the staff pages where people are brought in and merged."""

from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from core.clock import local_date, now
from personal_data.import_table import LANGUAGES, MOST_BYTES, MOST_LINES, SOURCE, Common
from personal_data.models import Merge
from policies.enums import LegalBasis

LONGEST_WORDS = 1000
IN_WORDS = {"required": gettext_lazy("Write it down in a few words.")}
REFERENCE = {
    "required": gettext_lazy("Enter the reference of the person."),
    "invalid": gettext_lazy("Enter the whole reference, as it stands on the person's page."),
}


class ImportForm(forms.Form):
    """A file of people, and what holds for every line that does not say otherwise."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        max_length=None,
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose the file.")},
    )
    label = forms.CharField(
        label=gettext_lazy("What you call these records"),
        help_text=gettext_lazy("Such as “Orders of 2025”. No names of customers: it stands in the list of imports."),
        max_length=200,
        error_messages=IN_WORDS,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    source = forms.RegexField(
        SOURCE,
        label=gettext_lazy("Where the values come from"),
        help_text=gettext_lazy("A code, such as shop-orders; the people read it."),
        required=False,
        error_messages={"invalid": gettext_lazy("Small letters, digits and hyphens, at most 40, such as shop-orders.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("On which basis they are held"),
        choices=[("", pgettext_lazy("choice", "Each line says it")), *LegalBasis.choices],
        required=False,
    )
    date = forms.DateField(
        label=gettext_lazy("Since when they are held"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language the people are written to"),
        choices=[("vi", "Tiếng Việt"), ("en", "English")],
        initial=LANGUAGES[0],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = gettext("CSV in UTF-8, separated by commas or semicolons; at most %(lines)s lines and %(size)s MB.")
        most = number_format(MOST_LINES, force_grouping=True)
        self.fields["file"].help_text = words % {"lines": most, "size": MOST_BYTES // 1048576}

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if day is not None and day > local_date(now()):
            raise forms.ValidationError(gettext_lazy("This day is still to come."))
        return day

    def common(self) -> Common:
        """What holds for the whole file; only of a valid form."""
        day = self.cleaned_data["date"]
        return Common(
            source=self.cleaned_data["source"],
            basis=self.cleaned_data["basis"],
            date=day.isoformat() if day else "",
            language=self.cleaned_data["language"],
        )


class EvidenceForm(forms.Form):
    """On what evidence staff decide. It stands sealed beside the entry; the person reads it."""

    words = forms.CharField(
        label=gettext_lazy("On what evidence"),
        help_text=gettext_lazy("What you asked and what the answer was. The person reads it in their account."),
        max_length=LONGEST_WORDS,
        error_messages=IN_WORDS,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )


class MergeForm(EvidenceForm):
    """Which of the two goes on."""

    keep = forms.ChoiceField(label=gettext_lazy("Whose record goes on"), widget=forms.RadioSelect)
    field_order = ("keep", "words")

    def __init__(self, *args: Any, merge: Merge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides = ((merge.kept_id, gettext_lazy("First person")), (merge.other_id, gettext_lazy("Second person")))
        self.fields["keep"].choices = [(str(pk), label) for pk, label in sides]  # type: ignore[attr-defined]
        self.fields["keep"].initial = str(merge.kept_id)


class ProposeForm(forms.Form):
    """Two people who may be one, by the references of their pages."""

    kept = forms.UUIDField(
        label=gettext_lazy("Reference of the first person"), widget=forms.TextInput, error_messages=REFERENCE
    )
    other = forms.UUIDField(
        label=gettext_lazy("Reference of the second person"), widget=forms.TextInput, error_messages=REFERENCE
    )

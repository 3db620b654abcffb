"""The complaint form, drawn from the policy in force."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms import CHOOSE, AttachmentsField, CaseForm
from complaints.enums import Remedy
from policies.pack_types import Pack


class ComplaintForm(CaseForm):
    """What happened, to which data, and what should be done."""

    category = forms.ChoiceField(label=gettext_lazy("What is it about?"), error_messages=CHOOSE)
    remedy = forms.ChoiceField(label=gettext_lazy("What should we do?"), error_messages=CHOOSE)
    fields_concerned = forms.MultipleChoiceField(
        label=gettext_lazy("Which data is it about?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    purposes_concerned = forms.MultipleChoiceField(
        label=gettext_lazy("Which use of the data is it about?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = (
        "form_token",
        "category",
        "text",
        "remedy",
        "fields_concerned",
        "purposes_concerned",
        "attachments",
        "address",
    )

    def __init__(self, *args: Any, pack: Pack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attachments"] = AttachmentsField(label=_("Files that show it"))
        self.fields["text"].label = _("What happened?")
        self.fields["text"].help_text = _(
            "In your own words: what happened and when. Up to 10,000 characters. "
            "Please leave out data of other people and pictures of identity cards."
        )
        self._choices(
            "category",
            [("", _("Please choose")), *((part.code, str(part.name)) for part in pack.complaints.categories)],
        )
        self._choices("remedy", [("", _("Please choose")), *((value, str(label)) for value, label in Remedy.choices)])
        self._choices("fields_concerned", [(field.code, str(field.label)) for field in pack.fields])
        self._choices("purposes_concerned", [(purpose.code, str(purpose.name)) for purpose in pack.purposes])
        self.order_fields(self.field_order)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

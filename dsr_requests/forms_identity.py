"""Showing who is asking: where a code goes, the code, and files that were asked for."""

from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.forms import ADDRESS_ERRORS, CHOOSE, LONGEST_ADDRESS, AttachmentsField, CodeForm
from cases.forms_staff import with_empty
from dsr_requests.enums import Method
from dsr_requests.forms_staff import line
from dsr_requests.services.demanding import TAKEN_IN_BY
from personal_data.errors import InvalidValue
from personal_data.values import clean_phone


class HeldContactForm(forms.Form):
    """An address or number the person says is already held. What is typed is checked for its shape alone."""

    method = forms.ChoiceField(
        label=gettext_lazy("What do we already have from you?"),
        choices=[
            (Method.CODE_MAIL.value, pgettext_lazy("identity check", "An e-mail address: we send a code there")),
            (
                Method.CODE_PHONE.value,
                pgettext_lazy("identity check", "A phone number: we call and read a code out"),
            ),
        ],
        initial=Method.CODE_MAIL.value,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    contact = forms.CharField(
        label=gettext_lazy("That address or number"),
        max_length=LONGEST_ADDRESS,
        help_text=gettext_lazy("One you gave us before, not a new one. For example ten@example.vn or 0912 345 678."),
        error_messages={"required": gettext_lazy("Enter the address or the number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        contact = data.get("contact")
        if contact and data.get("method") == Method.CODE_MAIL:
            try:
                validate_email(contact)
            except forms.ValidationError:
                self.add_error("contact", str(ADDRESS_ERRORS["invalid"]))
        if contact and data.get("method") == Method.CODE_PHONE:
            try:
                clean_phone(contact)
            except InvalidValue as refusal:
                self.add_error("contact", str(refusal.message))
        return data


class IdentityCodeForm(CodeForm):
    """The code that went to what is held."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")


class TakeInForm(forms.Form):
    """Files that came by letter or in person, scanned by staff."""

    channel = forms.ChoiceField(label=gettext_lazy("How it came"), error_messages=CHOOSE)
    words = line(
        gettext_lazy("What came, and from whom"),
        gettext_lazy("For example: letter of 3 November with a copy of the contract. Kept with the record."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = with_empty(  # type: ignore[attr-defined]
            [(way.value, way.label) for way in TAKEN_IN_BY]
        )
        self.fields["uploads"] = AttachmentsField(label=_("Files"), required=True)


class EvidenceForm(forms.Form):
    """Files that show who is asking."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"] = AttachmentsField(label=_("Files"), required=True)
        self.fields["files"].error_messages["required"] = _("Choose a file first.")

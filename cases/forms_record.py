"""The form with which staff enter what came by phone, letter, Zalo, mail or in person, and whose it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.enums import ContactKind
from cases.forms import ADDRESS_ERRORS, LONGEST_REASON, AttachmentsField, FormTokenField
from cases.forms_staff import CHOOSE, OTHER_WAYS, MomentField, text_area, with_empty
from core.templatetags.portal import moment
from personal_data.errors import InvalidValue
from personal_data.values import clean_phone

Choices = Sequence[tuple[str, str]]


class RecordedForm(forms.Form):
    """A case that came past the portal. No name is asked: the contact is enough."""

    form_token = FormTokenField()
    channel = forms.ChoiceField(label=gettext_lazy("How it reached us"), error_messages=CHOOSE)
    received_at = MomentField(label=gettext_lazy("When it actually reached us"))
    contact_kind = forms.ChoiceField(
        label=gettext_lazy("Where to send our answer"), choices=ContactKind.choices, error_messages=CHOOSE
    )
    contact = forms.CharField(
        label=pgettext_lazy("of a sender", "Address or number"),
        max_length=500,
        error_messages={"required": gettext_lazy("Enter the address or number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the person"), choices=settings.LANGUAGES, error_messages=CHOOSE
    )
    text = text_area(
        gettext_lazy("What the person said"),
        rows=8,
        help_text=gettext_lazy("As close to the person's own words as you can. Leave out other people's data."),
    )

    def __init__(self, *args: Any, earliest: datetime, latest: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uploads"] = AttachmentsField(label=_("Files the person sent"))
        self.fields["received_at"].help_text = _(
            "Between %(earliest)s and %(latest)s, time in Vietnam. Every date is counted from it."
        ) % {"earliest": moment(earliest), "latest": moment(latest)}
        self.offer("channel", with_empty(OTHER_WAYS))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        contact, kind = cleaned.get("contact", ""), cleaned.get("contact_kind", "")
        try:
            if contact and kind == ContactKind.EMAIL:
                validate_email(contact)
            elif contact and kind == ContactKind.PHONE:
                cleaned["contact"] = clean_phone(contact)
        except ValidationError:
            self.add_error("contact", ADDRESS_ERRORS["invalid"])
        except InvalidValue as refusal:
            self.add_error("contact", str(refusal.message))
        return cleaned

    def offer(self, name: str, choices: Sequence[Any]) -> None:
        """Set what a field lets choose from."""
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class KnownPersonForm(forms.Form):
    """Looking for the person it belongs to, and choosing one. Who was found travels signed; nobody else fits."""

    known_contact = forms.CharField(
        label=gettext_lazy("Whole address or phone number"),
        required=False,
        max_length=320,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    known_reason = forms.CharField(
        label=gettext_lazy("Why you are looking"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Everyone found can read this in their access log."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    subject = forms.ChoiceField(
        label=gettext_lazy("Belongs to"), required=False, widget=forms.RadioSelect, error_messages=CHOOSE
    )

    def __init__(self, *args: Any, found: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if found:
            self.fields["subject"].choices = [("", _("none of these")), *found]  # type: ignore[attr-defined]
        else:
            del self.fields["subject"]

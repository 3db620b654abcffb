"""Forms of the data pages: shape and cleaning of what a person enters."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import pgettext_lazy as pgettext

from core.errors import NotAllowed
from personal_data.content import EXTENSIONS, IMAGE_TYPES, VIDEO_TYPES
from personal_data.services.files import DEFAULT_MAX_BYTES
from personal_data.values import clean_value
from policies.pack_types import FieldSpec

_AUTOCOMPLETE = {"full-name": "name", "phone": "tel", "address": "street-address", "delivery-address": "street-address"}


class ValueForm(forms.Form):
    """One value of one field. `seen` is the state the page was made from: two windows do not overwrite each other."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, spec: FieldSpec, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spec = spec
        self.fields["value"] = _value_field(spec)

    def clean_value(self) -> str:
        """Checked as it will be stored; the person reads why it was refused beside the field."""
        typed = self.cleaned_data["value"]
        try:
            clean_value(self.spec, typed)
        except NotAllowed as refusal:
            raise forms.ValidationError(str(refusal.message)) from refusal
        return str(typed)


class FileForm(forms.Form):
    """One file of one field; its limits are stated before it is chosen."""

    def __init__(self, *args: Any, spec: FieldSpec, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = self.limit = spec.max_bytes or DEFAULT_MAX_BYTES
        types = VIDEO_TYPES if spec.kind == "video" else IMAGE_TYPES
        words = {"types": types_in_words(types), "limit": f"{limit / 1048576:g}"}
        self.fields["file"] = forms.FileField(
            label=str(spec.label),
            help_text=gettext("%(types)s, at most %(limit)s MB.") % words,
            error_messages={
                "required": gettext("Choose a file first."),
                "empty": gettext("This file is empty."),
            },
            widget=forms.FileInput(
                attrs={
                    "accept": ",".join(sorted(types)),
                    "data-max-bytes": str(limit),
                    "data-too-large": gettext("This file is larger than %(limit)s MB.") % words,
                }
            ),
        )

    def clean_file(self) -> UploadedFile:
        """Size is told here, before anything is read; what the file really is, the service finds out."""
        chosen: UploadedFile = self.cleaned_data["file"]
        if (chosen.size or 0) > self.limit:
            words = {"size": f"{(chosen.size or 0) / 1048576:.1f}", "limit": f"{self.limit / 1048576:g}"}
            raise forms.ValidationError(gettext("This file has %(size)s MB; the limit is %(limit)s MB.") % words)
        return chosen


class PasswordAgainForm(forms.Form):
    """The password once more, before something that cannot be taken back or that shows everything."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
        error_messages={"required": gettext_lazy("Enter your password.")},
    )


class CopyForm(PasswordAgainForm):
    """The password, and the mark by which a form sent twice acts once."""

    form_token = forms.UUIDField(widget=forms.HiddenInput)


class EraseForm(PasswordAgainForm):
    """The password, and the word that one has understood."""

    understood = forms.BooleanField(
        label=pgettext("erasing everything", "I have read what goes and what stays, and I want everything deleted."),
        error_messages={"required": gettext_lazy("Tick this to go on.")},
    )
    field_order = ("understood", "password")


def types_in_words(types: frozenset[str]) -> str:
    """Accepted types as a person knows them: JPG, PNG, WEBP."""
    return ", ".join(sorted(EXTENSIONS[kind][1:].upper() for kind in types))


def _value_field(spec: FieldSpec) -> forms.Field:
    words: dict[str, Any] = {
        "label": str(spec.label),
        "help_text": str(spec.hint),
        "error_messages": {"required": gettext("Enter a value, or go back and choose “Delete”.")},
    }
    if spec.kind == "choice":
        words["error_messages"] = {
            "required": gettext("Choose one of the answers."),
            "invalid_choice": gettext("Choose one of the answers listed."),
        }
        choices = [(choice.code, str(choice.label)) for choice in spec.choices]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **words)
    attributes = {"autocomplete": _AUTOCOMPLETE.get(spec.code, "off")}
    if spec.kind == "address":
        return forms.CharField(widget=forms.Textarea(attrs={**attributes, "rows": "3"}), **words)
    if spec.kind == "phone":
        return forms.CharField(
            widget=forms.TextInput(attrs={**attributes, "type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
            **words,
        )
    if spec.kind == "email":
        return forms.CharField(widget=forms.EmailInput(attrs={**attributes, "autocomplete": "email"}), **words)
    return forms.CharField(widget=forms.TextInput(attrs=attributes), **words)

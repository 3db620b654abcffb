"""Forms that both kinds of case share. What was typed stays; what is wrong is said beside its field."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.references import as_written
from cases.services.filing import MAX_FILES, Upload
from cases.services.messaging import LONGEST_MESSAGE
from core.errors import NotAllowed
from personal_data.content import ATTACHMENT_TYPES, clean_file

MAX_FILE_MB = 5
LONGEST_TEXT = LONGEST_MESSAGE
LONGEST_ADDRESS = 254
LONGEST_REASON = 500
CHOOSE = {
    "required": gettext_lazy("Choose one of the answers."),
    "invalid_choice": gettext_lazy("Choose one of the answers listed."),
}
TEXT_ERRORS = {
    "required": gettext_lazy("Please write something first."),
    "max_length": gettext_lazy("Please shorten this to %(limit_value)d characters; it has %(show_value)d."),
}
ADDRESS_ERRORS = {
    "required": gettext_lazy("Enter your e-mail address."),
    "invalid": gettext_lazy("This is not an e-mail address. It should look like name@example.com."),
}


class FormTokenField(forms.UUIDField):
    """The hidden mark of one form as shown; a missing or damaged one counts as a form of its own."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "initial": uuid4, **kwargs})

    def clean(self, value: Any) -> UUID:
        try:
            return super().clean(value) or uuid4()
        except ValidationError:
            return uuid4()


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files


class AttachmentsField(forms.FileField):
    """Up to `MAX_FILES` files. Cleans to a list of `Upload`: real type known, images made anew without metadata."""

    def __init__(self, **kwargs: Any) -> None:
        limits = _("Up to %(count)s files: JPEG, PNG or WebP pictures or PDF, at most %(size)s MB each.")
        kwargs.setdefault("help_text", limits % {"count": MAX_FILES, "size": MAX_FILE_MB})
        widget = _ManyFiles(
            attrs={
                "accept": ",".join(sorted(ATTACHMENT_TYPES)),
                "data-max-bytes": MAX_FILE_MB * 1024 * 1024,
                "data-too-large": _("A file may have at most %(size)s MB.") % {"size": MAX_FILE_MB},
            }
        )
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        files: Sequence[UploadedFile] = [one for one in (data or []) if one] if isinstance(data, list | tuple) else []
        if data and not files and not isinstance(data, list | tuple):
            files = [data]
        if len(files) > MAX_FILES:
            raise ValidationError(_("At most %(count)s files, please.") % {"count": MAX_FILES})
        return [self._upload(one) for one in files]

    def _upload(self, one: UploadedFile) -> Upload:
        name = one.name or ""
        try:
            # Read one byte past the limit at most: the size a browser states counts for nothing.
            data = one.read(MAX_FILE_MB * 1024 * 1024 + 1)
            return Upload(name, clean_file(data, allowed=ATTACHMENT_TYPES, max_bytes=MAX_FILE_MB * 1024 * 1024))
        except NotAllowed as refusal:
            raise ValidationError(_("%(name)s: %(reason)s") % {"name": name, "reason": refusal.message}) from None


class CaseForm(forms.Form):
    """What every case asks of its sender. Guests, and members whose address is not known, give an address."""

    form_token = FormTokenField()
    text = forms.CharField(
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages=TEXT_ERRORS,
    )
    address = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=LONGEST_ADDRESS,
        error_messages=ADDRESS_ERRORS,
        help_text=gettext_lazy("We answer to this address. A code will be sent to it, so that we know it is yours."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )

    def __init__(self, *args: Any, asks_address: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_address:
            del self.fields["address"]


class CodeForm(forms.Form):
    """A one-time code of six digits; spaces do not matter."""

    code = forms.CharField(
        label=gettext_lazy("Code from the e-mail"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "input-short"}),
        error_messages={"required": gettext_lazy("Please type the code from the e-mail.")},
    )

    def clean_code(self) -> str:
        digits = "".join(char for char in self.cleaned_data["code"] if char.isdecimal())
        if len(digits) != 6:
            raise ValidationError(_("The code has six digits."))
        return digits


class LookupForm(forms.Form):
    """Reference and address of a case."""

    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=40,
        help_text=gettext_lazy("For example KN-26-7KQM-X3WP. It is in the e-mail we sent you."),
        error_messages={"required": gettext_lazy("Enter the reference.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    address = forms.EmailField(
        label=gettext_lazy("The e-mail address you gave"),
        max_length=LONGEST_ADDRESS,
        error_messages=ADDRESS_ERRORS,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )

    def clean_reference(self) -> str:
        reference = as_written(self.cleaned_data["reference"])
        if not reference:
            raise ValidationError(
                _("This is not one of our references. It looks like KN-26-7KQM-X3WP or YC-26-7KQM-X3WP.")
            )
        return reference


class MessageForm(forms.Form):
    """One message of a thread."""

    form_token = FormTokenField()
    text = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=LONGEST_MESSAGE,
        error_messages=TEXT_ERRORS,
        help_text=gettext_lazy("Up to 10,000 characters."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class WriteForm(MessageForm):
    """What the person writes in the thread, with files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attachments"] = AttachmentsField(label=_("Files"))

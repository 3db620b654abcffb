"""How a raw value of each kind of field is checked, stored, shown and masked. Pure."""

import re
from functools import cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from core.encryption import normalise_display
from personal_data.errors import InvalidValue
from policies.pack_types import FieldSpec

LONGEST_VALUE = 2000
DEFAULT_REGION = "VN"
_BETWEEN_DIGITS = str.maketrans("", "", " .-")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def clean_value(spec: FieldSpec, raw: str) -> str:
    """The value as it is stored: NFC, phone in E.164. Raises InvalidValue with words for the person."""
    value = normalise_display(raw.replace("\r\n", "\n"))
    if not value:
        raise InvalidValue(_("Enter a value, or use “Delete” or “I do not want to give this”."))
    if len(value) > LONGEST_VALUE:
        raise InvalidValue(_("This is too long. The limit is %(limit)s characters.") % {"limit": LONGEST_VALUE})
    if _CONTROL.search(value):
        raise InvalidValue(_("This contains characters that cannot be stored. Please type it again."))
    if spec.kind == "email":
        return _clean_email(value)
    if spec.kind == "phone":
        return clean_phone(value)
    if spec.kind == "choice":
        return _clean_choice(spec, value)
    if spec.kind in ("image", "video", "device"):
        raise InvalidValue(_("This cannot be typed in."))
    return value if spec.kind == "address" else " ".join(value.split()) if "\n" not in value else value


def show_value(spec: FieldSpec, value: str) -> str:
    """The stored value as the person reads it."""
    if spec.kind == "choice":
        return next((str(choice.label) for choice in spec.choices if choice.code == value), value)
    if spec.kind == "phone":
        return show_phone(value)
    return value


def mask_value(spec: FieldSpec, value: str) -> str:
    """Enough of the value to recognise it, too little to use it."""
    if spec.kind == "email":
        return mask_address(value)
    if spec.kind == "phone":
        return "•••• •••" + value[-3:]
    if spec.kind == "choice":
        return "•••"
    return "  ".join(word[0] + "•••" for word in value.split()[:4]).replace("  ", " ")


def mask_address(value: str) -> str:
    """An e-mail address with all but its first letters hidden."""
    local, _at, domain = value.rpartition("@")
    name, _dot, rest = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••.{rest}" if local and name else "•••"


def _clean_email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError as error:
        raise InvalidValue(_("Enter an e-mail address such as ten@example.vn.")) from error
    return value


def clean_phone(value: str) -> str:
    """The number in E.164, read as a Vietnamese one without a country code. Raises InvalidValue."""
    # Most numbers are plain Vietnamese mobile ones; the library's own pattern tells them twenty times as fast.
    digits = value.translate(_BETWEEN_DIGITS)
    if len(digits) == 10 and digits.isascii() and digits.startswith("0") and _mobile().fullmatch(digits, 1):
        return f"+84{digits[1:]}"
    # Imported here: its tables are large, and most processes never read a phone number.
    import phonenumbers

    try:
        number = phonenumbers.parse(value, DEFAULT_REGION)
    except phonenumbers.NumberParseException as error:
        raise InvalidValue(
            _("Enter a phone number such as 0912 345 678, or with a country code such as +84.")
        ) from error
    if not phonenumbers.is_valid_number(number):
        raise InvalidValue(_("Enter a phone number such as 0912 345 678, or with a country code such as +84."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@cache
def _mobile() -> "re.Pattern[str]":
    """A mobile number of Vietnam without its zero."""
    import phonenumbers

    table = phonenumbers.PhoneMetadata.metadata_for_region(DEFAULT_REGION)
    pattern = table.mobile.national_number_pattern if table and table.mobile else None
    return re.compile(pattern or "(?!)", re.ASCII)


def show_phone(value: str) -> str:
    """A Vietnamese number as people write and read it out; another one as it is held."""
    if value.startswith("+84") and len(value) == 12:
        return f"0{value[3:6]} {value[6:9]} {value[9:]}"
    return value


def _clean_choice(spec: FieldSpec, value: str) -> str:
    if value not in {choice.code for choice in spec.choices}:
        raise InvalidValue(_("Choose one of the answers listed."))
    return value

"""What somebody who asks for somebody else says: for whom, and by what right. Asked only on that form."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from cases.forms import CHOOSE
from dsr_requests.enums import RepresentativeKind
from dsr_requests.wishes import Mandate

LONGEST_NAME = 200


def mandate_of(said: Mapping[str, Any]) -> Mandate:
    """The mandate a valid form names."""
    return Mandate(
        kind=RepresentativeKind(said["mandate_kind"]),
        name=said["mandate_name"],
        person=said["person_name"],
        person_contact=said["person_contact"],
        valid_until=said["mandate_until"],
        child_is_seven=said["child_is_seven"],
    )


def _mandate_kind() -> forms.Field:
    return forms.ChoiceField(
        label=_("Why may you ask for this person?"),
        choices=RepresentativeKind.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )


def _mandate_name() -> forms.Field:
    return forms.CharField(
        label=_("Your full name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )


def _person_name() -> forms.Field:
    return forms.CharField(
        label=_("Full name of the person you ask for"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the name of the person.")},
    )


def _person_contact() -> forms.Field:
    return forms.CharField(
        label=_("An e-mail address or phone number by which we know that person"),
        max_length=LONGEST_NAME,
        help_text=_(
            "We use it to find the data and to tell an adult that you asked. We do not say whether we have it."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter an address or a number of that person.")},
    )


def _mandate_until() -> forms.Field:
    return forms.DateField(
        label=_("Until when does your authority last?"),
        required=False,
        help_text=_("Leave it empty when it has no end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"invalid": _("Enter a date such as 31/12/2026.")},
    )


def _child_is_seven() -> forms.Field:
    return forms.BooleanField(
        label=pgettext_lazy("of a child represented", "The child is 7 or older"),
        required=False,
        help_text=_("From 7 on the child agrees too; after you have sent the request we show you how."),
    )


MANDATE_FIELDS = {
    "mandate_kind": _mandate_kind,
    "child_is_seven": _child_is_seven,
    "mandate_name": _mandate_name,
    "person_name": _person_name,
    "person_contact": _person_contact,
    "mandate_until": _mandate_until,
}

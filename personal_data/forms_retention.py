"""Forms of the staff pages about holds, decided deletions and purposes."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy, pgettext_lazy

from personal_data.enums import DisposalKind, HoldGround
from personal_data.errors_holds import NotClear
from personal_data.forms_import import REFERENCE
from personal_data.hold_scope import CATEGORIES
from personal_data.selectors_holds import who_may_answer
from policies.pack_types import Pack, PurposeSpec

MOST_PEOPLE = 500
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A day, picked or typed."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def person_field(**more: Any) -> forms.UUIDField:
    """A person by the reference of the person's page."""
    return forms.UUIDField(
        label=gettext_lazy("Reference of the person"),
        widget=forms.TextInput(attrs=_PLAIN),
        error_messages=REFERENCE,
        **more,
    )


def refused(form: forms.Form, refusal: NotClear) -> None:
    """Put what a service found wrong beside the entry it is about."""
    form.add_error(refusal.field if refusal.field in form.fields else None, ValidationError(str(refusal.message)))


class HoldForm(forms.Form):
    """What may not be deleted, on which ground, and who looks at it again by when."""

    subject_ref = person_field(required=False)
    case_ref = forms.CharField(
        label=gettext_lazy("Reference of a case"),
        help_text=gettext_lazy(
            "Keeps what is held on the person the case is about, and the words and files of the case. Nobody has to be "
            "named for that; the page of the hold says whom it stands on."
        ),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs=_PLAIN),
    )
    field = forms.ChoiceField(label=gettext_lazy("Only one field"), required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("Only one kind of data"),
        choices=[("", pgettext_lazy("choice", "Every kind")), *CATEGORIES.items()],
        required=False,
    )
    ground = forms.ChoiceField(
        label=pgettext_lazy("of a hold", "Ground"),
        choices=HoldGround.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the ground on which it may not be deleted.")},
    )
    clause = forms.CharField(
        label=gettext_lazy("Article, or number of the official file"),
        help_text=gettext_lazy("Such as “L91 14.2” or the number of a letter. No name of anybody: it stands in lists."),
        max_length=200,
        error_messages={"required": gettext_lazy("Name the article or the number of the official file.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    owner = forms.ChoiceField(label=gettext_lazy("Who answers for it"))
    review_on = day_field(
        gettext_lazy("To be reviewed by"),
        help_text=gettext_lazy("Within a year. A week before, whoever answers for it gets a mail."),
        error_messages={"required": gettext_lazy("Say by which day the hold has to be looked at again.")},
    )

    def __init__(self, *args: Any, pack: Pack | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = [(spec.code, str(spec.label)) for spec in (pack.fields if pack else ())]
        every = ("", pgettext_lazy("choice", "Every field"))
        self.fields["field"].choices = [every, *fields]  # type: ignore[attr-defined]
        self.fields["owner"].choices = _answering()  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    """The next day a hold is looked at."""

    review_on = day_field(
        gettext_lazy("Next review by"),
        error_messages={"required": gettext_lazy("Say by which day the hold has to be looked at again.")},
    )


class DisposalForm(forms.Form):
    """A selection of what goes because the organisation decides so."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What was decided"), choices=DisposalKind.choices, widget=forms.RadioSelect
    )
    fields_gone = forms.MultipleChoiceField(
        label=gettext_lazy("Which fields go"),
        help_text=gettext_lazy("Not when a purpose ends: then the rules of the policy say what goes."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    purpose = forms.ChoiceField(label=gettext_lazy("Which purpose ends"), required=False)
    subject_ref = person_field(required=False, help_text=gettext_lazy("Leave it empty for everybody."))
    held_before = day_field(
        gettext_lazy("Only what is held since before"),
        required=False,
        help_text=gettext_lazy("Left empty, what comes in after today stays. Without meaning when a purpose ends."),
    )
    ground = forms.CharField(
        label=pgettext_lazy("of a decided deletion", "Why"),
        help_text=gettext_lazy("In general words, with the number of the decision. No name of anybody."),
        max_length=200,
        error_messages={"required": gettext_lazy("Say why, in a few words.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    goes_on = day_field(
        gettext_lazy("Goes or ends on"),
        help_text=gettext_lazy(
            "What is no longer needed, or ordered to be deleted, goes on this day. A purpose ends on this day; what is "
            "held for it alone goes later, by the rules of the policy."
        ),
        error_messages={"required": gettext_lazy("Name the day.")},
    )

    def __init__(self, *args: Any, pack: Pack | None, purposes: tuple[PurposeSpec, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = [(spec.code, str(spec.label)) for spec in (pack.fields if pack else ())]
        self.fields["fields_gone"].choices = fields  # type: ignore[attr-defined]
        self.fields["purpose"].choices = _purposes(purposes)  # type: ignore[attr-defined]

    def selection(self) -> dict[str, Any]:
        """What a service is told; only of a valid form."""
        sent = dict(self.cleaned_data)
        return {"fields": sent.pop("fields_gone"), **sent}


class PurposeForm(forms.Form):
    """That a contract runs, or is over, for some people."""

    purpose = forms.ChoiceField(label=pgettext_lazy("of data", "Purpose"))
    live = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=[
            ("no", pgettext_lazy("purpose", "It ended: the contract is over")),
            ("yes", pgettext_lazy("purpose", "It began: a contract runs")),
        ],
        widget=forms.RadioSelect,
    )
    people = forms.CharField(
        label=gettext_lazy("References of the people"),
        help_text=gettext_lazy("One on each line, as they stand on the people's pages."),
        max_length=50 * MOST_PEOPLE,
        error_messages={"required": REFERENCE["required"]},
        widget=forms.Textarea(attrs={"rows": 4, **_PLAIN}),
    )

    def __init__(self, *args: Any, purposes: tuple[PurposeSpec, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = _purposes(purposes)  # type: ignore[attr-defined]

    def clean_people(self) -> list[UUID]:
        try:
            found = [UUID(word) for word in self.cleaned_data["people"].split()]
        except ValueError as error:
            raise ValidationError(REFERENCE["invalid"]) from error
        if len(found) > MOST_PEOPLE:
            raise ValidationError(gettext_lazy("At most 500 people at once."))
        return found


def _purposes(specs: tuple[PurposeSpec, ...]) -> list[tuple[str, Any]]:
    return [("", pgettext_lazy("choice", "None")), *((spec.code, str(spec.name)) for spec in specs)]


def _answering() -> list[tuple[str, str]]:
    return sorted(((f"user:{user.pk}", str(user)) for user in who_may_answer()), key=lambda pair: pair[1])

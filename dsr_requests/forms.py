"""The forms of a person who asks for something, one for each right, drawn from the policy in force."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms import CHOOSE, LONGEST_TEXT, TEXT_ERRORS, AttachmentsField, CaseForm
from core.errors import NotAllowed
from dsr_requests.enums import RequestKind
from dsr_requests.forms_mandate import MANDATE_FIELDS, mandate_of
from dsr_requests.wishes import Wish
from dsr_requests.wording import choice_of
from personal_data.values import clean_value
from policies.enums import FILE_KINDS
from policies.pack_types import FieldSpec, Pack, PurposeSpec

VALUE = "value-"
ALL, CHOSEN = "all", "chosen"


@dataclass(frozen=True)
class Held:
    """What a member's own form knows: the fields something is held under, and the values as the account shows them."""

    fields: Collection[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    sign_in_field: str = ""


@dataclass(frozen=True)
class Drawn:
    """What a form is drawn from. `consents` are code and words; `held` is None for a guest. `former` are fields of
    earlier policies under which something is held, of the member where it is one.
    """

    pack: Pack
    former: Sequence[FieldSpec] = ()
    consents: Sequence[tuple[str, str]] = ()
    held: Held | None = None


class RequestForm(CaseForm):
    """What every kind asks: a reason nobody has to give, files, and the mandate of somebody who asks for another."""

    kind: ClassVar[RequestKind]
    text_label: Any = gettext_lazy("Would you like to add something?")
    text_hint: Any = gettext_lazy(
        "You need not give a reason. Please send no picture of an identity card. Up to 10,000 characters."
    )

    text = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": TEXT_ERRORS["max_length"]},
    )

    def __init__(self, *args: Any, drawn: Drawn, for_other: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drawn = drawn
        self.fields["text"].label = str(self.text_label)
        self.fields["text"].help_text = str(self.text_hint)
        self.fields["attachments"] = AttachmentsField(label=_("Files"))
        self.own_names = self.draw()
        self.mandate_names = tuple(MANDATE_FIELDS) if for_other else ()
        for name in self.mandate_names:
            self.fields[name] = MANDATE_FIELDS[name]()
        # As they stand on the page, so that the list of what to look at again goes down it.
        self.order_fields(("form_token", *self.mandate_names, *self.own_names, "text", "attachments", "address"))

    def draw(self) -> list[str]:
        """Add what only this kind asks; the names of the fields added."""
        return []

    def own_part(self) -> list[BoundField]:
        """What only this kind asks, in order."""
        return [self[name] for name in self.own_names]

    def mandate_part(self) -> list[BoundField]:
        """On whose behalf, and by what right."""
        return [self[name] for name in self.mandate_names]

    def common_part(self) -> list[BoundField]:
        """The rest that is seen."""
        placed = {*self.own_names, *self.mandate_names}
        return [one for one in self.visible_fields() if one.name not in placed]

    @property
    def wish(self) -> Wish:
        """What a valid form asks for."""
        mandate = mandate_of(self.cleaned_data) if self.mandate_names else None
        return Wish(kind=self.kind, mandate=mandate, **self.asked())

    def asked(self) -> dict[str, Any]:
        """The part of the wish that is this kind's own."""
        return {"everything": True}


class ViewForm(RequestForm):
    """See what is held."""

    kind = RequestKind.VIEW


class CopyForm(RequestForm):
    """Get a copy."""

    kind = RequestKind.COPY


class ProtectForm(RequestForm):
    """Have data better protected."""

    kind = RequestKind.PROTECT
    text_label = gettext_lazy("What are you worried about?")
    text_hint = gettext_lazy(
        "For example a leak you heard of, or somebody who reached you with data only we should have. "
        "One sentence helps us; you may also leave it empty. Up to 10,000 characters."
    )


class CorrectForm(RequestForm):
    """New values, each beside the one held now where the person may see it."""

    kind = RequestKind.CORRECT
    value_names: list[str]

    def draw(self) -> list[str]:
        specs = [spec for spec in typed_fields(self.drawn.pack) if not self._has_own_page(spec)]
        for spec in specs:
            self.fields[VALUE + spec.code] = _new_value(spec, self._present(spec))
        self.value_names = [VALUE + spec.code for spec in specs]
        others = [(spec.code, str(spec.label)) for spec in self.drawn.pack.fields if spec.kind in FILE_KINDS]
        if not others:
            return self.value_names
        self.fields["other_fields"] = _several(_("Is something wrong with files?"), others)
        return [*self.value_names, "other_fields"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in self.value_names:
            spec = self.drawn.pack.field(name.removeprefix(VALUE))
            if said.get(name) and spec is not None:
                try:
                    said[name] = clean_value(spec, said[name])
                except NotAllowed as refusal:
                    self.add_error(name, str(refusal.message))
        if not self.errors.keys() & {*self.own_names} and not self._values() and not said.get("other_fields"):
            raise ValidationError(_("Enter at least one new value, or choose the files you mean."))
        if said.get("other_fields") and not said.get("text"):
            self.add_error("text", _("Say what is wrong with the files."))
        self._check_evidence(said)
        return said

    def asked(self) -> dict[str, Any]:
        values = self._values()
        return {"fields": (*values, *self.cleaned_data.get("other_fields", ())), "values": values}

    def _check_evidence(self, said: dict[str, Any]) -> None:
        """A value the policy wants shown comes with a file."""
        if said.get("attachments") or "attachments" in self.errors:
            return
        typed = [self.drawn.pack.field(name.removeprefix(VALUE)) for name in self.value_names if said.get(name)]
        shown = [str(spec.label) for spec in typed if spec is not None and spec.evidence]
        if shown:
            self.add_error("attachments", _("Add a file that shows: %(what)s.") % {"what": ", ".join(shown)})

    def _values(self) -> dict[str, str]:
        said = self.cleaned_data
        return {name.removeprefix(VALUE): said[name] for name in self.value_names if said.get(name)}

    def _present(self, spec: FieldSpec) -> str | None:
        held = self.drawn.held
        return None if held is None else held.values.get(spec.code, "")

    def _has_own_page(self, spec: FieldSpec) -> bool:
        """The sign-in address is changed where sign-in is: with a code to the new address."""
        return self.drawn.held is not None and spec.code == self.drawn.held.sign_in_field


class DeleteForm(RequestForm):
    """Everything, or chosen fields."""

    kind = RequestKind.DELETE

    def draw(self) -> list[str]:
        specs = [spec for spec in (*self.drawn.pack.fields, *self.drawn.former) if self._may_go_alone(spec)]
        chosen = [(CHOSEN, _("Only what I choose below"))] if specs else []
        self.fields["extent"] = forms.ChoiceField(
            label=_("What should we delete?"),
            choices=[(ALL, _("Everything you hold about me")), *chosen],
            widget=forms.RadioSelect,
            error_messages=CHOOSE,
        )
        if not specs:
            return ["extent"]
        self.fields["chosen_fields"] = _several(_("Which data?"), [choice_of(spec, self.drawn.pack) for spec in specs])
        return ["extent", "chosen_fields"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("extent") == CHOSEN and not said.get("chosen_fields"):
            self.add_error("chosen_fields", _("Choose at least one entry."))
        if said.get("extent") == ALL and said.get("chosen_fields"):
            self.add_error("extent", _("You chose single entries too. Do you mean everything, or only these?"))
        return said

    def asked(self) -> dict[str, Any]:
        if self.cleaned_data["extent"] == ALL:
            return {"everything": True}
        return {"fields": tuple(self.cleaned_data["chosen_fields"])}

    def _may_go_alone(self, spec: FieldSpec) -> bool:
        held = self.drawn.held
        return held is None or (spec.code in held.fields and spec.code != held.sign_in_field)


class PurposeForm(RequestForm):
    """Every use, or chosen ones."""

    question: ClassVar[Any] = ""
    every_use: ClassVar[Any] = ""
    chosen_uses: ClassVar[Any] = gettext_lazy("Only the uses I choose below")

    def draw(self) -> list[str]:
        self.fields["extent"] = forms.ChoiceField(
            label=str(self.question),
            choices=[(ALL, str(self.every_use)), (CHOSEN, str(self.chosen_uses))],
            widget=forms.RadioSelect,
            error_messages=CHOOSE,
        )
        self.fields["chosen_purposes"] = _several(
            _("Which uses?"), [(one.code, _explained(one)) for one in self.drawn.pack.purposes]
        )
        return ["extent", "chosen_purposes"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("extent") == CHOSEN and not said.get("chosen_purposes"):
            self.add_error("chosen_purposes", _("Choose at least one use."))
        if said.get("extent") == ALL and said.get("chosen_purposes"):
            self.add_error("extent", _("You chose single uses too. Do you mean all of them, or only these?"))
        return said

    def asked(self) -> dict[str, Any]:
        if self.cleaned_data["extent"] == ALL:
            return {"everything": True}
        return {"purposes": tuple(self.cleaned_data["chosen_purposes"])}


class RestrictForm(PurposeForm):
    """Data stays and is only stored."""

    kind = RequestKind.RESTRICT
    question = gettext_lazy("What should stop?")
    every_use = gettext_lazy("Every use: keep my data and do nothing else with it")


class ObjectForm(PurposeForm):
    """A use stops while the objection is examined."""

    kind = RequestKind.OBJECT
    question = gettext_lazy("What do you object to?")
    every_use = gettext_lazy("Every use of my data")


class WithdrawForm(RequestForm):
    """Consents given before."""

    kind = RequestKind.WITHDRAW

    def draw(self) -> list[str]:
        self.fields["extent"] = forms.ChoiceField(
            label=_("Which consent do you withdraw?"),
            choices=[(ALL, _("All my consents")), (CHOSEN, _("Only those I choose below"))],
            widget=forms.RadioSelect,
            error_messages=CHOOSE,
        )
        self.fields["chosen_consents"] = _several(_("Which consents?"), self.drawn.consents)
        return ["extent", "chosen_consents"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("extent") == CHOSEN and not said.get("chosen_consents"):
            self.add_error("chosen_consents", _("Choose at least one consent."))
        if said.get("extent") == ALL and said.get("chosen_consents"):
            self.add_error("extent", _("You chose single consents too. Do you mean all of them, or only these?"))
        return said

    def asked(self) -> dict[str, Any]:
        if self.cleaned_data["extent"] == ALL:
            return {"everything": True}
        return {"consents": tuple(self.cleaned_data["chosen_consents"])}


FORMS: Mapping[str, type[RequestForm]] = {
    form.kind.value: form
    for form in (
        ViewForm,
        CopyForm,
        CorrectForm,
        DeleteForm,
        RestrictForm,
        ObjectForm,
        WithdrawForm,
        ProtectForm,
    )
}


def typed_fields(pack: Pack) -> list[FieldSpec]:
    """Fields whose value is typed; files and devices have none."""
    return [spec for spec in pack.fields if spec.kind not in FILE_KINDS and spec.kind != "device"]


def _several(label: str, choices: Sequence[tuple[str, Any]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": CHOOSE["invalid_choice"]},
    )


def _explained(purpose: PurposeSpec) -> Any:
    return format_html("{}<small>{}</small>", str(purpose.name), str(purpose.explanation))


def _new_value(spec: FieldSpec, present: str | None) -> forms.Field:
    """The field of a new value; `present` is what is held now, empty for nothing, None where it is not shown."""
    words: dict[str, Any] = {"label": str(spec.label), "required": False}
    if present is not None:
        words["help_text"] = _("Now: %(value)s") % {"value": present} if present else _("Now: nothing held")
    if spec.evidence:
        asks = _("Please add a file below that shows it, such as a receipt.")
        words["help_text"] = " ".join(filter(None, (words.get("help_text"), asks)))
    if spec.kind == "choice":
        choices = [("", _("No change")), *((choice.code, str(choice.label)) for choice in spec.choices)]
        return forms.ChoiceField(choices=choices, error_messages=CHOOSE, **words)
    attributes = {"autocomplete": "off"}
    if spec.kind == "address":
        return forms.CharField(widget=forms.Textarea(attrs={**attributes, "rows": 3}), **words)
    if spec.kind == "phone":
        attributes |= {"type": "tel", "inputmode": "tel"}
    if spec.kind == "email":
        attributes |= {"type": "email", "inputmode": "email"}
    return forms.CharField(widget=forms.TextInput(attrs=attributes), **words)

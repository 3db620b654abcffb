"""The form with which staff enter a request for somebody: one for each right, drawn from the policy in force."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.forms import LONGEST_TEXT, TEXT_ERRORS
from cases.forms_record import RecordedForm
from cases.forms_staff import CHOOSE
from core.errors import NotAllowed
from dsr_requests.enums import RepresentativeKind, RequestKind
from dsr_requests.wishes import Mandate, Wish
from dsr_requests.wording import choice_of
from personal_data.values import clean_value
from policies.enums import FILE_KINDS
from policies.pack_types import FieldSpec, Pack

LONGEST_NAME = 200
VALUE = "value-"
ALL, CHOSEN = "all", "chosen"
EXTENT = [
    (ALL, pgettext_lazy("what is asked for", "all of it")),
    (CHOSEN, pgettext_lazy("what is asked for", "only what is chosen below")),
]
# What each right lets choose from, and what that is called in a wish.
CHOOSES_FROM = {
    RequestKind.DELETE: "fields",
    RequestKind.RESTRICT: "purposes",
    RequestKind.OBJECT: "purposes",
    RequestKind.WITHDRAW: "consents",
}
MANDATE = ("mandate_kind", "mandate_name", "person_name", "person_contact", "mandate_until", "child_is_seven")


class RecordRequestForm(RecordedForm):
    """A request that came by phone, letter, Zalo, mail or in person. No reason is demanded."""

    text = forms.CharField(
        label=gettext_lazy("What the person said"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("As close to the person's own words as you can. Nobody has to give a reason."),
        error_messages=TEXT_ERRORS,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    mandate_kind = forms.ChoiceField(
        label=gettext_lazy("Asks for somebody else as"), required=False, error_messages=CHOOSE
    )
    mandate_name = forms.CharField(
        label=gettext_lazy("Name of the representative"), required=False, max_length=LONGEST_NAME
    )
    person_name = forms.CharField(
        label=gettext_lazy("Name of the person represented"), required=False, max_length=LONGEST_NAME
    )
    person_contact = forms.CharField(
        label=gettext_lazy("Address or number by which we know the person represented"),
        required=False,
        max_length=LONGEST_NAME,
    )
    mandate_until = forms.DateField(
        label=gettext_lazy("The mandate ends"),
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        help_text=gettext_lazy("Empty when it has no end."),
        error_messages={"invalid": gettext_lazy("Enter the day, for example 2026-11-20.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    child_is_seven = forms.BooleanField(label=gettext_lazy("The child is 7 or older"), required=False)

    def __init__(
        self,
        *args: Any,
        kind: RequestKind,
        pack: Pack,
        consents: Sequence[Any],
        former: Sequence[FieldSpec] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.pack = kind, pack
        nobody = ("", _("nobody: the person asks in person"))
        self.offer("mandate_kind", [nobody, *RepresentativeKind.choices])
        self.value_names = self._ask_values() if kind == RequestKind.CORRECT else []
        if kind in CHOOSES_FROM:
            self._ask_extent(_choices_of(pack, CHOOSES_FROM[kind], consents, former))
        own = ["extent", "chosen", *self.value_names]
        before = ("form_token", "channel", "received_at", "contact_kind", "contact", "language")
        self.order_fields([*before, *own, "text", "uploads", *MANDATE])

    @property
    def wish(self) -> Wish:
        """What a valid form asks for."""
        said = self.cleaned_data
        values = {name.removeprefix(VALUE): said[name] for name in self.value_names if said.get(name)}
        chosen: dict[str, Any] = {"everything": True}
        if self.kind == RequestKind.CORRECT:
            chosen = {"fields": tuple(values), "values": values}
        elif self.kind in CHOOSES_FROM and said["extent"] == CHOSEN:
            chosen = {CHOOSES_FROM[self.kind]: tuple(said["chosen"])}
        return Wish(kind=self.kind, mandate=self._mandate(), **chosen)

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        self._clean_values(said)
        if said.get("extent") == CHOSEN and not said.get("chosen"):
            self.add_error("chosen", _("Choose at least one."))
        if said.get("extent") == ALL and said.get("chosen"):
            self.add_error("extent", _("Single entries are chosen too. Choose all of it, or only these."))
        if said.get("mandate_kind"):
            for name in ("mandate_name", "person_name", "person_contact"):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed when somebody asks for another person."))
        return said

    def _clean_values(self, said: dict[str, Any]) -> None:
        for name in self.value_names:
            spec = self.pack.field(name.removeprefix(VALUE))
            if said.get(name) and spec is not None:
                try:
                    said[name] = clean_value(spec, said[name])
                except NotAllowed as refusal:
                    self.add_error(name, str(refusal.message))
        if self.value_names and not self.errors and not any(said.get(name) for name in (*self.value_names, "text")):
            self.add_error("text", _("Enter at least one new value, or write down what is wrong."))

    def _mandate(self) -> Mandate | None:
        said = self.cleaned_data
        if not said["mandate_kind"]:
            return None
        return Mandate(
            kind=RepresentativeKind(said["mandate_kind"]),
            name=said["mandate_name"],
            person=said["person_name"],
            person_contact=said["person_contact"],
            valid_until=said["mandate_until"],
            child_is_seven=said["child_is_seven"],
        )

    def _ask_extent(self, choices: Sequence[Any]) -> None:
        self.fields["extent"] = forms.ChoiceField(
            label=_("How much is asked for"), choices=EXTENT, widget=forms.RadioSelect, error_messages=CHOOSE
        )
        self.fields["chosen"] = forms.MultipleChoiceField(
            label=_("What is asked for"),
            required=False,
            choices=choices,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"invalid_choice": CHOOSE["invalid_choice"]},
        )

    def _ask_values(self) -> list[str]:
        """A line for the new value of each field that is typed."""
        specs = [spec for spec in self.pack.fields if spec.kind not in FILE_KINDS and spec.kind != "device"]
        for spec in specs:
            self.fields[VALUE + spec.code] = new_value(spec)
        return [VALUE + spec.code for spec in specs]


def new_value(spec: FieldSpec) -> forms.Field:
    """What asks for the new value of a field."""
    label = _("New value: %(field)s") % {"field": spec.label}
    if spec.kind == "choice":
        choices = [("", _("No change")), *((choice.code, str(choice.label)) for choice in spec.choices)]
        return forms.ChoiceField(label=label, required=False, choices=choices, error_messages=CHOOSE)
    return forms.CharField(label=label, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def _choices_of(pack: Pack, what: str, consents: Collection[Any], former: Sequence[FieldSpec]) -> list[Any]:
    if what == "fields":
        return [choice_of(field, pack) for field in (*pack.fields, *former)]
    if what == "purposes":
        return [(purpose.code, str(purpose.name)) for purpose in pack.purposes]
    return list(consents)

"""Forms of the desk of requests."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.forms import LONGEST_REASON, FormTokenField
from cases.forms_record import Choices
from cases.forms_staff import CHOOSE, OTHER_WAYS, text_area, with_empty
from cases.services.messaging import LONGEST_MESSAGE
from dsr_requests.enums import DemandReason, ExtensionReason, PauseReason, RequestKind, Verdict
from policies.enums import FILE_KINDS
from policies.pack_types import Pack

ACCEPT, REFUSE = "accept", "refuse"


IN_WORDS = gettext_lazy("Write it down in a few words.")


def line(
    label: Any, help_text: Any, *, limit: int = LONGEST_REASON, required: bool = True, missing: Any = IN_WORDS
) -> forms.CharField:
    """One line of words."""
    return forms.CharField(
        label=label,
        max_length=limit,
        required=required,
        help_text=help_text,
        error_messages={"required": missing},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def choice(label: Any, choices: Choices, *, help_text: Any = "", required: bool = True) -> forms.ChoiceField:
    """One of several, none chosen beforehand."""
    return forms.ChoiceField(
        label=label, choices=with_empty(choices), required=required, help_text=help_text, error_messages=CHOOSE
    )


def conditional(field: forms.Field) -> forms.Field:
    """A field needed in some cases alone, which its hint names: it is not called optional."""
    field.conditional = True  # type: ignore[attr-defined]
    return field


def several(label: Any, choices: Sequence[tuple[str, Any]], help_text: Any = "") -> forms.MultipleChoiceField:
    """Any number of several."""
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
        error_messages=CHOOSE,
    )


class DecideForm(forms.Form):
    """What is decided. `seen_digest` is the hash of the plan on the page that shows it before it is sent.

    With `names_part` a part has to name what it leaves out; of corrections it was said before, value by value.
    """

    form_token = FormTokenField()
    seen_digest = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=Verdict.choices, widget=forms.RadioSelect, error_messages=CHOOSE
    )

    def __init__(
        self,
        *args: Any,
        verdicts: Choices,
        grounds: Choices,
        fields: Choices,
        purposes: Choices,
        names_part: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._names_part = names_part
        self.fields["verdict"].choices = verdicts  # type: ignore[attr-defined]
        self.fields["ground"] = conditional(
            choice(
                _("Ground of the refusal"),
                grounds,
                required=False,
                help_text=_("Needed for a refusal, whole or in part. The person reads it with its article."),
            )
        )
        part = _("Only for doing a part: what is not done.")
        if fields:
            self.fields["refused_fields"] = conditional(several(_("Data that is left out"), fields, part))
        if purposes:
            self.fields["refused_purposes"] = conditional(several(_("Uses that are left out"), purposes, part))
        self.fields["words"] = conditional(
            forms.CharField(
                label=_("Words for the person"),
                required=False,
                max_length=LONGEST_MESSAGE,
                help_text=_("Needed for a refusal, whole or in part: in one or two sentences, why."),
                widget=forms.Textarea(attrs={"rows": 5}),
            )
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        verdict, refused = cleaned.get("verdict"), self._refused(cleaned)
        if verdict in (Verdict.PART, Verdict.REFUSE):
            if not cleaned.get("ground") and "ground" not in self.errors:
                self.add_error("ground", _("Choose the ground; the law asks for it."))
            if not str(cleaned.get("words", "")).strip() and "words" not in self.errors:
                self.add_error("words", _("Write the sentence the person will read."))
        asked = self._asked() if self._names_part else {}
        if verdict == Verdict.PART and asked and not 0 < len(refused) < sum(asked.values()):
            self.add_error(next(iter(asked)), _("Choose what is left out: some of it, not all."))
        if verdict == Verdict.ACCEPT and (cleaned.get("ground") or refused):
            self.add_error("verdict", _("A ground or something left out belongs to a refusal or to doing a part."))
        if verdict == Verdict.REFUSE and refused:
            self.add_error("verdict", _("Something left out belongs to doing a part; a refusal leaves out all of it."))
        return cleaned

    def _asked(self) -> dict[str, int]:
        """How many can be left out, by the name of their field."""
        names = [name for name in ("refused_fields", "refused_purposes") if name in self.fields]
        return {name: len(self.fields[name].choices) for name in names}  # type: ignore[attr-defined]

    @staticmethod
    def _refused(cleaned: dict[str, Any]) -> list[str]:
        return [*cleaned.get("refused_fields", []), *cleaned.get("refused_purposes", [])]


class SeenForm(forms.Form):
    """Approving what is shown; `seen_digest` is its hash."""

    seen_digest = forms.CharField(max_length=64, widget=forms.HiddenInput)


class WhyForm(forms.Form):
    """A reason kept with the record."""

    words = line(pgettext_lazy("beside a record", "Reason"), gettext_lazy("Kept with the record; colleagues read it."))


class ExtendForm(forms.Form):
    """More time, with its reason."""

    reason = forms.ChoiceField(label=pgettext_lazy("of a later date", "Reason"), error_messages=CHOOSE)
    words = text_area(
        gettext_lazy("Why, in words for the person"),
        rows=3,
        help_text=gettext_lazy("The person reads them with the new date."),
    )

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = with_empty(ExtensionReason.choices)  # type: ignore[attr-defined]
        self.fields["days"] = forms.IntegerField(
            label=_("Days more"),
            min_value=1,
            max_value=most,
            help_text=_("From 1 to %(most)s.") % {"most": most},
            error_messages={"required": _("Enter how many days.")},
        )
        self.order_fields(["days", "reason", "words"])


class CorrectionForm(forms.Form):
    """Accepting or refusing one field."""

    field = forms.ChoiceField(label=pgettext_lazy("of data", "Field"), error_messages=CHOOSE)
    verdict = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect, error_messages=CHOOSE)

    def __init__(self, *args: Any, fields: Choices, grounds: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = fields if len(fields) == 1 else with_empty(fields)  # type: ignore[attr-defined]
        self.fields["verdict"].choices = [  # type: ignore[attr-defined]
            (ACCEPT, _("Correct it as proposed")),
            (REFUSE, _("Leave it as it is")),
        ]
        hint = _("Only when it is left as it is.")
        self.fields["ground"] = conditional(choice(_("Ground of the refusal"), grounds, required=False, help_text=hint))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("verdict") == REFUSE and not cleaned.get("ground") and "ground" not in self.errors:
            self.add_error("ground", _("Choose the ground; the law asks for it."))
        return cleaned


class OfferForm(forms.Form):
    """A correction our staff propose. It takes effect only when the person accepts."""

    field = forms.ChoiceField(label=pgettext_lazy("of data", "Field"), error_messages=CHOOSE)
    value = line(gettext_lazy("Proposed value"), "", limit=1000, missing=gettext_lazy("Enter the value you propose."))
    words = text_area(
        gettext_lazy("Why you propose it"), rows=3, help_text=gettext_lazy("The person reads this beside the proposal.")
    )

    def __init__(self, *args: Any, fields: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = with_empty(fields)  # type: ignore[attr-defined]


class MandateForm(forms.Form):
    """What the evidence of a mandate says."""

    valid_until = forms.DateField(
        label=gettext_lazy("The mandate ends"),
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        help_text=gettext_lazy("As its evidence says. Empty when it has no end."),
        error_messages={"invalid": gettext_lazy("Enter the day, for example 2026-11-20.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, chooses_person: bool, valid_until: date | None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"valid_until": valid_until})
        super().__init__(*args, **kwargs)
        self.fields["scope"] = several(
            _("The mandate covers"), RequestKind.choices, _("Everything its evidence names, not more.")
        )
        self.fields["scope"].required = True
        if chooses_person:
            self.fields["person"] = person_field(required=False)
        self.order_fields(["scope", "valid_until", "person"])


class EvidenceForm(forms.Form):
    """Whose data a request is about, as the evidence shows."""

    words = line(gettext_lazy("What the evidence shows"), gettext_lazy("Kept with the record; colleagues read it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = person_field(required=True)
        self.order_fields(["person", "words"])


def person_field(*, required: bool) -> forms.CharField:
    """Who somebody is: a reference, or an address or number we hold."""
    return forms.CharField(
        label=_("The person: reference, address or number"),
        required=required,
        max_length=320,
        help_text=_("The reference stands on the person's page. An address or number has to be held on one person."),
        error_messages={"required": gettext_lazy("Enter a reference, an address or a number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RefuseMandateForm(forms.Form):
    """Why a mandate is not accepted."""

    form_token = FormTokenField()
    words = text_area(
        gettext_lazy("Why it is not accepted"),
        rows=4,
        help_text=gettext_lazy("The representative reads it in the thread."),
    )


class ChildForm(forms.Form):
    """How the child agreed."""

    channel = forms.ChoiceField(label=gettext_lazy("How the child told us"), error_messages=CHOOSE)
    words = line(gettext_lazy("What the child said"), gettext_lazy("In the child's own words; kept with the record."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = with_empty(OTHER_WAYS)  # type: ignore[attr-defined]


class DemandForm(forms.Form):
    """Why evidence has to be asked for."""

    reason = forms.ChoiceField(
        label=pgettext_lazy("for a demand", "Reason"),
        error_messages=CHOOSE,
        help_text=gettext_lazy("Only where nothing milder does. The person reads the reason."),
    )

    def __init__(self, *args: Any, reasons: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = with_empty(reasons)  # type: ignore[attr-defined]


class PauseForm(forms.Form):
    """Why requests from an address are held."""

    reason = forms.ChoiceField(label=pgettext_lazy("for a pause", "Reason"), error_messages=CHOOSE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = with_empty(PauseReason.choices)  # type: ignore[attr-defined]


class WayForm(forms.Form):
    """By which way already held the person was reached, and what was said."""

    way = forms.ChoiceField(label=gettext_lazy("How you reached the person"), error_messages=CHOOSE)
    words = line(
        gettext_lazy("What was said"),
        gettext_lazy("On which number or address, already held, and what the person said. Kept with the record."),
    )

    def __init__(self, *args: Any, ways: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(value, label) for value, label in OTHER_WAYS if value in ways]
        self.fields["way"].choices = with_empty(choices)  # type: ignore[attr-defined]


class CallForm(forms.Form):
    """Why a number is shown to be called. The person reads the reason."""

    reason = line(pgettext_lazy("for revealing", "Reason"), gettext_lazy("The person reads this in the access log."))


def typed_choices(pack: Pack) -> list[tuple[str, str]]:
    """Fields whose value is typed."""
    typed = [spec for spec in pack.fields if spec.kind not in FILE_KINDS and spec.kind != "device"]
    return [(spec.code, str(spec.label)) for spec in typed]


def demand_reasons(asked: Collection[str]) -> list[tuple[str, Any]]:
    """Reasons nobody has named for a request yet."""
    return [(value, label) for value, label in DemandReason.choices if value not in asked]

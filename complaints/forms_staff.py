"""Forms of the desk of complaints."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.forms import LONGEST_REASON, TEXT_ERRORS, FormTokenField
from cases.forms_record import Choices, RecordedForm
from cases.forms_staff import CHOOSE, text_area, with_empty
from cases.services.messaging import LONGEST_MESSAGE
from complaints.enums import FINDINGS, LinkReason, Outcome, PostponeReason, RejectionGround, Remedy, Severity
from complaints.staff_wording import OUTCOMES
from core.templatetags.portal import day
from policies.pack_types import Pack


def note_field(help_text: Any) -> forms.CharField:
    """A line of reason that may stay empty; it is kept with the record."""
    return forms.CharField(
        label=pgettext_lazy("beside a record", "Note"),
        required=False,
        max_length=LONGEST_REASON,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TriageForm(forms.Form):
    """Assessing a complaint. What the person chose is filled in and can be corrected."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), error_messages=CHOOSE)
    severity = forms.ChoiceField(label=gettext_lazy("Severity"), error_messages=CHOOSE)
    tier = forms.ChoiceField(
        label=gettext_lazy("Tier"),
        error_messages=CHOOSE,
        help_text=gettext_lazy(
            "Its days become the target, never later than published for the category. The person is told when the "
            "target becomes later; the last day never moves."
        ),
    )
    fields_concerned = forms.MultipleChoiceField(
        label=gettext_lazy("Data concerned"), required=False, widget=forms.CheckboxSelectMultiple
    )
    purposes_concerned = forms.MultipleChoiceField(
        label=gettext_lazy("Purposes concerned"), required=False, widget=forms.CheckboxSelectMultiple
    )
    contests = forms.ChoiceField(
        label=gettext_lazy("Request or answer it contests"), required=False, error_messages=CHOOSE
    )
    about_staff = forms.ChoiceField(
        label=gettext_lazy("Member of staff it is about"),
        required=False,
        help_text=gettext_lazy("That colleague sees nothing of this complaint, and loses it at once if they have it."),
        error_messages=CHOOSE,
    )
    note = note_field(gettext_lazy("Why so. Staff read it in the timeline; the person’s timeline does not show it."))

    def __init__(self, *args: Any, pack: Pack, contests: Choices, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        promise = pack.complaints
        self._choices("category", with_empty([(part.code, str(part.name)) for part in promise.categories]))
        self._choices("severity", with_empty(Severity.choices))
        self._choices("tier", with_empty([(tier.code, str(tier.name)) for tier in promise.tiers]))
        self._choices("fields_concerned", [(field.code, str(field.label)) for field in pack.fields])
        self._choices("purposes_concerned", [(purpose.code, str(purpose.name)) for purpose in pack.purposes])
        self._choices("contests", [("", _("None")), *contests])
        self._choices("about_staff", [("", _("None")), *people])
        if not contests:
            del self.fields["contests"]

    def _choices(self, name: str, choices: Sequence[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class PostponeForm(forms.Form):
    """A later target, with its reason."""

    reason = forms.ChoiceField(
        label=pgettext_lazy("of a later date", "Reason"),
        error_messages=CHOOSE,
        help_text=gettext_lazy("The person reads it with the new date."),
    )
    last_day = forms.DateField(
        label=gettext_lazy("New last day of the target"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={
            "required": gettext_lazy("Enter the day, for example 2026-11-20."),
            "invalid": gettext_lazy("Enter the day, for example 2026-11-20."),
        },
    )

    def __init__(self, *args: Any, first: date, last: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = with_empty(PostponeReason.choices)  # type: ignore[attr-defined]
        field = self.fields["last_day"]
        field.widget = forms.DateInput(
            format="%Y-%m-%d", attrs={"type": "date", "min": first.isoformat(), "max": last.isoformat()}
        )
        field.help_text = _("From %(first)s to %(last)s, the last day for our answer.") % {
            "first": day(first),
            "last": day(last),
        }


class AnswerForm(forms.Form):
    """The answer of a round, before it is shown and sent."""

    form_token = FormTokenField()
    outcome = forms.ChoiceField(label=pgettext_lazy("of a case", "Outcome"), error_messages=CHOOSE)
    finding = text_area(
        gettext_lazy("What you found"),
        rows=8,
        help_text=gettext_lazy("Speak to the person: what happened, and why you find as you do."),
    )
    done = forms.CharField(
        label=gettext_lazy("What was done, or will be by when"),
        required=False,
        max_length=LONGEST_MESSAGE,
        help_text=gettext_lazy("Needed whenever the person was right, in whole or in part."),
        error_messages=TEXT_ERRORS,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(outcome.value, OUTCOMES[outcome]) for outcome in FINDINGS]
        self.fields["outcome"].choices = with_empty(choices)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("outcome") in (Outcome.UPHELD, Outcome.PARTLY_UPHELD) and not cleaned.get("done"):
            self.add_error("done", _("Say what was done, or what will be done and by when."))
        return cleaned


class RejectForm(forms.Form):
    """Turning a complaint away."""

    form_token = FormTokenField()
    ground = forms.ChoiceField(
        label=pgettext_lazy("for not taking up", "Ground"),
        error_messages=CHOOSE,
        help_text=gettext_lazy("The person reads it with your words."),
    )
    text = text_area(
        gettext_lazy("Why, and where to go instead"),
        help_text=gettext_lazy("Name the company, authority or court that deals with it, and how to reach it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = with_empty(RejectionGround.choices)  # type: ignore[attr-defined]


class LinkForm(forms.Form):
    """Linking to an earlier complaint."""

    earlier = forms.CharField(
        label=gettext_lazy("Reference of the earlier complaint"),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the reference.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    reason = forms.ChoiceField(label=pgettext_lazy("for a link", "Reason"), error_messages=CHOOSE)
    note = note_field(gettext_lazy("Why they belong together. Staff read it in the timeline."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = with_empty(LinkReason.choices)  # type: ignore[attr-defined]


class UnlinkForm(forms.Form):
    """Taking a link away."""

    link = forms.ChoiceField(label=gettext_lazy("Link"), error_messages=CHOOSE)
    note = note_field(gettext_lazy("Why they do not belong together. Staff read it in the timeline."))

    def __init__(self, *args: Any, links: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["link"].choices = links if len(links) == 1 else with_empty(links)  # type: ignore[attr-defined]


class RecordForm(RecordedForm):
    """A complaint that came by phone, letter, Zalo, mail or in person."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), error_messages=CHOOSE)
    remedy = forms.ChoiceField(label=gettext_lazy("What the person wants done"), error_messages=CHOOSE)
    fields_concerned = forms.MultipleChoiceField(
        label=gettext_lazy("Data concerned"), required=False, widget=forms.CheckboxSelectMultiple
    )
    purposes_concerned = forms.MultipleChoiceField(
        label=gettext_lazy("Purposes concerned"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = (
        "form_token",
        "channel",
        "received_at",
        "contact_kind",
        "contact",
        "language",
        "category",
        "text",
        "remedy",
        "fields_concerned",
        "purposes_concerned",
    )

    def __init__(self, *args: Any, pack: Pack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        promise = pack.complaints
        self.offer("category", with_empty([(part.code, str(part.name)) for part in promise.categories]))
        self.offer("remedy", with_empty(Remedy.choices))
        self.offer("fields_concerned", [(field.code, str(field.label)) for field in pack.fields])
        self.offer("purposes_concerned", [(purpose.code, str(purpose.name)) for purpose in pack.purposes])

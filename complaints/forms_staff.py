"""Forms of the desk of complaints."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.enums import ContactKind
from cases.forms import ADDRESS_ERRORS, LONGEST_REASON, TEXT_ERRORS, AttachmentsField, FormTokenField
from cases.forms_staff import CHOOSE, OTHER_WAYS, MomentField, text_area, with_empty
from cases.services.messaging import LONGEST_MESSAGE
from complaints.enums import FINDINGS, LinkReason, Outcome, PostponeReason, RejectionGround, Remedy, Severity
from complaints.staff_wording import OUTCOMES
from core.templatetags.portal import day, moment
from personal_data.errors import InvalidValue
from personal_data.values import clean_phone
from policies.pack_types import Pack

Choices = Sequence[tuple[str, str]]


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


class RecordForm(forms.Form):
    """A complaint that came by phone, letter, Zalo, mail or in person. No name is asked: the contact is enough."""

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
    category = forms.ChoiceField(label=gettext_lazy("Category"), error_messages=CHOOSE)
    text = text_area(
        gettext_lazy("What the person said"),
        rows=8,
        help_text=gettext_lazy("As close to the person's own words as you can. Leave out other people's data."),
    )
    remedy = forms.ChoiceField(label=gettext_lazy("What the person wants done"), error_messages=CHOOSE)
    fields_concerned = forms.MultipleChoiceField(
        label=gettext_lazy("Data concerned"), required=False, widget=forms.CheckboxSelectMultiple
    )
    purposes_concerned = forms.MultipleChoiceField(
        label=gettext_lazy("Purposes concerned"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, pack: Pack, earliest: datetime, latest: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uploads"] = AttachmentsField(label=_("Files the person sent"))
        self.fields["received_at"].help_text = _(
            "Between %(earliest)s and %(latest)s, time in Vietnam. Every date is counted from it."
        ) % {"earliest": moment(earliest), "latest": moment(latest)}
        promise = pack.complaints
        self._choices("channel", with_empty(OTHER_WAYS))
        self._choices("category", with_empty([(part.code, str(part.name)) for part in promise.categories]))
        self._choices("remedy", with_empty(Remedy.choices))
        self._choices("fields_concerned", [(field.code, str(field.label)) for field in pack.fields])
        self._choices("purposes_concerned", [(purpose.code, str(purpose.name)) for purpose in pack.purposes])

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

    def _choices(self, name: str, choices: Sequence[Any]) -> None:
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

"""The forms of a person who complains, drawn from the policy in force."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.forms import CHOOSE, TEXT_ERRORS, AttachmentsField, CaseForm, MessageForm
from cases.services.messaging import LONGEST_MESSAGE
from complaints.enums import Remedy
from core.templatetags.portal import days, working_days
from policies.pack_types import ComplaintCategory, Pack

Choices = Sequence[tuple[str, Any]]


class ComplaintForm(CaseForm):
    """What happened, to which data, and what should be done. A member may name what the complaint contests."""

    category = forms.ChoiceField(
        label=gettext_lazy("What is it about?"), widget=forms.RadioSelect, error_messages=CHOOSE
    )
    remedy = forms.ChoiceField(label=gettext_lazy("What should we do?"), error_messages=CHOOSE)
    fields_concerned = forms.MultipleChoiceField(
        label=gettext_lazy("Which data is it about?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    purposes_concerned = forms.MultipleChoiceField(
        label=gettext_lazy("Which use of the data is it about?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    contests = forms.ChoiceField(
        label=gettext_lazy("Is it about one of your requests or answers?"),
        required=False,
        help_text=gettext_lazy("Choose it, and we see at once what you mean."),
        error_messages=CHOOSE,
    )
    field_order = (
        "form_token",
        "category",
        "text",
        "remedy",
        "contests",
        "fields_concerned",
        "purposes_concerned",
        "attachments",
        "address",
    )

    def __init__(self, *args: Any, pack: Pack, contests: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attachments"] = AttachmentsField(label=_("Files that show it"))
        self.fields["text"].label = _("What happened?")
        self.fields["text"].help_text = _(
            "In your own words: what happened and when. Up to 10,000 characters. "
            "Please leave out data of other people and pictures of identity cards."
        )
        self._choices("category", [(part.code, _with_times(part)) for part in pack.complaints.categories])
        self._choices("remedy", [("", _("Please choose")), *((value, str(label)) for value, label in Remedy.choices)])
        self._choices("fields_concerned", [(field.code, str(field.label)) for field in pack.fields])
        self._choices("purposes_concerned", [(purpose.code, str(purpose.name)) for purpose in pack.purposes])
        if contests:
            self._choices("contests", [("", _("No, or I do not know")), *contests])
        else:
            del self.fields["contests"]
        self.order_fields(self.field_order)

    @property
    def contested(self) -> tuple[str, int | None]:
        """What a valid form contests: the reference of a request, or the number of an answer on consent."""
        kind, _dot, value = self.cleaned_data.get("contests", "").partition(":")
        return (value if kind == "request" else "", int(value) if kind == "consent" else None)

    def _choices(self, name: str, choices: Choices) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class ReopenForm(MessageForm):
    """Why the person comes back after an answer."""

    text = forms.CharField(
        label=gettext_lazy("What is not settled?"),
        max_length=LONGEST_MESSAGE,
        error_messages=TEXT_ERRORS,
        help_text=gettext_lazy("Say what is missing or wrong in our answer. Up to 10,000 characters."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, unanswered: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if unanswered:
            self.fields["text"].label = _("What should we examine?")
            self.fields["text"].help_text = _("One sentence is enough: we still have what you wrote first.")


def _with_times(category: ComplaintCategory) -> SafeString:
    """A category with the times published for it (decree 248, article 7)."""
    times = _("First reply within %(reply)s, settled within %(days)s") % {
        "reply": working_days(category.first_reply_working_days),
        "days": days(category.resolution_days),
    }
    return format_html("{}<small>{}</small>", str(category.name), times)

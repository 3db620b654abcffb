"""Forms of the staff's page of one person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from policies.pack_types import Pack

LONGEST_REASON = 500


class ReasonForm(forms.Form):
    """Why staff do what they do; the person reads it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The person reads it in their account."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RevealForm(ReasonForm):
    """One value in clear, for a purpose the policy names."""

    field = forms.CharField(widget=forms.HiddenInput, max_length=60)
    purpose = forms.ChoiceField(label=gettext_lazy("For which purpose"))
    field_order = ("field", "purpose", "reason")

    def __init__(self, *args: Any, pack: Pack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # All purposes of the policy: one that does not name the field is refused by the service, and recorded.
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            (purpose.code, str(purpose.name)) for purpose in pack.purposes
        ]


class RefusalForm(ReasonForm):
    """A refusal told to staff, and how it was told."""

    field = forms.ChoiceField(label=gettext_lazy("Which entry"))
    field_order = ("field", "reason")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = choices  # type: ignore[attr-defined]
        self.fields["reason"].label = gettext_lazy("How you were told")
        self.fields["reason"].help_text = gettext_lazy("For instance: by phone today. The person reads it.")
